#!/bin/sh
# The manual page of each command names exactly the options of its table (which --help prints), and
# every page is valid scdoc.
. "$(dirname "$0")/../lib.sh"
root=$(cd "$(dirname "$0")/../.." && pwd)
commands=$(kiln --help | sed -n '/^commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p')
# shellcheck disable=SC2086 # words
set -- $commands
plan $(($# * 2 + 9))

# Options in the first column of the help, and in bold at the beginning of a line of the page.
of_help() { "$@" --help | sed -n '/^options:/,/^everywhere:/s/^  \(-.*\)/\1/p' | sed 's/   .*//' | grep -oE '(^|[ ,])--?[A-Za-z][A-Za-z-]*' | tr -d ' ,' | sort -u; }
of_page() { sed -n 's/^\(\*-.*\)/\1/p' "$root/docs/man/$1.1.scd" | grep -oE '\*--?[A-Za-z][A-Za-z-]*\*' | tr -d '*' | sort -u; }

page() {
	page=$1
	shift
	is "$page(1) names the options of $*" "$(of_page "$page")" "$(of_help "$@")"
	ok "$page(1) is valid" sh -c "scdoc <'$root/docs/man/$page.1.scd' >/dev/null"
}
for c in "$@"; do page "kiln-$c" kiln "$c"; done
for c in nix nix-build nix-instantiate flox; do page "$c" compat "$c"; done
fails_like "an unknown command has a suggestion" "did you mean 'build'" kiln biuld
