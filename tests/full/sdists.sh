#!/bin/sh
# Source archives as their authors publish them, fetched from the mirror and built without a network by the
# recipes of sdists.nix. What has something to compile has modules of machine code, imports on a poisoned host
# from nothing but the store, and keeps no trace of the compiler. KILN_SDISTS names a few of them: "yarl lxml".
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
# shellcheck source=tests/lib-poison.sh
. "$(dirname "$0")/../lib-poison.sh"
here=$(cd "$(dirname "$0")" && pwd)
poison_possible
FULL=${KILN_SET_STORE:-$T/set}
KILN_STORE=$FULL
mkdir -p "$T/scratch" "$FULL"
cd "$T" || exit 1

# A line for each: its group, its name, and the modules that its recipe imports.
kiln eval --raw -E "let
  groups = import $here/sdists.nix { };
  each = f: builtins.concatLists (builtins.attrValues (builtins.mapAttrs (g: ps: builtins.attrValues (builtins.mapAttrs (f g) ps)) groups));
in builtins.concatStringsSep \"\n\" (each (g: n: p: \"\${g} \${n} \${toString p.pythonImportsCheck}\"))" >all || exit 1
echo >>all
for name in ${KILN_SDISTS:-}; do grep " $name " all; done >rows
[ -s rows ] || mv all rows
plan $(($(wc -l <rows) + $(grep -vc '^pure ' rows) + 1))

build() { compat nix-build --no-out-link "$@"; }
# All at once, so that they share the machine; what fails is told below.
# shellcheck disable=SC2046 # words
build "$here/sdists.nix" --keep-going $(sed 's/^\([a-z]*\) \([^ ]*\) .*/-A \1.\2/' rows) >all.log 2>&1

good=0
while read -r group name modules; do
	if path=$(build "$here/sdists.nix" -A "$group.$name" 2>log); then
		pass "$name builds"
		good=$((good + 1))
		echo "$group $name $path $modules" >>built
	else
		fail "$name builds" "$(tail -n 15 log)"
		[ "$group" = pure ] || fail "$name imports on a poisoned host" "it was not built"
	fi
done <rows
is "$good of $(wc -l <rows) are built" "$good" "$(wc -l <rows)"

python=$(build -E "(import $top/pkgs { }).python3" 2>log) || exit 1
in_full store -qR "$python" >"$T/scratch/closure"
poison_prepare ""
# The modules, and whose machine code they are: argv is the package's path and theirs.
cat >"$T/scratch/imports.py" <<'PY'
import importlib, sys
own, *names = sys.argv[1:]
for name in names:
    importlib.import_module(name)
mapped = {line.split(None, 5)[5].strip() for line in open("/proc/self/maps") if len(line.split(None, 5)) == 6}
outside = [m for m in mapped if m.startswith("/") and not m.startswith(("/nix/store/", "/scratch/", "/dev/", "/memfd:"))]
assert not outside, outside
assert any(m.startswith(own + "/") for m in mapped), f"no machine code of {own}"
PY
# poisoned NAME GROUP PATH MODULE…: what is wrong with it, or nothing.
poisoned() {
	name=$1 group=$2 path=$3
	shift 3
	environment=$(build -E "(import $top/pkgs { }).python3.withPackages (_: [ (import $here/sdists.nix { }).$group.$name ])" 2>log) || {
		tail -n 15 log
		return
	}
	in_full store -qR "$environment" >"$T/scratch/closure"
	grep -E -- '/[0-9a-z]{32}-(gcc-[0-9]|gcc-wrapper|binutils|cmake|meson|.*-dev-[0-9])' "$T/scratch/closure"
	root poisoned "$environment/bin/python3" /scratch/imports.py "$path" "$@" 2>&1
}
while read -r group name path modules; do
	if [ "$group" = pure ]; then continue; fi
	# shellcheck disable=SC2086 # a list of modules
	is "$name imports on a poisoned host" "$(poisoned "$name" "$group" "$path" $modules </dev/null)" ""
done <built
