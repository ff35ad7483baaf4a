#!/bin/sh
# Odd corners of the language beside the newest Nix, each expression of corpus.exprs by itself: the same
# value, or the same last error line. KILN_NIX_UNSTABLE_ROOT is an unpacked root with a Nix of today.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../lib-nix.sh"
have_newest || no_oracle "$why_not"
plan 1
mkdir "$T/here" && cd "$T/here" || exit 1
export NIX_PATH=none=/none

# answer WHO EXPRESSION: its value, or its last error line.
answer() {
	if ! printf '%s\n' "$2" | "nix_$1" --eval --strict - 2>"$T/err"; then
		echo "failed: $(last_error <"$T/err")"
	fi
}
same() {
	bad=0 n=0
	while IFS= read -r expr; do
		if grep -qF "$expr$(printf '\t')" "$here/corpus.known"; then continue; fi
		n=$((n + 1))
		theirs=$(answer newest "$expr")
		ours=$(answer kiln "$expr")
		[ "$ours" = "$theirs" ] && continue
		bad=$((bad + 1))
		printf '%s\n  theirs: %s\n  ours:   %s\n' "$expr" "$theirs" "$ours"
	done <"$here/corpus.exprs"
	[ "$bad" = 0 ] && [ "$n" -gt 0 ]
}
ok "the same answers" same
