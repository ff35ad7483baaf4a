#!/bin/sh
# What may be asked for, and what becomes of it: recipes of which one does not evaluate, paths and
# outputs, the names of links, plans as JSON, registered paths that are gone, a store of others.
# shellcheck disable=SC2016
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/small-set.sh
. "$(dirname "$0")/../small-set.sh"
plan 86
cd "$T" || exit 1

# run COMMAND…: sets $out, $status; the rest of what it says is in err.
run() {
	out=$("$@" 2>err)
	status=$?
}
links() { find . -maxdepth 1 -type l | sort | tr '\n' ' '; }
no_links() { find "$T" -maxdepth 2 -type l -exec rm {} +; }

# ---- recipes, one of which fails ----
mkdir -p project/.flox/pkgs
cat >project/.flox/pkgs/one.nix <<'NIX'
import ../../../made.nix "one" "1" [ "out" ]
NIX
cat >project/.flox/pkgs/bad.nix <<'NIX'
throw "this one never"
NIX
cat >project/.flox/pkgs/worse.nix <<'NIX'
{ a = 1; }.b
NIX
cat >project/.flox/pkgs/two.nix <<'NIX'
import ../../../made.nix "two" "2" [ "out" ]
NIX
cd project || exit 1
run kiln build
is "a recipe that does not evaluate ends the build of all" "$status $(links)" "1 "
like "it is named" "$(cat err)" "^ *error: recipe 'bad': this one never$"
fails_like "an attribute of no expression is refused" "^error: '--attr' without --expr or --file" kiln build -A a one
fails_like "beside no name, too" "^error: '--attr' without" kiln build -A a
fails_like "and an argument" "^error: '--arg' without" kiln build --argstr a b one
fails_like "a set that is absent is no other set" "^error: --nixpkgs: cannot find '/nowhere/set'" kiln build --nixpkgs /nowhere/set one
like "another of Flox's sets is told not to be there" "$(compat flox build -n --stability unstable one 2>&1)" "^warning: '--stability unstable' does"
is "the usual one is" "$(compat flox build -n --stability stable one 2>&1 | grep -c warning)" 0
run kiln build -k
is "with -k all others are built" "$(links)" "./result-one ./result-two "
is "their paths are printed" "$(echo "$out" | sed 's/.*-//' | tr '\n' ' ')" "one two "
is "and it fails all the same" "$status" 1
like "naming the one" "$(cat err)" "^ *error: recipe 'bad': this one never$"
like "and the other" "$(cat err)" "^ *error: recipe 'worse': attribute 'b' missing$"
run kiln build -k
is "a failure is not kept" "$status $(grep -c "error: recipe" err)" "1 2"
# What cannot be read tells where it is, also in the set.
mkdir -p broken/.flox/pkgs
cp -r "$T/data" broken/data
echo '{ stdenv' >broken/data/pkgs/more.nix
echo '{ x }: y' >broken/data/pkgs/names.nix
sed -i '1s/$/ more = import .\/more.nix; names = import .\/names.nix;/' broken/data/pkgs/default.nix
echo 'import ../../data/pkgs/more.nix' >broken/.flox/pkgs/one.nix
echo '(import ../../data/pkgs/default.nix { }).names' >broken/.flox/pkgs/two.nix
said() { KILN_DATA_DIR=$PWD/broken/data kiln build --project broken "$1" 2>&1; }
like "a text of the set that cannot be read tells its place" "$(said one)" "^       at $PWD/broken/data/pkgs/more.nix:2:1:\$"
like "as does a name that is none" "$(said two)" "^       at $PWD/broken/data/pkgs/names.nix:1:8:\$"
like "and the line that led there" "$(said two)" "^       from $PWD/broken/.flox/pkgs/two.nix:1:1"
run kiln build -k bad
is "one alone that fails" "$status $out" "1 "
run kiln build -k nothing one
is "a name that is none" "$status $(echo "$out" | sed 's/.*-//')" "1 one"
like "is told of" "$(cat err)" "there is no recipe and no package 'nothing'"
echo 'import ../../../made.nix "broken" "fail" [ "out" ]' >project.nix
mv project.nix .flox/pkgs/broken.nix
run kiln build -k
is "a builder that fails, too" "$status" 100
like "does not hide them" "$(cat err)" "recipe 'bad': this one never"
rm .flox/pkgs/broken.nix .flox/pkgs/bad.nix .flox/pkgs/worse.nix
run kiln build -o named
is "one link for two recipes" "$status" 2
run kiln build -E 1 one
like "a recipe beside an expression" "$(cat err)" "a recipe's name beside an expression"
is "is a mistake" "$status" 2
cd .. || exit 1
no_links

# ---- outputs ----
many='import ./made.nix "many" "m" [ "out" "dev" "doc" ]'
drv=$(kiln instantiate -E "$many")
run kiln build -n --json -E "$many // { meta.outputsToInstall = [ \"out\" \"dev\" ]; }"
like "a plan as JSON has the outputs" "$out" \
	'"outputs": \{"out": "/nix/store/[a-z0-9]{32}-many", "dev": "/nix/store/[a-z0-9]{32}-many-dev"\}'
like "while it is told" "$(cat err)" "^this derivation will be built:"
is "and nothing is built" "$(find "$KILN_STORE/nix/store" -name '*-many' | wc -l)" 0
run kiln build -n -E "$many"
is "without --json it prints no paths" "$out" ""
run kiln build -o x "$drv^out,dev"
is "-o names links of all outputs" "$(links)" "./x ./x-dev "
is "which lead there" "$(readlink x x-dev)" "$out"
no_links
run kiln build -o x "$drv^doc"
is "of one that is not out" "$(links)" "./x-doc "
no_links
run kiln build "$drv!dev,out"
is "after a mark of exclamation, too" "$(links)" "./result ./result-dev "
no_links
run kiln build "$drv"
is "without any it is all" "$(links)" "./result ./result-dev ./result-doc "
no_links
run kiln build "$drv^*"
is "as after a star" "$(links)" "./result ./result-dev ./result-doc "
no_links
run kiln build "$drv^out" "$drv^dev"
is "outputs of one derivation share a number" "$(links)" "./result ./result-dev "
no_links
run kiln build "$drv^none"
is "an output that is none" "$status" 1
like "is told" "$(cat err)" "has no output 'none'"
run compat nix-build "$drv"
is "nix-build takes out" "$(links) $out" "./result  $(compat nix-store -q --binding out "$drv")"
no_links
for mark in '!' '^'; do
	run compat nix-build "$drv${mark}dev"
	is "or what is behind $mark" "$(links)" "./result-dev "
	no_links
done
run compat nix-build -E "let d = $many; in [ d.dev d d.doc (import ./made.nix \"more\" \"1\" [ \"out\" ]) ]"
is "and numbers derivations, not outputs" "$(links)" "./result ./result-2 ./result-dev ./result-doc "
is "in the order of asking" "$(echo "$out" | sed 's/.*-m/m/' | tr '\n' ' ')" "many-dev many many-doc more "
no_links
for mark in '!' '^'; do
	is "nix-store realises what is behind $mark" "$(compat nix-store --realise "$drv${mark}doc" 2>/dev/null)" \
		"$(compat nix-store -q --binding doc "$drv")"
done
is "and all after a star" "$(compat nix-store --realise "$drv^*" 2>/dev/null | sort)" "$(compat nix-store -q --outputs "$drv" | sort)"
path=$(compat nix-store -q --binding out "$drv")
run kiln build --json "$path"
like "a path is its own output" "$out" "\"outputs\": \{\"out\": \"$path\"\}"
is "and gets a link" "$(readlink result)" "$path"
run kiln build "$path^dev"
is "but has no other" "$status" 2
no_links

# ---- registered, but gone ----
gone() {
	test -e "$KILN_STORE${1:?}" || echo "# $1 was gone before"
	chmod -R u+w "$KILN_STORE$1"
	rm -rf "${KILN_STORE:?}$1"
}
gone "$path"
fails_like "what is gone does not run" "'$path' is registered, but its files are gone" kiln run "$path"
run kiln build --no-link "$drv^out"
is "what was deleted by hand is made again" "$status $(cat "$KILN_STORE$path")" "0 m"
like "and that is said" "$(cat err)" "^warning: '$path' is registered, but its files are gone$"
gone "$path"
run kiln build --no-link "$path"
is "when the path alone is asked for, too" "$status $(cat "$KILN_STORE$path")" "0 m"
(cd project && kiln build one >/dev/null 2>&1)
one=$(readlink project/result-one)
gone "$one"
run kiln build --project project one
is "a recipe's, whose evaluation is remembered" "$status $(cat "$KILN_STORE$one")" "0 1"
gone "$one"
run kiln build -n --project project one
like "a plan tells, too" "$(cat err)" "^  /nix/store/.*-one.drv$"
run compat nix-build --no-out-link project/.flox/pkgs/one.nix
is "nix-build does the same" "$status $(cat "$KILN_STORE$one")" "0 1"
gone "$one"
run kiln eval -E 'import (import ./project/.flox/pkgs/one.nix)'
is "and import-from-derivation" "$out" 1
gone "$one"
run kiln build --no-link -E "derivation { name = \"user\"; of = import ./project/.flox/pkgs/one.nix; text = \"u\"; system = builtins.currentSystem; builder = \"/bin/sh\"; }"
is "and what needs it" "$status $(cat "$KILN_STORE$one")" "0 1"
echo alone >alone
alone=$(compat nix-store --add alone)
gone "$alone"
run kiln build --no-link "$alone"
is "what nothing makes is no success" "$status" 1
like "and told" "$(cat err)" "'$alone' is registered, but its files are gone"
cp alone "$KILN_STORE$alone"
chmod 444 "$KILN_STORE$alone"
ok "the store verifies" compat nix-store --verify --check-contents

# ---- a program of another kind of machine ----
printf '\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\64\22\1\0\0\0%048d' 0 >"$T/strange" && chmod 755 "$T/strange"
fails_like "is told" "executing '/.*-strange': Exec format error" kiln build --no-link --extra-platforms moon-linux \
	--expr "derivation { name = \"x\"; system = \"moon-linux\"; builder = $T/strange; }"
like "with the cure" "$out" "^hint: a program for another kind of machine runs through qemu-user"
printf '#!/usr/bin/env bash\n' >"$T/script" && chmod 755 "$T/script"
fails_like "a script for a program of the host is told" "executing '/.*-script': No such file" kiln build --no-link \
	--expr "derivation { name = \"x\"; system = builtins.currentSystem; builder = $T/script; }"
like "with what is missing" "$out" "^hint: it is there, but not what runs it"

# ---- a store of others ----
if [ "$(id -u)" != 0 ] || ! command -v setpriv >/dev/null; then
	for what in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21; do pass "a store of others $what # SKIP only root can become another user"; done
	exit
fi
mkdir -p others
chmod 755 "$T"
chown nobody others
cp "$KILN_BUILD/kiln" others/kiln
ln -s kiln others/nix-store
as_other() {
	(cd others && setpriv --reuid=nobody --regid=nogroup --clear-groups \
		env HOME="$T/others" XDG_CACHE_HOME="$T/others/cache" "$@")
}
run as_other ./nix-store -q --outputs "$drv"
is "another user queries it" "$out" "$(compat nix-store -q --outputs "$drv")"
run as_other ./kiln build -E "import $T/made.nix \"many\" \"m\" [ \"out\" \"dev\" \"doc\" ]"
is "builds what is there" "$status $(echo "$out" | head -n 1)" "0 $path"
is "with a link" "$(readlink others/result)" "$path"
like "that is no root" "$(cat err)" "^warning: '.*/others/result' is no root"
run as_other ./kiln eval -E "builtins.readFile (import $T/made.nix \"many\" \"m\" [ \"out\" \"dev\" \"doc\" ])"
is "reads it while evaluating" "$out" '"m"'
run as_other ./nix-store --realise "$drv"
is "realises it" "$status" 0
run as_other ./kiln build -E "import $T/made.nix \"unseen\" \"m\" [ \"out\" ]"
is "and is refused what is not" "$status" 1
like "in words" "$(cat err)" "the store in '.*' is somebody else's: it can only be read"
for words in "gc" "store repair $path" "store --verify"; do
	# shellcheck disable=SC2086 # words
	run as_other ./kiln $words
	is "kiln $words, too, with a cure" "$(sed 's/.*the store in .* is/the store is/' err)" \
		"the store is somebody else's: it can only be read
hint: have its owner do it, or name a store of your own by --store"
done
ok "nothing of it changed" compat nix-store --verify --check-contents

# ---- the machine's store, and a user's own beside it ----
unset KILN_STORE
NIX_STORE_DIR=$T/machine/store NIX_STATE_DIR=$T/machine/var NIX_LOG_DIR=$T/machine/log XDG_DATA_HOME=$T/others/data
export NIX_STORE_DIR NIX_STATE_DIR NIX_LOG_DIR XDG_DATA_HOME
rm -rf "$XDG_CACHE_HOME"
expr="import $T/made.nix \"shared\" \"s\" [ \"out\" ]"
run kiln build -o machine-result -E "$expr"
is "root builds into the machine's store" "$status $(cat "$out")" "0 s"
shared=$out
drv=$(kiln instantiate -E "$expr")
run as_other ./nix-store -q --hash "$shared"
is "another user asks about it" "$status $out" "0 $(compat nix-store -q --hash "$shared")"
run as_other ./nix-store -q --references "$T/machine-result"
is "by a link, too" "$status" 0
run as_other ./kiln run "$T/machine-result" -- /bin/cat "$shared"
is "and runs what is there" "$status $out" "0 s"
rm -f others/result
run as_other ./kiln build -E "$expr"
is "building it gives it" "$status $out $(readlink others/result)" "0 $shared $shared"
is "without building" "$(grep -c started err)$(test -e "others/data/kiln$shared" && echo copied)" 0
run as_other ./kiln build "$drv"
is "as its derivation does" "$status $out" "0 $shared"
if ! as_other unshare -Ur true 2>/dev/null; then
	pass "what is new goes into a store of the user's # SKIP users have no namespaces here"
	pass "as does what an evaluation looks into # SKIP users have no namespaces here"
	exit
fi
run as_other ./kiln build -o own -E "import $T/made.nix \"own\" \"o\" [ \"out\" ]"
is "what is new goes into a store of the user's" "$status $(cat "others/data/kiln$out")" "0 o"
run as_other ./kiln eval -E "builtins.readFile ($expr)"
is "as does what an evaluation looks into" "$status $out" '0 "s"'
