#!/bin/sh
# The package set that a project pins: another kiln builds it with the set it was made for. Kilns of
# two times are one program with two data folders.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
plan 42
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$T" || exit 1
echo hello >hello
mkdir -p p/.flox/pkgs old new
cp -r "$top/pkgs" old/pkgs
for kiln in old new; do
	[ -d $kiln/pkgs ] || cp -r "$top/pkgs" $kiln/pkgs
	mv $kiln/pkgs/python-packages.nix $kiln/pkgs/rest.nix
	printf 'final: prev: import ./rest.nix final prev // { marker = "%s"; }\n' $kiln >$kiln/pkgs/python-packages.nix
done
cat >p/.flox/pkgs/a.nix <<NIX
{ marker }:
derivation {
  name = "a-\${marker}";
  system = "builtin";
  builder = "builtin:fetchurl";
  url = "file://$T/hello";
  outputHashAlgo = "sha256";
  outputHash = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
}
NIX
with() {
	KILN_DATA_DIR=$T/$1
	export KILN_DATA_DIR
	shift
	kiln "$@"
}
lock=p/.flox/kiln.lock

with old build --project p --dry-run a >/dev/null 2>&1
ok "a plan pins nothing" test ! -e $lock
like "a build does" "$(with old build --project p a 2>&1)" "pinned package set"
old=$(with old build --project p a 2>err)
like "with kiln's own set" "$old" "-a-old$"
is "a file that others cannot write" "$(stat -c %a $lock)" 644
is "and says so once" "$(cat err)" ""
like "the lock has version and hash" "$(tr -d '\n' <$lock)" '^\{  "version": 1,  "set": \{ "version": "[0-9.]+", "narHash": "sha256-[A-Za-z0-9+/]{43}=" \}\}$'
cp $lock old.lock
is "the hash is that of the set" "$(sed -n 's/.*"narHash": "\(.*\)".*/\1/p' $lock)" "$(compat nix hash path old/pkgs)"

# ---- another kiln ----
is "another kiln builds the same bits" "$(with new build --project p a 2>&1)" "$old"
is "again from memory" "$(with new build --project p a 2>&1)" "$old"
is "also when it evaluates anew" "$(with new build --project p a --no-eval-cache 2>&1)" "$old"
is "in pure mode" "$(with new build --project p a --pure-eval 2>&1)" "$old"
is "in restricted mode" "$(with new build --project p a --restrict-eval 2>&1)" "$old"
is "it changes no pin" "$(cat $lock)" "$(cat old.lock)"
is "--check tells" "$(with new lock --check --project p 2>err; echo $?)" 104
like "what differs" "$(cat err)" "pins set .* of other content"
is "and for the old one not" "$(with old lock set --check --project p 2>&1; echo $?)" 0
kiln gc >/dev/null 2>&1
is "a collection leaves the set" "$(with new build --project p a 2>&1)" "$old"

# ---- elsewhere: a store without it ----
export KILN_STORE="$T/elsewhere"
is "where it is not: an error" "$(with new build --project p a 2>err; echo $?)" 1
like "that names the pin" "$(cat err)" "^error: the package set that '.*kiln.lock' pins is not here: [0-9.]+, sha256-"
like "tells where it was looked for" "$(cat err)" "looked for '/nix/store/.*-kiln-set-[0-9.]+', for '.*/p/.flox/sources/kiln-set-[0-9.]+'"
like "and cures" "$(cat err)" "^hint: .*kiln lock set --vendor.*kiln lock set"
ok "nothing is built" test ! -e "p/result-b"
with old lock set --vendor --project p >out 2>&1
like "it can be vendored" "$(cat out)" "/p/.flox/sources/kiln-set-[0-9.]+$"
is "which others cannot change" "$(find p/.flox/sources ! -type l -perm /022)" ""
is "which keeps the pin" "$(cat $lock)" "$(cat old.lock)"
is "and is found there" "$(with new build --project p a 2>/dev/null)" "$old"
export KILN_STORE="$T/third"
for f in p/.flox/sources/kiln-set-*/default.nix; do echo '# another' >>"$f"; done
is "an altered copy is not" "$(with new build --project p a 2>err; echo $?)" 1
like "but is told of" "$(cat err)" "^warning: passing over '.*/p/.flox/sources/kiln-set-"
rm -r p/.flox/sources
mkdir mirror
cp -r old/pkgs "kiln-set"
tar -czf "mirror/kiln-set-$(kiln version | sed 's/.* //').tar.gz" kiln-set
echo "mirror.kiln = file://$T/mirror" >kiln.conf
is "a mirror has it" "$(KILN_CONF=$T/kiln.conf with new build --project p a 2>/dev/null)" "$old"

# ---- moving on, and locks that are not right ----
like "the pin moves when asked" "$(with new lock --project p 2>&1)" "^set [0-9.]+ -> [0-9.]+ \(of other content\)$"
like "the results with it" "$(with new build --project p a 2>&1)" "-a-new$"
printf '{ "python": { "x": [1, 2] }, "set": { "version": "../x", "narHash": "sha256-x" }, "version": 1 }' >$lock
is "a name that is none is refused" "$(with new build --project p a 2>err; echo $?)" 1
like "with its place and the cure" "$(cat err)" "^error: reading '.*kiln.lock', line 1, entry 'set': "
like "by name" "$(cat err)" "kiln lock set"
with new lock --project p >/dev/null 2>&1
is "what else it holds stays" "$(tr -d '\n' <$lock | sed 's/.*},  //')" '"python": { "x": [1, 2] }}'
echo '{ "version": 2 }' >$lock
is "a newer lock is refused" "$(with new lock --project p 2>err; echo $?)" 1
like "not replaced" "$(cat $lock err)" "knows 1"
echo '{' >$lock
is "so is a broken one" "$(with new build --project p a 2>err; echo $?)" 1
like "with its place" "$(cat err)" "kiln.lock': JSON at line [0-9]+, column [0-9]+: "
rm $lock
mkdir -p new/p
cp -r p/.flox new/p/
with new build --project new/p a >/dev/null 2>&1
ok "a project of kiln's own tree is not pinned" test ! -e new/p/.flox/kiln.lock
like "--nixpkgs neither asks nor pins" "$(with new build --project p a --nixpkgs old/pkgs 2>&1)" "-a-old$"
ok "not even then" test ! -e $lock
