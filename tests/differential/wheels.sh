#!/bin/sh
# Odd wheels, made by wheels.py: what kiln installs is what pip installs, or is refused by name; and a
# recipe's own build gets the bits that a fetched wheel gets.
. "$(dirname "$0")/../lib.sh"
driver=$KILN_BUILD/tests/differential/wheels_driver
[ -x "$driver" ] || skip_all "the driver is not built"
python=python3
# Debian's own pip is patched, but not in what matters here.
"$python" -c 'import pip._internal.operations.install.wheel' 2>/dev/null || skip_all "python3 has no pip"
"$python" "$(dirname "$0")/wheels.py" "$driver" "$T/wheels" >"$T/results" 2>"$T/err" || sed 's/^/# /' "$T/err"
plan $(($(grep -c . "$T/results") + 1))
tab=$(printf '\t')
while IFS=$tab read -r what result; do is "$what" "$result" true; done <"$T/results"
like "all of them were tried" "$(cat "$T/err")" '^[0-9]+ wheels$'
