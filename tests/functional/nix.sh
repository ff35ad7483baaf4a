#!/bin/sh
# The name `nix`: eval with its operands and outputs, repl, flakes, and what is not there.
. "$(dirname "$0")/../lib.sh"
plan 51
cd "$T" || exit 1
nix() { compat nix --extra-experimental-features 'nix-command flakes' "$@"; }
set='{ a.b = [ 1 2 ]; s = "x\n"; f = x: x; n = null; p = /etc/none; }'

# ---- expressions and files ----
is "a value" "$(nix eval --expr '1 + 1')" 2
is "in depth, on one line" "$(nix eval --expr '{ a = 1 + 1; b = { c = [ (2 + 1) { } ]; }; }')" '{ a = 2; b = { c = [ 3 { } ]; }; }'
is "errors inside are shown" "$(nix eval --expr '{ a = throw "no"; }')" '{ a = «error: no»; }'
fails_like "one at the top is one" '^ +error: no$' nix eval --expr 'throw "no"'
like "a derivation is its path" "$(nix eval --read-only --expr '{ d = derivation { name = "n"; system = "s"; builder = "b"; }; }')" \
	'^\{ d = «derivation /nix/store/[a-z0-9]*-n\.drv»; \}$'
is "an attribute path" "$(nix eval --expr "$set" a.b.1)" 2
is "an output means nothing to a value" "$(nix eval --expr "$set" 's^out')" '"x\n"'
is "the value itself" "$(nix eval --expr '{ a = 1; }' .)" '{ a = 1; }'
is "the options' place does not matter" "$(compat nix --expr "$set" eval a.b.0)" 1
is "a function is not called" "$(nix eval --expr '{ a ? 1 }: a')" '«lambda @ «string»:1:1»'
is "but on the way" "$(nix eval --expr '{ a ? 1 }: { b = a; }' b)" 1
is "with arguments" "$(nix eval --expr '{ a }: { b = a; }' b --argstr a x)" '"x"'
is "--apply" "$(nix eval --expr "$set" a --apply 'x: builtins.attrNames x')" '[ "b" ]'
is "--raw" "$(nix eval --raw --expr "$set" s; echo end)" "x
end"
is "--json" "$(nix eval --json --expr '{ a = [ 1 { } [ ] null ]; b = "x\"{,"; p = /etc/none; }')" \
	'{"a":[1,{},[],null],"b":"x\"{,","p":"/etc/none"}'
is "on lines" "$(nix eval --json --pretty --expr '{ a = [ 1 { } [ ] ]; b = "x\"{,:"; }')" '{
  "a": [
    1,
    {},
    []
  ],
  "b": "x\"{,:"
}'
fails_like "not both" "mutually exclusive" nix eval --raw --json --expr 1
echo '{ n ? 3 }: { inherit n; }' >file.nix
is "a file" "$(nix eval -f ./file.nix n --arg n 5)" 5
is "standard input" "$(echo '{ a = 7; }' | nix eval -f - a)" 7
fails_like "not a file and an expression" "exclusive" nix eval -f ./file.nix --expr 1
fails_like "one operand" "too much" nix eval --expr 1 a b
nix eval --expr '{ a = "x"; b.c = "y"; }' --write-to written
is "--write-to" "$(cat written/a written/b/c)" "xy"
fails_like "to a new name" "'written' already exists" nix eval --expr '"x"' --write-to written
fails_like "of strings" "not a string or an attribute set" nix eval --expr '{ a = 1; }' --write-to other
fails_like "of names that are some" "invalid file name" nix eval --expr '{ "a/b" = ""; }' --write-to another

# ---- purity ----
fails_like "pure unless told otherwise" "forbidden in pure evaluation mode" nix eval --expr 'builtins.readFile ./file.nix'
is "told otherwise" "$(nix eval --impure --expr 'builtins.stringLength (builtins.readFile ./file.nix)')" 26
is "whatever a file says" "$(NIX_CONFIG='pure-eval = false' nix eval --expr 'builtins ? currentTime')" false
is "a file is not" "$(echo 'builtins ? currentTime' >time.nix; nix eval -f ./time.nix)" true
fails_like "and cannot be" "not compatible with '--pure-eval'" nix eval --pure-eval -f ./file.nix

# ---- flakes ----
mkdir -p flake/below
cat >flake/flake.nix <<'END'
{
  outputs = { self }: {
    packages.a-b = { default = "default"; both = "package"; };
    legacyPackages.a-b.old."x.y" = "legacy";
    both = "plain";
    here = builtins.readFile "${self}/text";
  };
}
END
printf words >flake/text
cd flake || exit 1
flake() { nix eval --system a-b "$@"; }
is "the default" "$(flake; flake .)" '"default"
"default"'
is "packages come first" "$(flake .#both)" '"package"'
is "then the older kind" "$(flake '.#old."x.y"')" '"legacy"'
is "or only what is named" "$(flake .#.both)" '"plain"'
is "a flake reads its own files, purely" "$(flake .#here)" '"words"'
is "from a folder below" "$( (cd below && flake .#both); flake ./below#both)" '"package"
"package"'
is "by its reference" "$(cd / && flake "path:$T/flake#both"; cd / && flake "$T/flake#both")" '"package"
"package"'
fails_like "what is not there" \
	"flake 'path:$T/flake' does not provide attribute 'packages.a-b.none', 'legacyPackages.a-b.none' or 'none'" flake .#none
fails_like "no flake" "is not part of a flake" flake "$T#x"

mkdir -p "odd/b c/in" 'odd/d%20e' 'odd/p&q=r' outer/repo/sub
for d in "odd/b c" 'odd/d%20e' 'odd/p&q=r' outer; do
	echo '{ outputs = _: { x = 4; "a b" = 7; }; }' >"$d/flake.nix"
done
is "folders with odd names" "$(flake "./odd/b c/in#x" && flake './odd/d%20e#x' && flake './odd/p&q=r#x')" "4
4
4"
is "and attributes" "$(flake './odd/b c#a%20b' && flake './odd/b c#"a b"')" "7
7"
fails_like "a quote that is left open" "missing closing quote in selection path" flake './odd/b c#"a b'
mkdir outer/repo/.git
fails_like "a flake outside the repository" "path '$T/flake/outer/repo' is not part of a flake" flake ./outer/repo/sub#x
is "is one for who is there" "$(flake ./outer#x)" 4

# ---- files ----
(umask 077 && nix eval --expr '{ d.f = "text"; }' --write-to written)
is "--write-to heeds the umask" "$(stat -c %a written written/d written/d/f | tr '\n' ' ')" "700 700 600 "
is "a root's link is named in full" "$(compat nix-instantiate -E 'derivation { name = "n"; system = "s"; builder = "b"; }' --add-root rooted)" "$PWD/rooted"
fails_like "an operand is no program" "bad character in the URL" compat nix-instantiate --eval "http://\${toString (1+1)}.invalid/"

# ---- the REPL, and the rest ----
is "repl of a flake" "$(echo both | nix repl . 2>/dev/null)" '"plain"'
echo '(derivation { name = "read-only"; system = "s"; builder = "b"; }).drvPath' | nix repl --read-only >/dev/null 2>&1
is "--read-only of repl" "$(find "$KILN_STORE/nix" -name '*read-only*')" ""
is "of attributes" "$(echo 'x + y' | nix repl --expr '{ a.x = 1; b.y = 2; }' a b 2>/dev/null)" 3
fails_like "another command is named" "kiln run" nix run
