#!/bin/sh
# instantiate, parse and nix-instantiate: what they print, in which order, and what they write.
. "$(dirname "$0")/../lib.sh"
plan 37
cd "$T" || exit 1
one='derivation { name = "one"; system = "s"; builder = "b"; }'
two='derivation { name = "two"; system = "s"; builder = "b"; outputs = [ "dev" "out" ]; }'
set="{ a = $one; b = { recurseForDerivations = true; c = $two; }; d.e = $one; }"
instantiate() { compat nix-instantiate "$@"; }

# ---- derivations ----
drv=$(kiln instantiate -E "$one")
like "the path of a derivation" "$drv" '^/nix/store/[a-z0-9]{32}-one\.drv$'
ok "which is in the store" kiln store --check-validity "$drv"
is "nix-instantiate gives the same" "$(instantiate --no-gc-warning -E "$one" 2>&1 | plain)" "$drv"
like "and warns without a root" "$(instantiate -E "$one" 2>&1 >/dev/null)" "^warning: you did not specify '--add-root'"
is "found in a set, by name" "$(kiln instantiate -E "$set" | sed 's|.*-||')" 'one.drv
two.drv!dev'
is "-A, more than once" "$(kiln instantiate -E "$set" -A b.c -A d.e | sed 's|.*-||')" 'two.drv!dev
one.drv'
echo "$one" >default.nix
is "./default.nix is what is meant" "$(kiln instantiate; instantiate --no-gc-warning)" "$drv
$drv"
is "standard input" "$(kiln instantiate - <default.nix; instantiate --no-gc-warning - <default.nix)" "$drv
$drv"
is "a dry run writes nothing" "$(kiln instantiate --store "$T/other" -n -E "$one"; ls "$T/other/nix/store" 2>/dev/null)" "$drv"
is "--eval-store" "$(instantiate --no-gc-warning --eval-store "$T/other" -E "$one"; ls "$T/other/nix/store")" "$drv
${drv#/nix/store/}"
is "--add-root" "$(kiln instantiate --add-root link -E "$set"; readlink link | sed 's|.*-||'; readlink link-2 | sed 's|.*-||')" "$T/link
$T/link-2!dev
one.drv
two.drv"
kiln gc >/dev/null 2>&1
ok "is a root" kiln store --check-validity "$drv"
fails_like "no root without writing" "writes nothing" kiln instantiate -n --add-root link -E "$one"
json=$(kiln instantiate --json -E "$set")
is "JSON" "$(echo "$json" | python3 -c '
import json, sys
for d in json.load(sys.stdin):
    print(d["attr"], d["name"], d["system"], d["drvPath"].rsplit("-")[-1], *sorted(d["outputs"]))')" \
	'a one s one.drv out
b.c two s two.drv dev out'
is "of nothing" "$(kiln instantiate --json -E '{ }' | tr -d '\n')" '[]'
fails_like "--repair is refused" "not supported" instantiate --repair -E "$one"

# ---- values ----
is "without arguments a function stays one" "$(instantiate --eval -E '{ a ? 1 }: a')" '<LAMBDA>'
is "with them it is called" "$(instantiate --eval -E '{ a, b ? 1 }: a + b' --arg a 2)" 3
echo text >file
is "arguments from a file" "$(instantiate --eval -E '{ a }: a' --arg-from-file a file)" '"text\n"'
is "arguments from standard input" "$(instantiate --eval -E '{ a }: a' --arg-from-stdin a <file)" '"text\n"'
fails_like "one that is absent" "argument 'a': .*absent" instantiate --eval -E '{ a }: a' --arg-from-file a absent
is "not in depth" "$(instantiate --eval -E '{ a = 1 + 1; b = [ (x: x) ]; }')" '{ a = <CODE>; b = <CODE>; }'
is "in depth" "$(instantiate --eval --strict -E '{ a = 1 + 1; b = [ (x: x) ]; }')" '{ a = 2; b = [ <LAMBDA> ]; }'
fails_like "JSON evaluates nothing on its own" "cannot convert a thunk to JSON" instantiate --eval --json -E '{ a = 1 + 1; }'
is "but in depth" "$(instantiate --eval --json --strict -E '{ a = 1 + 1; }')" '{"a":2}'
is "XML without positions" "$(instantiate --eval --xml --no-location -E '1' | tr -d '\n')" \
	"<?xml version='1.0' encoding='utf-8'?><expr>  <int value=\"1\" /></expr>"
is "standard input comes first" "$(echo '"in"' | instantiate --eval -E '"e"' -)" '"in"
"e"'
is "no expression is none" "$(instantiate --eval -E)" ''
is "--eval writes nothing" "$(instantiate --eval -E "($one).drvPath" --store "$T/third"; ls "$T/third/nix/store" 2>/dev/null)" "\"$drv\""
instantiate --eval --read-write-mode -E "($one).drvPath" --store "$T/third" >/dev/null
is "unless told to" "$(ls "$T/third/nix/store")" "${drv#/nix/store/}"
is "--find-file" "$(instantiate --find-file x -I x=/usr/bin)" /usr/bin
fails_like "of a file that is none" "'<nix/fetchurl.nix>' has no physical path" instantiate --find-file nix/fetchurl.nix
is "kiln eval --apply" "$(kiln eval -E '{ a = 2; }' -A a --apply 'x: x * 3')" 6

# ---- parsing ----
is "parse" "$(kiln parse -E 'a: a.b or 1 + 2' -E '[ 1 ]')" '(a: ((a).b or (1) + 2))
[ (1) ]'
is "the same as --parse" "$(kiln parse -E 'a: a.b or 1 + 2')" "$(instantiate --parse -E 'a: a.b or 1 + 2')"
is "a file" "$(kiln parse default.nix)" "$(instantiate --parse)"
fails_like "what is no expression" "syntax error" kiln parse -E '1 +'
