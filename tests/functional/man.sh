#!/bin/sh
# The manual page of each command names exactly the options of its table (which --help prints), and
# every page is valid scdoc.
. "$(dirname "$0")/../lib.sh"
root=$(cd "$(dirname "$0")/../.." && pwd)
commands=$(kiln --help | sed -n '/^commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p')
# shellcheck disable=SC2086 # words
set -- $commands
plan $(($# * 2 + 1))

# Options in the first column of the help, and in bold at the beginning of a line of the page.
of_help() { kiln "$1" --help | sed -n '/^options:/,/^everywhere:/s/^  \(-.*\)/\1/p' | sed 's/   .*//' | grep -oE '(^|[ ,])--?[A-Za-z][A-Za-z-]*' | tr -d ' ,' | sort -u; }
of_page() { sed -n 's/^\(\*-.*\)/\1/p' "$root/docs/man/kiln-$1.1.scd" | grep -oE '\*--?[A-Za-z][A-Za-z-]*\*' | tr -d '*' | sort -u; }

for c in "$@"; do
	is "kiln-$c(1) names the options of kiln $c" "$(of_page "$c")" "$(of_help "$c")"
	ok "kiln-$c(1) is valid" sh -c "scdoc <'$root/docs/man/kiln-$c.1.scd' >/dev/null"
done
fails_like "an unknown command has a suggestion" "did you mean 'build'" kiln biuld
