#!/bin/sh
# kiln diff: packages, and the facts that checks left, whatever they are about.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
plan 33
cd "$T" || exit 1
# Builds without a sandbox need a store at its own place.
unset KILN_STORE
export NIX_STORE_DIR="$T/st" NIX_STATE_DIR="$T/var" NIX_LOG_DIR="$T/log"
mkdir -p "$NIX_CONF_DIR"
echo 'sandbox = false' >"$NIX_CONF_DIR/nix.conf"
cat >set.nix <<'END'
let
  d = name: script: derivation {
    inherit name;
    system = builtins.currentSystem;
    builder = "/bin/sh";
    args = [ "-c" script ];
    PATH = "/usr/bin:/bin";
  };
in rec {
  inherit d;
  lib = v: d "lib-${v}" "echo ${v} >$out";
  pack = v: l: d "pack-${v}" "mkdir $out; echo ${l} >$out/dep";
  check = p: name: facts: d "${p.name}-${name}" ''
    mkdir -p $out/nix-support
    echo ${p} >$out/nix-support/checked
    printf '%s\n' '${facts}' >$out/nix-support/facts.json
  '';
  own = v: facts: d "own-${v}" "mkdir -p $out/nix-support; printf '%s' '${facts}' >$out/nix-support/facts.json";
  big = v: d "big-${v}" "head -c 20000 /dev/zero >$out";
}
END
make() { kiln build --no-link -E "with import $T/set.nix; $1" 2>/dev/null; }
diff_of() {
	kiln diff "$@" 2>&1
	echo "exit $?"
}

lib1=$(make '(lib "1")')
old=$(make '(pack "1" (lib "1"))') && new=$(make '(pack "2" (lib "1"))')
is "nothing" "$(diff_of "$old" "$old")" "exit 0"
is "versions" "$(diff_of "$old" "$new")" "pack: 1 → 2
exit 1"
is "a package that is new" "$(diff_of "$lib1" "$old")" "pack: ∅ → 1
exit 1"
is "sizes" "$(diff_of "$lib1" "$(make '(big "1")')")" "big: ∅ → 1, +19.6 KiB
lib: 1 → ∅
exit 1"

# Facts, of checks.
make '(check (pack "1" (lib "1")) "nodes-check" (builtins.toJSON {
  nodes = { Gone.x = 1; Kept = { cfg = "FLOAT"; list = [ "a" "b" "b" ]; order = [ 1 2 ]; }; };
  same = 1;
}))' >/dev/null
is "facts of one alone" "$(diff_of "$old" "$new")" "pack: 1 → 2
facts of pack:
  known only of the old one: check the other, too
exit 1"
make '(check (pack "2" (lib "1")) "nodes-check" (builtins.toJSON {
  nodes = { Kept = { cfg = "INT"; list = [ "b" "c" ]; order = [ 2 1 ]; }; New.y = 1; };
  same = 1; word = "ä";
}))' >/dev/null
said=$(diff_of "$old" "$new")
is "facts of both" "$said" 'pack: 1 → 2
facts of pack:
  - nodes.Gone
  ~ nodes.Kept.cfg: "FLOAT" → "INT"
  - nodes.Kept.list: "a"
  - nodes.Kept.list: "b"
  + nodes.Kept.list: "c"
  ~ nodes.Kept.order: [1,2] → [2,1]
  + nodes.New
  + word: "ä"
exit 1'
is "the other way round" "$(diff_of "$new" "$old" | grep -c '  [-+~] ')" 8
kiln diff --json "$old" "$new" >json
is "as JSON, the status" $? 1
json=$(cat json)
like "packages" "$json" '^ \{"name": "pack", "removed": \["1"\], "added": \["2"\], "size": 0\}$'
like "keys in parts" "$json" '^ \{"package": "pack", "key": \["nodes", "Gone"\], "before": \{"x":1\}, "after": null\},$'
like "values as they are" "$json" '^ \{"package": "pack", "key": \["nodes", "Kept", "cfg"\], "before": "FLOAT", "after": "INT"\},$'
is "it is JSON" "$(kiln eval -E "builtins.length (builtins.fromJSON (builtins.readFile $T/json)).facts")" 8
# What refers to it and is no check of it says nothing; of several checks the newest counts.
make '(check (pack "2" (lib "1")) "else" "{\"same\":2}")' >/dev/null
is "others do not count" "$(diff_of "$old" "$new")" "$said"
sleep 1.1
make '(check (pack "2" (lib "1")) "later-check" (builtins.toJSON { same = 3; nodes = { }; }))' >/dev/null
is "the newest check does" "$(diff_of "$old" "$new" | tail -n +2)" 'facts of pack:
  - nodes.Gone
  - nodes.Kept
  ~ same: 1 → 3
exit 1'

# Facts of the package itself.
a=$(make '(own "1" "{\"b\": {\"z\": 1, \"a\": 2}, \"a\": []}")')
is "members in any order" "$(diff_of "$a" "$(make '(own "2" "{\"a\":[],\"b\":{\"a\":2,\"z\":1}}")')")" "own: 1 → 2
exit 1"
is "an empty list" "$(diff_of "$a" "$(make '(own "2" "{\"a\":[1],\"b\":{\"a\":2,\"z\":1}}")')" | grep '  ')" "  + a: 1"
is "another type" "$(diff_of "$a" "$(make '(own "2" "{\"a\":{},\"b\":{\"a\":2,\"z\":1}}")')" | grep '  ')" "  ~ a: [] → {}"
# shellcheck disable=SC2016 # it is Nix
long=$(make '(own "2" "{\"a\":[],\"b\":\"${builtins.concatStringsSep "" (builtins.genList (_: "ä") 100)}\"}")')
like "a long value is cut, at a character" "$(kiln diff "$a" "$long" | iconv -f UTF-8 -t UTF-8)" '  ~ b: .* → "[^"]+…$'
bad=$(make '(own "3" "{\"a\":")')
said=$(diff_of "$a" "$bad")
like "facts that are no JSON" "$said" "^error: facts of '$a' or '$bad': JSON at line"
like "which is trouble" "$said" '^exit 2$'
is "what is not there is trouble, too" "$(diff_of "$a" "$NIX_STORE_DIR/00000000000000000000000000000000-x" | tail -1)" "exit 2"
is "as is a missing operand" "$(diff_of "$a" | tail -1)" "exit 2"
mkdir -p p/.flox/pkgs
cd p || exit 1
echo '{ }: derivation { name = "r"; system = builtins.currentSystem; builder = "/bin/sh"; }' >.flox/pkgs/r.nix
like "a recipe that is not built has its cure" "$(diff_of "$a" r)" '^hint: kiln build r$'

# ---- releases of a recipe ----
mkdir -p "$T/q/.flox/pkgs"
cd "$T/q" || exit 1
cat >versions.nix <<'N'
{ app = "3"; releases = { "1" = { app = "1"; }; "2" = { app = "2"; }; same.app = "1"; }; }
N
cat >.flox/pkgs/app.nix <<N
{ versions }: (import $T/set.nix).d "app-\${versions.app}" "echo >\$out"
N
said=$(diff_of --release 1 2 app)
like "a release that is not built" "$said" "^error: release '1' of recipe 'app' is not built$"
cure=$(printf '%s\n' "$said" | sed -n 's/^hint: //p')
is "has its cure" "$cure" "kiln build --no-link app --release 1"
is "which is trouble" "$(printf '%s\n' "$said" | tail -1)" "exit 2"
for release in 1 2 same; do kiln build --no-link app --release $release >/dev/null 2>&1; done
is "two releases, without a link" "$(diff_of --release 1 2 app) $(find . -type l)" "app: 1 → 2
exit 1 "
is "the same by two names" "$(diff_of --release 1 same app)" "exit 0"
is "as JSON" "$(diff_of --release --json 2 1 app | head -2 | tail -1)" ' {"name": "app", "removed": ["2"], "added": ["1"], "size": 0}'
like "a release that the project has not" "$(diff_of --release 1 22 app)" "^error: .*versions.nix has no release '22'"
like "a recipe that it has not" "$(diff_of --release 1 2 apq)" "^hint: did you mean 'app'\?$"
like "releases of nothing" "$(diff_of --release 1 2)" "^hint: kiln diff --release 1 2 RECIPE$"
like "a recipe without releases" "$(diff_of "$a" "$a" app)" "^error: 'app' is a third operand$"
