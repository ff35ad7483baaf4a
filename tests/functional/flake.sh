#!/bin/sh
# builtins.getFlake on a flake whose lock file has a relative input and one that follows it. The
# values are those of Nix 2.34.
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
plan 6

flake() { compat nix-instantiate --eval --strict -E "let f = builtins.getFlake \"path:$1\"; in $2" 2>&1; }

is "outputs use the inputs" "$(flake "$here/flake" f.sum)" 42
is "following inputs are the same" "$(flake "$here/flake" 'f.inputs.same.outPath == f.inputs.sub.outPath')" true
is "attributes" "$(flake "$here/flake" '[ f._type f.names f.own ]')" '[ "flake" [ "same" "sub" ] true ]'
is "the tree's hash" "$(flake "$here/flake" f.narHash)" '"sha256-oVMvYG80voCsRx8MH2rF7asiUqHVVTST71uw7ApAs7Y="'

cp -r "$here/flake" "$T/unlocked"
rm "$T/unlocked/flake.lock"
is "an input that is not locked is locked in memory" "$(flake "$T/unlocked" f.sum 2>/dev/null | tail -n 1)" 42
like "a flake that changed" "$(flake "$here/flake?narHash=sha256-ungWv48Bz%2BpBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0%3D" f.sum)" "NAR hash mismatch in input"
