#!/bin/sh
# Builtins beside real Nix: thousands of random calls compared by value, and the last error line of
# every call in builtins.errors. KILN_NIX_UNSTABLE_ROOT is an unpacked root with a Nix of today.
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
new=${KILN_NIX_UNSTABLE_ROOT:-}
command -v python3 >/dev/null || skip_all "no python3"
command -v nix-instantiate >/dev/null || skip_all "no nix-instantiate (Debian's nix-bin)"
seed=${SEED:-$(date +%s)}
count=${COUNT:-2000}
plan 3
echo "# seed $seed, $count cases (SEED and COUNT choose others)"

mkdir "$T/cases"
python3 "$here/gen_builtins.py" make "$seed" "$count" "$T/cases"

# The names that a version cannot answer, or answers otherwise, as a Nix list.
skips() { sed -n "s/^$1  *\([^ ]*\) .*/\"\1\"/p" "$here/builtins.differences" | tr '\n' ' '; }
with_old() {
	nix-instantiate --store dummy:// --eval --strict --json --arg skip "[ $(skips 2.8) ]" "$1"
}
# Within that root there is no other file system: cases go in by standard input.
with_new() {
	chroot "$new" nix-instantiate --store dummy:// --extra-experimental-features flakes \
		--eval --strict --json --arg skip '[ ]' - <"$1"
}
with_kiln() { compat nix-instantiate --eval --strict --json --arg skip '[ ]' "$1"; }

# answers WHO: kiln and another one agree on all batches.
answers() {
	for f in "$T"/cases/*.nix; do
		"with_$1" "$f" >"$T/theirs" 2>"$T/err" || { tail -n 5 "$T/err"; return 1; }
		with_kiln "$f" >"$T/ours" 2>"$T/err" || { tail -n 5 "$T/err"; return 1; }
		python3 "$here/gen_builtins.py" compare "$T/cases" "$(basename "$f" .nix)" "$T/theirs" "$T/ours" || return 1
	done
}

# The text of the last line that begins with "error:".
last_error() { sed -n 's/^ *error: //p' | tail -n 1; }
errors() {
	bad=0
	while IFS= read -r expr; do
		if grep -qF "$expr$(printf '\t')" "$here/builtins.known-errors"; then continue; fi
		theirs=$(cd / && chroot "$new" nix-instantiate --store dummy:// --extra-experimental-features flakes \
			--eval --strict -E "$expr" 2>&1 >/dev/null | last_error)
		ours=$(cd / && compat nix-instantiate --eval --strict -E "$expr" 2>&1 >/dev/null | last_error)
		[ "$ours" = "$theirs" ] && continue
		bad=$((bad + 1))
		printf '%s\n  theirs: %s\n  ours:   %s\n' "$expr" "$theirs" "$ours"
	done <"$here/builtins.errors"
	[ "$bad" = 0 ]
}

# No package of a release brings the newest Nix: it stays an oracle of whoever has it at hand.
skip() { pass "$1 # SKIP $2"; }

ok "as Nix 2.8" answers old
if [ -n "$new" ] && [ -x "$new/usr/bin/nix-instantiate" ]; then
	ok "as the newest Nix" answers new
	ok "the same last lines of errors" errors
else
	skip "as the newest Nix" "KILN_NIX_UNSTABLE_ROOT names no root with nix-instantiate"
	skip "the same last lines of errors" "KILN_NIX_UNSTABLE_ROOT names no root with nix-instantiate"
fi
