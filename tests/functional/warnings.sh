#!/bin/sh
# shellcheck disable=SC2016 # backquotes are Nix's
# What evaluation warns of, and how it is laid out: as Nix does.
. "$(dirname "$0")/../lib.sh"
plan 8
warns() { is "$1" "$(kiln eval -E "$2" 2>&1 >/dev/null)" "$3"; }

warns "further lines stand below the first" 'builtins.warn "one\ntwo\n" 1' 'evaluation warning: one
                    two'
warns "unless the text begins with a line's end" 'builtins.warn "\none\n\ntwo" 1' 'evaluation warning:
one

two'
warns "an old name of a hash format" \
	'builtins.convertHash { hash = "md5-1B2M2Y8AsgTpgAmY7PhCfg=="; toHashFormat = "base32"; }' \
	'warning: "base32" is a deprecated alias for hash format "nix32".'
warns "or as a name between operands" 'let or = 1; in builtins.length [ (x: x) or ]' \
	'warning: at «string»:1:34: This expression uses `or` as an identifier in a way that will change in a future Nix release.
Wrap this entire expression in parentheses to preserve its current meaning:
    ((x: x) or)
Give feedback at https://github.com/NixOS/nix/pull/11121'
warns "or as a name where it stays one" 'let or = x: x; f = x: x; in map or [ (f or) ]' ''
like "attributes without effect" "$(kiln eval -E '(derivation {
  name = "a"; system = "b"; builder = "c"; __structuredAttrs = true; maxSize = 1;
}).outPath' 2>&1)" "^         warning: 'structuredAttrs' disables the effect of the derivation attribute 'maxSize'; use 'outputChecks.<output>.maxSize' instead"

# What threw throws the same again, and is not evaluated again.
again='let x = builtins.trace "once" (let y = throw "no"; in y); in'
is "a thunk that threw is not evaluated again" "$(kiln eval -E "$again [ (builtins.tryEval x).success (builtins.tryEval x).success ]" --strict 2>&1)" \
	'trace: once
[ false false ]'
kiln eval -E "$again x" 2>"$T/first"
kiln eval -E "$again if (builtins.tryEval x).success then 1 else x" 2>"$T/second"
is "and fails as it did" "$(tail -n 4 "$T/second" | sed 's/in if .*/in x/; s/^ *|.*//')" "$(tail -n 4 "$T/first" | sed 's/^ *|.*//')"
