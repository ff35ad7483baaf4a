#!/bin/sh
# Builtins beside real Nix: thousands of random calls compared by value, and the last error line of
# every call in builtins.errors. KILN_NIX_UNSTABLE_ROOT is an unpacked root with a Nix of today.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../lib-nix.sh"
need_nix
need_2_8
seed=${SEED:-$(date +%s)}
count=${COUNT:-2000}
plan 3
echo "# seed $seed, $count cases (SEED and COUNT choose others)"

mkdir "$T/cases"
python3 "$here/gen_builtins.py" make "$seed" "$count" "$T/cases"

# The names that a version cannot answer, or answers otherwise, as a Nix list.
skips() { sed -n "s/^$1  *\([^ ]*\) .*/\"\1\"/p" "$here/builtins.differences" | tr '\n' ' '; }

# answers WHO SKIPPED: kiln and another one agree on all batches.
answers() {
	for f in "$T"/cases/*.nix; do
		"nix_$1" --eval --strict --json --arg skip "[ $2 ]" "$f" >"$T/theirs" 2>"$T/err" || { tail -n 5 "$T/err"; return 1; }
		nix_kiln --eval --strict --json --arg skip '[ ]' "$f" >"$T/ours" 2>"$T/err" || { tail -n 5 "$T/err"; return 1; }
		python3 "$here/gen_builtins.py" compare "$T/cases" "$(basename "$f" .nix)" "$T/theirs" "$T/ours" || return 1
	done
}

errors() {
	bad=0
	while IFS= read -r expr; do
		if grep -qF "$expr$(printf '\t')" "$here/builtins.known-errors"; then continue; fi
		theirs=$(cd / && nix_newest --eval --strict -E "$expr" 2>&1 >/dev/null | last_error)
		ours=$(cd / && nix_kiln --eval --strict -E "$expr" 2>&1 >/dev/null | last_error)
		[ "$ours" = "$theirs" ] && continue
		bad=$((bad + 1))
		printf '%s\n  theirs: %s\n  ours:   %s\n' "$expr" "$theirs" "$ours"
	done <"$here/builtins.errors"
	[ "$bad" = 0 ]
}

ok "as Nix 2.8" answers old "$(skips 2.8)"
if have_newest; then
	ok "as the newest Nix" answers newest ""
	ok "the same last lines of errors" errors
else
	skip "as the newest Nix" "$why_not"
	skip "the same last lines of errors" "$why_not"
fi
