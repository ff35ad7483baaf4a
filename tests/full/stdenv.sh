#!/bin/sh
# The set's stdenv and small builders by real builds (stdenv.nix), with the set's own programs: what
# they need is fetched first.
. "$(dirname "$0")/../lib.sh"
[ -x "$KILN_BUILD/kiln" ] || skip_all "kiln is not built"
cases=$(cd "$(dirname "$0")" && pwd)/stdenv.nix
plan 43

build() { compat nix-build --no-out-link "$cases" -A "$1"; }
if results=$(build results 2>"$T/err"); then
	tab=$(printf '\t')
	while IFS=$tab read -r what verdict; do is "$what" "$verdict" true; done <"$T/root$results"
else
	tail -n 30 "$T/err" | sed 's/^/# /'
fi
while IFS='|' read -r name what pattern; do
	fails_like "$what" "$pattern" build "fail.$name"
done <<'END'
collision|two files of one name in an environment are an error|two packages have a different 'share/x/file'
variable|so is a variable without replacement|is left: @who@
pattern|a pattern that is not there|pattern nothing is not in 'text'
patch|a patch that does not apply|[Rr]eversed|previously applied|FAILED
source|no source|dontUnpack = true
application|an application with a syntax error|syntax error
END

# ---- the recipe that kiln init makes ----
ok "a first recipe" kiln init -d "$T/made" --recipe first-1
made=$(cd "$T/made" && kiln build first-1 2>"$T/err") || cat "$T/err"
is "is built as it is, and runs" "$("$T/root$made/bin/first-1")" "first-1 says hello"
