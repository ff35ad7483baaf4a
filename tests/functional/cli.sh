#!/bin/sh
# The frame of the commands: usage, suggestions, exit statuses, output that cannot be written.
. "$(dirname "$0")/../lib.sh"
plan 14

like "kiln alone tells its commands" "$(kiln 2>&1)" '^  build +build recipes'
kiln >/dev/null 2>&1
is "and fails" $? 2
is "kiln --version" "$(kiln --version)" "kiln 0.1.0"
like "nix-instantiate --version answers to its name" "$(compat nix-instantiate --version)" '^nix-instantiate \(kiln\) '
is "eval prints a value" "$(kiln eval -E '1 + 1')" 2
is "eval as JSON" "$(kiln eval --json -E '{ a = [ 1 "x" null ]; }')" '{"a":[1,"x",null]}'
is "eval raw" "$(kiln eval --raw -E '"a\nb"')" "a
b"
is "an attribute path" "$(kiln eval -E '{ a.b = x: x; c = [ 5 6 ]; }' -A c.1)" 6
is "arguments of the top function" "$(kiln eval -E '{ a, b ? 2 }: a + b' --arg a 40)" 42
fails_like "an unknown option has a suggestion" "did you mean '--strict'" kiln eval --strct -E 1
kiln eval --strct -E 1 2>/dev/null
is "and status 2" $? 2
kiln eval -E 'throw "x"' >/dev/null 2>"$T/err"
is "an error of the program has status 1" $? 1
like "and its text" "$(cat "$T/err")" "error: x"
kiln eval --strict -E 'builtins.genList (x: x) 100000' >/dev/full 2>"$T/err"
is "output that cannot be written is an error" $? 1
