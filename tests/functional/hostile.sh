#!/bin/sh
# Programs and files that were made to break the evaluator: each gives the right value or a clear
# error, soon, within little memory. What kills Nix, or what it answers, is said where it differs.
# shellcheck disable=SC2016 # the programs are not for the shell
. "$(dirname "$0")/../lib.sh"
plan 109

# repeat N TEXT: the text N times.
repeat() { awk -v n="$1" -v s="$2" 'BEGIN { for (i = 0; i < n; i++) printf "%s", s }'; }
# nested NAME EXPECTED HEAD MIDDLE TAIL [OPTIONS]: 100,000 levels of syntax.
nested() {
	what="100,000 repeat $1" expected=$2
	{ repeat 100000 "$3" && printf '%s' "$4" && repeat 100000 "$5"; } >"$T/nested.nix"
	shift 5
	is "$what" "$(kiln eval -f "$T/nested.nix" "$@" 2>&1 | head -n 1 | cut -c 1-120)" "$expected"
}
# value NAME EXPECTED EXPRESSION
value() { is "$1" "$(kiln eval -E "$3" 2>&1 | tail -c 300)" "$2"; }
# refused NAME LAST-LINE EXPRESSION [OPTIONS]: fails with exactly status 1 and that last line.
refused() {
	what=$1 expected=$2 expression=$3
	shift 3
	kiln eval "$@" -E "$expression" >"$T/out" 2>"$T/err"
	status=$?
	last=$(grep -a 'error:' "$T/err" | tail -n 1 | sed 's/^ *error: //' | cut -c 1-150)
	if [ "$status" = 1 ]; then is "$what" "$last" "$expected"; else fail "$what" "status $status" "$(tail -c 300 "$T/err")"; fi
}

# Nesting. Nix 2.34 gives the same, or dies of its own stack (+ of strings, * and paths).
nested "(" 1 '(' 1 ')'
nested "[" '[ <CODE> ]' '[' '' ']'
nested "a set" '{ a = <CODE>; }' '{a=' 1 ';}'
nested "rec" '{ a = <CODE>; }' 'rec {a=' 1 ';}'
nested "the old let" 1 'let {body=' 1 ';}'
nested "!" true '!' true ''
nested "-" 1 '-' 1 ''
nested "if" 1 'if true then ' 1 ' else 2'
nested "else if" 1 'if false then 2 else ' 1 ''
nested "a function" '<LAMBDA>' 'a: ' 1 ''
nested "formals" '<LAMBDA>' '{ a ? 1 }: ' 1 ''
nested "a default" 1 '{ a ? ' 1 '}: 1'
nested "//" '{ }' '{}//' '{}' ''
nested "++" '[ ]' '[]++' '[]' ''
nested "+" 100001 '1+' 1 ''
nested "&&" true 'true&&' true ''
nested "->" true 'true -> ' true ''
nested "interpolation" '"a"' '"${' '"a"' '}"'
nested "indented interpolation" '"a"' "''\${" '"a"' "}''"
nested "an attribute path" '{ x = <CODE>; }' '' "{ x$(repeat 100000 .a) = 1; }" ''
nested "or" 1 '{}.a or ' 1 ''
nested "with" 1 'with {}; ' 1 ''
nested "assert" 1 'assert true; ' 1 ''
nested "let" 1 'let a = 1; in ' a ''
nested "a function's argument" 'error: stack overflow; max-call-depth exceeded' '(x: x) (' 1 ')'
like "strings added 20,000 times" "$({ repeat 20000 '"a"+' && printf '"b"'; } >"$T/plus.nix" && kiln eval -f "$T/plus.nix" | wc -c)" '^20004$'
{ repeat 1000000 '('; } >"$T/deep.nix"
fails_like "a million levels are too many" 'error: expression is nested more than 240000 deep' kiln eval -f "$T/deep.nix"
{ printf 1 && repeat 1000000 ' + 1'; } >"$T/deep.nix"
fails_like "a million operators, too" 'error: expression is nested more than 240000 deep' kiln eval -f "$T/deep.nix"
fails_like "little stack for little memory" 'error: expression is nested more than [0-9]* deep' sh -c "ulimit -v 400000; '$KILN_BUILD/kiln' eval -f '$T/nested.nix'"

# Values that nest.
deep='let n = builtins.foldl'"'"' (a: _: [ a ]) [ ] (builtins.genList (x: x) 100000); s = builtins.foldl'"'"' (a: _: { x = a; }) { } (builtins.genList (x: x) 100000); in'
overflow='stack overflow; max-call-depth exceeded'
refused "deep lists as JSON" "$overflow" "$deep builtins.toJSON n"
refused "deep sets as JSON" "$overflow" "$deep builtins.toJSON s"
refused "deep lists as XML" "$overflow" "$deep builtins.toXML n"
refused "deep sets as XML" "$overflow" "$deep builtins.toXML s"
refused "deepSeq of deep lists" "$overflow" "$deep builtins.deepSeq n 1"
refused "deepSeq of deep sets" "$overflow" "$deep builtins.deepSeq s 1"
refused "deep lists printed" "$overflow" "$deep n" --strict
refused "deep sets printed" "$overflow" "$deep s" --strict
refused "deep lists compared" "$overflow" "$deep n == builtins.foldl' (a: _: [ a ]) [ ] (builtins.genList (x: x) 100000)"
refused "deep sets compared" "$overflow" "$deep s == builtins.foldl' (a: _: { x = a; }) { } (builtins.genList (x: x) 100000)"
refused "deep lists ordered" "$overflow" "$deep n < builtins.foldl' (a: _: [ a ]) [ ] (builtins.genList (x: x) 100000)"
refused "deep lists as a string" "$overflow" "$deep toString n"
refused "deep JSON lists" "$overflow" "builtins.fromJSON (builtins.concatStringsSep \"\" (builtins.genList (x: \"[\") 100000 ++ builtins.genList (x: \"]\") 100000))"
refused "deep JSON sets" "$overflow" "builtins.fromJSON (builtins.concatStringsSep \"\" (builtins.genList (x: ''{\"a\":'') 100000 ++ [ \"1\" ] ++ builtins.genList (x: \"}\") 100000))"
refused "deep TOML" 'while parsing TOML: fromTOML:1:203: tables and arrays nest deeper than 200' "builtins.fromTOML (\"a=\" + builtins.concatStringsSep \"\" (builtins.genList (x: \"[\") 100000))"
refused "a long TOML key" 'while parsing TOML: fromTOML:1:403: tables and arrays nest deeper than 200' "builtins.fromTOML (\"a\" + builtins.concatStringsSep \"\" (builtins.genList (x: \".a\") 100000) + \"=1\")"
value "a million delayed additions" 499999500000 "(builtins.foldl' (a: x: { v = a.v + x; }) { v = 0; } (builtins.genList (x: x) 1000000)).v"

# Recursion without end.
refused "a function" "$overflow" 'let f = n: 1 + f (n + 1); in f 0'
refused "a function that only calls itself" "$overflow" 'let f = x: f x; in f 1'
refused "map" "$overflow" 'let f = n: map f [ n ]; in builtins.deepSeq (f 0) 1'
refused "attributes" "$overflow" 'let f = n: { x = f (n + 1); }; in builtins.deepSeq (f 0) 1'
refused "attributes as JSON" "$overflow" 'let f = n: { x = f (n + 1); }; in f 0' --json
refused "attributes as XML" "$overflow" 'let f = n: { x = f (n + 1); }; in builtins.toXML (f 0)'
refused "attributes compared" "$overflow" 'let f = n: { x = f (n + 1); }; in f 0 == f 0'
refused "lists in order" "$overflow" 'let f = n: [ (f (n + 1)) ]; in f 0 < f 0'
refused "__functor" "$overflow" 'let s = { __functor = s; }; in s 1'
refused "__toString" "$overflow" 'let s = { __toString = self: self; }; in "${s}"'
refused "outPath" "$overflow" 'let s = { outPath = s; }; in "${s}"'
refused "tryEval" "$overflow" 'let f = n: (builtins.tryEval (f (n + 1))).value; in f 0'
refused "addErrorContext" "$overflow" 'let f = n: builtins.addErrorContext "at ${toString n}" (f (n + 1)); in f 0'
refused "cycles compared" "$overflow" 'let x = [ x ]; y = [ y ]; in x == y'
value "cycles forced" 1 'let x = { a = x; }; in builtins.deepSeq x 1'
refused "x is x" 'infinite recursion encountered' 'let x = x; in x'
refused "x is y is x" 'infinite recursion encountered' 'let x = y; y = x; in x'
refused "rec" 'infinite recursion encountered' 'rec { a = b; b = a; }.a'
refused "a fixed point of nothing" 'infinite recursion encountered' 'let fix = f: let x = f x; in x; in fix (x: x)'
refused "with itself" 'infinite recursion encountered' 'let a = with a; b; in a'
refused "a name from itself" 'infinite recursion encountered' 'rec { ${a} = 1; a = a; }.a'
refused "inherit from itself" 'infinite recursion encountered' 'let inherit (a) a; in a'
refused "a derivation's own builder" 'infinite recursion encountered' 'let d = derivation { name = "a"; system = "x"; builder = d; }; in d.drvPath'
echo 'import ./b.nix' >"$T/a.nix" && echo 'import ./a.nix' >"$T/b.nix" && echo 'import ./self.nix' >"$T/self.nix"
refused "files that import each other" 'infinite recursion encountered' "import $T/a.nix"
refused "a file that imports itself" 'infinite recursion encountered' "import $T/self.nix"
for kilobytes in 128 unlimited; do
	# shellcheck disable=SC3045 # every sh here has it
	out=$(ulimit -s "$kilobytes" && kiln eval -E 'let f = x: f x; in f 1' 2>&1 | head -n 1)
	is "recursion on a stack of $kilobytes" "$out" "error: $overflow"
done

# More than there is. Nix says "out of memory", too.
# shellcheck disable=SC2030,SC2031,SC3045 # what the subshell counts is added below
(
	ulimit -v 2000000
	refused "a list of a billion" 'out of memory' 'builtins.genList (x: x) 1000000000'
	refused "a list of 2^60" 'out of memory' 'builtins.length (builtins.genList (x: x) 1152921504606846976)'
	refused "lists that double" 'out of memory' 'let f = s: builtins.seq s (f (s ++ s)); in f [ 1 ]'
	refused "lists that grow tenfold" 'out of memory' 'let f = n: s: if n == 0 then s else f (n - 1) (builtins.concatLists [ s s s s s s s s s s ]); in f 12 [ 1 ]'
	refused "a closure without end" 'out of memory' 'builtins.genericClosure { startSet = [ { key = 0; } ]; operator = x: [ { key = x.key + 1; } ]; }'
	refused "many small values" 'out of memory' "builtins.foldl' (a: x: [ a ]) [ ] (builtins.genList (x: x) 100000000)"
	refused "tryEval does not catch it" 'out of memory' 'builtins.tryEval (builtins.genList (x: x) 1000000000)'
	exit "$failed"
)
# shellcheck disable=SC2031
failed=$? n=$((n + 7))

# Big things that do fit.
big='let f = n: s: if n == 0 then s else f (n - 1) (s + s); s = f 20 (builtins.concatStringsSep "" (builtins.genList (x: "x") 100)); in'
value "a string of 100 MB" 104857600 "$big builtins.stringLength s"
value "its hash" "\"$(head -c 104857600 /dev/zero | tr '\0' x | sha256sum | cut -d ' ' -f 1)\"" "$big builtins.hashString \"sha256\" s"
value "as JSON" 104857602 "$big builtins.stringLength (builtins.toJSON s)"
value "from JSON" true "$big builtins.fromJSON ''\"\${s}\"'' == s"
value "matched" '[ ]' "$big builtins.match \"x*\" s"
value "as a name" true "$big builtins.attrNames { \${s} = 1; } == [ s ]"
{ printf '"' && head -c 100000000 /dev/zero | tr '\0' x && printf '"'; } >"$T/literal.nix"
is "in a file" "$(kiln eval -f "$T/literal.nix" | wc -c)" 100000003
is "read from a file" "$(kiln eval -E "builtins.stringLength (builtins.readFile $T/literal.nix)")" 100000002
rm "$T/literal.nix"
refused "longer than a string may be" 'string is longer than 1073741824 bytes' 'let f = s: builtins.seq s (f (s + s)); in f "0123456789abcdef"'
value "a list of ten million" 10000000 "builtins.length (builtins.genList (x: x) 10000000)"
value "a set of a million" 1000000 'builtins.length (builtins.attrNames (builtins.listToAttrs (builtins.genList (x: { name = toString x; value = x; }) 1000000)))'
refused "an integer of 100,000 digits" "invalid integer '$(repeat 133 9)" "$(repeat 100000 9)"
value "an expression that takes exponential time elsewhere" null 'builtins.match "(a|aa)*(a|a)*b" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"'
refused "an expression with too many states" "memory limit exceeded by regular expression 'a{1,65535}'" 'builtins.match "a{1,65535}" "a"'

# Files that are none.
mkfifo "$T/fifo"
for use in "import" "builtins.readFile" "builtins.hashFile \"sha256\"" "scopedImport { }"; do
	fails_like "a FIFO for $use" 'is a FIFO, not a file' timeout 10 "$KILN_BUILD/kiln" eval -E "$use $T/fifo"
done
fails_like "a FIFO as the program" 'is a FIFO, not a file' timeout 10 "$KILN_BUILD/kiln" eval -f "$T/fifo"
fails_like "a FIFO for the store" 'is neither a file, a folder nor a symlink' timeout 10 "$KILN_BUILD/kiln" eval -E "\"\${$T/fifo}\""
fails_like "a folder for a file" 'is a folder, not a file' kiln eval -E "builtins.readFile $T"
fails_like "a device" 'is a device, not a file' kiln eval -E 'import /dev/zero'
ln -s loop "$T/loop"
fails_like "a link to itself" 'too many symbolic links' kiln eval -f "$T/loop"
# within MB EXPRESSION
# shellcheck disable=SC3045 # every sh of today has it
within() { (ulimit -v "$1"000 && timeout 20 "$KILN_BUILD/kiln" eval --strict -E "$2"); }
ln -s "longer/$(printf 'a/%.0s' $(seq 1800))" "$T/longer"
fails_like "a link that grows" 'infinite symlink recursion' within 300 "builtins.pathExists $T/longer/x"
python3 -c 'print("builtins.parseFlakeRef \"github:o/r/" + "a/" * 60000 + "\"")' >"$T/segments.nix"
ok "a reference of many parts" within 300 "import $T/segments.nix == 1"
fails_like "one that is too long" 'at most 262144 are allowed' \
	within 300 "builtins.parseFlakeRef (\"https://h/\" + builtins.concatStringsSep \"a\" (builtins.genList toString 100000))"
python3 -c 'print("with { a = 1; }; " * 3000 + "[ " + "a " * 16000 + "]")' >"$T/withs.nix"
ok "withs in each other" within 300 "builtins.length (import $T/withs.nix) == 16000"

# Random bytes, and random words of the language, through the parser and the evaluator.
python3 - "$T/random" "$(dirname "$0")/../../fuzz/nix.dict" <<'END'
import os
import random
import sys
random.seed(4)
words = open(sys.argv[2]).read().split("\n")
words = [w[1:-1].replace('\\"', '"').replace("\\\\", "\\") for w in words if w.startswith('"')]
os.mkdir(sys.argv[1])
for i in range(2000):
    if i % 2:
        data = " ".join(random.choice(words) for _ in range(random.randrange(40))).encode()
    else:
        data = bytes(random.randrange(256) for _ in range(random.randrange(200)))
    open("%s/%04d" % (sys.argv[1], i), "wb").write(data)
END
ok "random programs parsed" "$KILN_BUILD/fuzz/fuzz_parse" "$T/random"
ok "random programs run" "$KILN_BUILD/fuzz/fuzz_eval" "$T/random"
