#!/bin/sh
# kiln size: what a closure weighs, path by path, and what each adds.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
plan 27
cd "$T" || exit 1
# Builds without a sandbox need a store at its own place.
unset KILN_STORE
export NIX_STORE_DIR="$T/st" NIX_STATE_DIR="$T/var" NIX_LOG_DIR="$T/log"
mkdir -p "$NIX_CONF_DIR" project/.flox/pkgs
echo 'sandbox = false' >"$NIX_CONF_DIR/nix.conf"
# top needs left and right, both need shared, left alone needs below; itself: a path that refers to itself
cat >project/.flox/pkgs/top.nix <<'END'
{ }:
let
  d = name: size: needs: derivation {
    inherit name;
    system = builtins.currentSystem;
    builder = "/bin/sh";
    args = [ "-c" "head -c ${toString size} /dev/zero >$out; echo $out ${toString needs} >>$out" ];
    PATH = builtins.getEnv "PATH";
  };
  shared = d "shared" 100000 [ ];
  below = d "below" 30000 [ shared ];
  left = d "left" 2000 [ below shared ];
  right = d "right" 3000 [ shared ];
in d "top" 1000 [ left right ]
END
cat >project/.flox/pkgs/other.nix <<'END'
{ top }: derivation {
  name = "other"; system = builtins.currentSystem; builder = "/bin/sh"; PATH = builtins.getEnv "PATH";
  args = [ "-c" "head -c 500 /dev/zero >$out; echo ${top} >>$out" ];
}
END
echo '{ }: derivation { name = "unbuilt"; system = builtins.currentSystem; builder = "/bin/sh"; args = [ ]; }' >project/.flox/pkgs/unbuilt.nix
cd project || exit 1
kiln build top other >/dev/null 2>"$T/err" || fail "the recipes build" "$(cat "$T/err")"
top=$(readlink result-top)

kiln size -b top >"$T/table"
own() { awk -v n="-$1" 'index($3, n) { print $2 }' "$T/table"; }
added() { awk -v n="-$1" 'index($3, n) { print $1 }' "$T/table"; }
nar() { kiln store -q --size "$(kiln store -qR "$top" | grep -e "-$1\$")"; }
for name in top left right below shared; do
	is "$name's own size is its NAR's" "$(own "$name")" "$(nar "$name")"
done
is "what nothing else needs adds itself" "$(added right)" "$(nar right)"
is "what alone needs another path adds that, too" "$(added left)" $(($(nar left) + $(nar below)))
is "what two need is added by neither" "$(added shared)" "$(nar shared)"
total=$(($(nar top) + $(nar left) + $(nar right) + $(nar below) + $(nar shared)))
is "the top adds all of it" "$(added top)" "$total"
is "the last line has the sum" "$(tail -1 "$T/table" | awk '{ print $1, $2, $3 }')" "$total 5 paths"
is "the biggest additions stand first" "$(awk 'NR > 1 && NF == 3 && $3 ~ "/" { sub(".*-", "", $3); print $3 }' "$T/table" | paste -sd ' ')" \
	"top shared left below right"
is "or the biggest paths" "$(kiln size --own top | awk '$NF ~ "/" { sub(".*-", "", $NF); print $NF }' | paste -sd ' ')" \
	"shared below right left top"
like "sizes have units" "$(kiln size top)" '^ *97\.[0-9] KiB +97\.[0-9] KiB  .*-shared$'
is "a path and a link to it are the same" "$(kiln size -b "$top"; kiln size -b ./result-top)" "$(cat "$T/table" "$T/table")"
is "two names have one closure" "$(kiln size -b other top | tail -1 | awk '{ print $1 }')" $((total + $(kiln store -q --size "$(readlink result-other)")))
is "and what is asked for itself is added by no other" "$(kiln size -b other top | awk '/-other$/ { print $1 == $2 }')" 1
is "JSON is whole" "$(kiln size --json top | python3 -c 'import json, sys
d = json.load(sys.stdin)
print(d["total"], len(d["paths"]), sum(p["own"] for p in d["paths"]), d["paths"][0]["added"])')" "$total 5 $total $total"
fails_like "a recipe that is not built says how to" "^hint: kiln build unbuilt$" kiln size unbuilt
fails_like "a folder is a path" "path '.' is not in the Nix store" kiln size .
fails_like "an unknown name says what is near" "did you mean 'other'" kiln size othr
# a package of the set
mkdir -p "$T/data/pkgs"
cat >"$T/data/pkgs/default.nix" <<'END'
{ ... }: let
  d = name: derivation { inherit name; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" "echo tool >$out" ]; };
in { deep.tool = d "tool"; absent = d "absent"; gone = let why = throw "it left\nhint: look elsewhere"; in d "gone" // { drvPath = why; }; }
END
(
	export KILN_DATA_DIR="$T/data"
	cd "$T" && kiln build --no-link -f "$T/data/pkgs" -A deep.tool >tool 2>err
	is "a package of the set is named by its attributes" "$(kiln size deep.tool | sed -n 2p | sed 's/.*  //')" "$(cat tool)"
	is "one that is not there says how to build it" "$(kiln size absent 2>&1)" "error: package 'absent' is not in the store
hint: kiln build absent"
	is "of one that fails its words are told, not the steps to them" "$(kiln size gone 2>&1)" "error: evaluating 'gone' of kiln's package set: it left
hint: look elsewhere"
	echo "$n $failed" >counts
)
read -r n failed <"$T/counts"
is "outside of a project a name may be any of these" "$(cd "$T" && kiln size frobnicate 2>&1)" "error: there is no package 'frobnicate'
hint: kiln search frobnicate looks into descriptions, too
hint: or name a store path, or a link to one (result-NAME)"
is "a Python package's full name is told" "$(cd "$T" && kiln size numpy 2>&1 | head -2)" "error: there is no package 'numpy'
hint: did you mean 'python3.pkgs.numpy'?"
kiln size >/dev/null 2>&1
is "a name is needed" "$?" 2
kiln size "$NIX_STORE_DIR/00000000000000000000000000000000-x" >/dev/null 2>&1
is "a path that is not there is a failure" "$?" 1
