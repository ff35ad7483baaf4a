#!/bin/sh
# The REPL, through a pipe and on a terminal.
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
plan 63
cd "$T" || exit 1

# says LINES…: what is printed for them, errors after results.
says() { printf '%s\n' "$@" | kiln repl 2>&1 | plain; }
out_of() { printf '%s\n' "$@" | kiln repl 2>/dev/null; }

# ---- values ----
is "an expression" "$(says '1 + 1')" 2
is "one level of a set" "$(says '{ a = 1 + 1; b = { c = 1; }; d = [ 1 ]; e = { }; }')" '{
  a = 2;
  b = { ... };
  d = [ ... ];
  e = { ... };
}'
is "of one attribute" "$(says '{ a = 1; }' '[ 1 ]' '[ { } ]')" '{ a = 1; }
[ 1 ]
[
  { ... }
]'
is "in depth" "$(says ':p { a.b.c = [ 1 [ ] ]; }')" '{
  a = {
    b = {
      c = [
        1
        [ ]
      ];
    };
  };
}'
is "a string" "$(says '"a\nb"' ':p "a\nb"')" '"a\nb"
a
b'
is "functions" "$(says 'x: x' 'f = x: x' f map '(builtins.add 1)')" '«lambda @ «string»:1:1»
«lambda f @ «string»:1:5»
«primop map»
«partially applied primop add»'
is "an error inside" "$(says '{ a = throw "no"; b = 1; }')" '{
  a = «error: no»;
  b = 1;
}'
like "one at the top" "$(says 'throw "no"')" '^ +error: no$'
is "after which it goes on" "$(out_of 'throw "no"' 2)" 2
like "a derivation" "$(says '{ d = derivation { name = "n"; system = "s"; builder = "b"; }; e = 1; }')" \
	'^  d = «derivation /nix/store/[a-z0-9]*-n\.drv»;$'
like "cycles end" "$(says ':p let x = { y = x; z = 1; }; in x')" '«repeated»'
is "what a value is" "$(says ':t 1' ':t { }' ':t x: x' ':t map' ':t (map (x: x))' ':t "s"' ':t null')" "an integer
a set
a function
the built-in function 'map'
the partially applied built-in function 'map'
a string
null"
is "nothing" "$(says '' '  ' '# only a comment' 1 | tail -n 1)" 1

# ---- bindings ----
is "a variable" "$(says 'x = 1' 'x + 1')" 2
is "several" "$(says 'a = 1; b = 2;' 'a + b')" 3
is "the last semicolon may be missing" "$(says 'a = 1; b = 2' 'a + b')" 3
is "a path" "$(says 'a.b = 1; a.c = 2' 'a.b + a.c')" 3
is "inherit" "$(says 'inherit (builtins) add; inherit (builtins) sub' 'add 1 (sub 3 1)')" 3
is "bound again it leaves alone what was made before" "$(says 'x = 1' 'y = x + 1' 'x = 10' y 'x = x + 1' x)" '2
11'
is "lazily" "$(says 'x = throw "no"' 'y = 1' y)" 1
like "an unknown name is an error at once" "$(says 'x = nonsense')" "undefined variable 'nonsense'"
like "with its place" "$(says 'xy = nonsense')" '^ +\| +\^$'
is "a builtin may be hidden" "$(says 'map = 1' map)" 1

# ---- several lines ----
is "an expression" "$(says '{' 'a = 1;' '}')" '{ a = 1; }'
is "operands" "$(says '1 +' '2')" 3
is "a string" "$(says '"a' 'b"')" '"a\nb"'
is "a binding" "$(says 'x = {' '  a = 1;' '}' x)" '{ a = 1; }'
is "behind a command" "$(says ':t [' '1' ']')" 'a list'
like "what never ends is told" "$(says '(1 +')" 'unexpected end of file'
like "an unfinished file that is imported is an error" "$(echo '(1 +' >bad.nix; says 'import ./bad.nix' 7)" 'bad\.nix:2:1'
like "what is wrong is told" "$(says '1 )' 5)" "unexpected '\)'"

# ---- files ----
cat >file.nix <<'END'
{ n ? 1 }:
{
  /**
    Adds.

      inner
  */
  add = x: x + n;
  value = n;
}
END
is "a file" "$(echo 'add value' | kiln repl ./file.nix 2>/dev/null)" 2
is "with arguments" "$(echo 'add value' | kiln repl ./file.nix --arg n 5 2>/dev/null)" 10
is "-f and -A" "$(echo 'x' | kiln repl -f ./file.nix -E 1 2>&1 | plain | head -n 1)" "error: one expression at a time: '1' is too much"
is "an expression's attribute" "$(echo x | kiln repl -E '{ a.b = { x = 3; }; }' -A a.b 2>/dev/null)" 3
like "loading is told" "$(says ':l ./file.nix')" '^Added 2 variables\.$'
is ":l" "$(out_of ':l ./file.nix' value)" 1
is "a changed file is read again" "$(printf '{ v = 1; }' >v.nix
	{
		printf ':l ./v.nix\nv\n:e ./v.nix\nv\n'
	} | EDITOR='sed -i s/1/2/' kiln repl 2>/dev/null)" '1
2'
is ":r empties the scope" "$(says 'x = 1' ':r' x | grep -c "undefined variable 'x'")" 1
is "a file that fails is tried again" "$(says ':l ./absent.nix' ':a { a = 1; b = 2; }' 'a + b' 2>/dev/null | tail -n 1)" 3
is ":ll and :env" "$(out_of ':a { a = 1; b = 2; }' 'c = 3' ':ll' ':env')" 'a
b
a
b
c'
is "the editor is told the line" "$(printf ':l ./file.nix\n:e add\n' | EDITOR='echo vim' kiln repl 2>/dev/null)" "vim +8 $T/file.nix"
like "what has no place" "$(says ':e 1')" "package '1' has no source location information"

# ---- documentation ----
like "of a builtin" "$(says ':doc builtins.map')" '^Synopsis: builtins\.map f list$'
is "of a function" "$(out_of ':l ./file.nix' ':doc add')" "Function \`add\`
  … defined at $T/file.nix:8:9

Adds.

  inner"
like "of an attribute" "$(out_of ':l ./file.nix' 's = import ./file.nix { }' ':doc s.value')" 'No documentation found'
like "of what has none" "$(says ':doc 1')" 'value does not have documentation'

# ---- commands ----
like "help" "$(says ':?')" '^  :l, :load <path>'
like "an unknown one" "$(says ':nonsense')" "unknown command ':nonsense'"
is "traces" "$(says ':te' ':te' ':te true')" 'showing error traces
not showing error traces
showing error traces'
is ":q ends" "$(says 1 ':q' 2)" 1
echo hello >hello
drv="derivation { name = \"n\"; system = \"builtin\"; builder = \"builtin:fetchurl\"; url = \"file://$T/hello\";
	outputHashAlgo = \"sha256\"; outputHash = \"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03\"; }"
like "building what is none" "$(says ':b 1')" "does not evaluate to a derivation, so I can't build it"
is "a derivation" "$(says ":b $drv" | grep -v '^started\|^ended')" "
This derivation produced the following outputs:
  out -> $(cd "$KILN_STORE" && echo nix/store/*-n | sed s,^,/,)"
like "with a link" "$(says ":bl $drv")" '^  \./repl-result-out -> /nix/store/[a-z0-9]*-n$'
is "that is a root" "$(kiln gc >/dev/null 2>&1; cat "$KILN_STORE$(readlink repl-result-out)")" hello
mkdir -p "$KILN_STORE/nix/var/log/nix/drvs"
like "a log that is none" "$(says ":log ($drv) // { name = \"m\"; }" 2>&1)" "build log of '/nix/store/[a-z0-9]*-n\.drv' is not available"

printf '"a\000b"\n1 + 1\n' >null
like "a byte 0" "$(kiln repl <null 2>&1)" "contains null bytes"
is "nothing of what fails is printed" "$(out_of ':p { a = 1; b = let f = n: [ (f (n + 1)) ]; in f 0; }')" ""
# shellcheck disable=SC2094 # one waits for what the other says
is "a file that failed is loaded again" "$( (
	echo ':l mended.nix'
	until grep -q mended said; do sleep 0.1; done
	echo '{ mended = 5; }' >mended.nix
	printf ':r\nmended\n'
) | kiln repl 2>said)" 5

# ---- the terminal ----
echo '{ from_file = 7; }' >completed.nix
python3 "$here/repl.py" "$KILN_BUILD/kiln" "$T/completed.nix" >terminal 2>&1
is "on a terminal" "$(grep -v '^ok' terminal)" ""
is "all of it" "$(grep -c '^ok' terminal)" 25
like "the history is kept" "$(cat "$XDG_STATE_HOME/kiln/repl-history")" 'from_file'
if command -v strace >/dev/null; then
	strace -f -e trace=open,openat -o trace "$KILN_BUILD/kiln" eval -E 1 >/dev/null 2>&1
	is "kiln eval loads no libedit" "$(grep -c libedit trace)" 0
else
	is "kiln is not linked with libedit" "$(ldd "$KILN_BUILD/kiln" | grep -c libedit)" 0
fi
