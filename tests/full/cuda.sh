#!/bin/sh
# CUDA's smaller components by real builds (cuda.nix); their wheels are fetched first.
. "$(dirname "$0")/../lib.sh"
[ -x "$KILN_BUILD/kiln" ] || skip_all "kiln is not built"
cases=$(cd "$(dirname "$0")" && pwd)/cuda.nix
plan "$(kiln eval -E "(import $cases).count")"

if results=$(compat nix-build --no-out-link "$cases" -A results 2>"$T/err"); then
	tab=$(printf '\t')
	while IFS=$tab read -r what verdict; do is "$what" "$verdict" true; done <"$T/root$results"
else
	tail -n 30 "$T/err" | sed 's/^/# /'
fi
