#!/bin/sh
# kiln install, uninstall, upgrade and env: packages of a small set and of recipes into an environment's
# manifest, lock and profile; generations; what must not be half-done.
# shellcheck disable=SC2016 # the inner shell's words
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
plan 105
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$T" || exit 1
# Builds without a sandbox need a store at its own place.
unset KILN_STORE
export NIX_STORE_DIR="$T/st" NIX_STATE_DIR="$T/var" NIX_LOG_DIR="$T/log" TMPDIR="$T/tmp"
mkdir -p "$NIX_CONF_DIR" tmp data/pkgs "my env/.flox/env" "my env/.flox/pkgs"
printf '%s\n' 'sandbox = false' 'experimental-features = nix-command flakes' >"$NIX_CONF_DIR/nix.conf"
export KILN_DATA_DIR="$T/data"
cp "$top/pkgs/about.nix" data/pkgs
cat >data/pkgs/project.nix <<'NIX'
{ dir, ... }:
let names = if builtins.pathExists dir then builtins.attrNames (builtins.readDir dir) else [ ]; in
builtins.listToAttrs (map (file: { name = builtins.head (builtins.split "[.]nix" file); value = import (dir + "/${file}") (import ./. { }); }) names)
NIX
cat >data/pkgs/default.nix <<'NIX'
{ ... }: rec {
  d = name: version: text: more: derivation ({ name = "${name}-${version}"; system = builtins.currentSystem; builder = "/bin/sh"; PATH = "/bin:/usr/bin"; args = [ "-ec" text ]; } // more) // { pname = name; inherit version; };
  program = name: version: file: d name version "mkdir -p $out/bin; printf '#!/bin/sh\necho ${name} ${version}\n' >$out/bin/${file}; chmod +x $out/bin/${file}" { };
  alpha = program "alpha" "1.2.3" "alpha";
  beta = program "beta" "2.0" "beta";
  rival = program "rival" "1" "alpha";
  broken = d "broken" "1" "echo it breaks; exit 1" { };
  parts = d "parts" "1" "mkdir -p $out/bin $doc/share/doc; echo x >$out/bin/parts; echo y >$doc/share/doc/parts" { outputs = [ "out" "doc" ]; };
  torch = { isSlot = true; pname = "torch"; version = "2"; };
  dist = name: version: d name version "mkdir -p $out/lib/python3.13/site-packages/${name}-${version}.dist-info; printf 'Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n' >$out/lib/python3.13/site-packages/${name}-${version}.dist-info/METADATA" { };
  python3 = d "python3" "3.13.5" "mkdir -p $out/bin $out/lib/python3.13; echo import >$out/lib/python3.13/os.py; printf '#!/bin/sh\necho python\n' >$out/bin/python3.13; chmod +x $out/bin/python3.13; ln -s python3.13 $out/bin/python3" { };
  pyset.scipy = dist "scipy" "1.17.0";
  pyset.old = dist "scipy" "1.16.1";
}
NIX
echo '{ program, ... }: program "mine" "1" "mine"' >"my env/.flox/pkgs/mine.nix"
cat >"my env/.flox/env/manifest.toml" <<'TOML'
version = 1

# what I need
[install]

[vars]
A = "1" # mine
TOML
cp "my env/.flox/env/manifest.toml" first.toml
cd "my env" || exit 1
m=.flox/env/manifest.toml
quiet() { "$@" >"$T/out" 2>"$T/err"; }
profile() { readlink .flox/run/current/profile; }
links() { (cd "$(profile)" && find . ! -type d | sort | tr '\n' ' '); }

# ---- install ----
ok "a package of the set" quiet kiln install alpha
is "is in the manifest, where all else stays" "$(diff "$T/first.toml" $m)" '4a5
> alpha.pkg-path = "alpha"'
is "in the lock, as the public format has it" \
	"$(grep -cE '"(lockfile-version": 1|install_id": "alpha"|attr_path": "alpha"|version": "1.2.3"|group": "toplevel"|priority": 5|derivation": ".*-alpha-1.2.3.drv")' .flox/env/manifest.lock)" 7
is "and in the profile" "$("$(profile)/bin/alpha")" "alpha 1.2.3"
is "again it is told, and nothing changes" "$(kiln install alpha 2>&1; readlink .flox/run/current)" "'alpha' is installed in environment 'my env' already
generations/1"
ok "a recipe of the project, and another" quiet kiln install mine beta
is "all are there" "$(links)" "./bin/alpha ./bin/beta ./bin/mine "
is "from a folder below" "$(mkdir -p deep/er; cd deep/er && kiln install --json parts 2>/dev/null | sed 's/, "profile.*, "ch/, "ch/')" "{\"environment\": \"$T/my env\", \"generation\": 3, \"changed\": true}"
is "all outputs, which is what version = 1 means" "$(links)" "./bin/alpha ./bin/beta ./bin/mine ./bin/parts ./share "
is "outputs are named" "$(kiln install 'parts^doc' 2>/dev/null; links)" "./bin/alpha ./bin/beta ./bin/mine ./share "
fails_like "what is nothing is told without a place that no file has" "^error: there is no recipe and no package 'alpa'" kiln install alpa
fails_like "with what may be meant" "hint: did you mean 'alpha'" kiln install alpa
is "and nothing was changed" "$(readlink .flox/run/current)" generations/4
printf 'delta.pkg-path = "dleta"\n' | sed -i '/alpha.pkg/r /dev/stdin' $m
fails_like "in the manifest it has its place" "manifest.toml:6:[0-9]*: there is no recipe and no package 'dleta'" kiln upgrade
sed -i '/dleta/d' $m
fails_like "another package under an id that is taken" "'alpha' is installed already, as 'alpha'" kiln install -i alpha beta
ok "under an id of its own" quiet kiln install -i second beta
fails_like "one id for two" "'--id' names one package, but there are 2" kiln install -i x alpha beta
fails_like "a version that is not there" "^error: there is no version '2' of 'alpha'$" kiln install -i other alpha@2
ok "one that is" quiet kiln install -i other 'alpha@^1.2'
fails_like "a catalog is told" "kiln reads no catalogs" kiln install -i c somebody/alpha
is "a slot is noted whoever names it" "$(kiln install flox-cuda/torch >"$T/out" 2>&1; head -1 "$T/out"; cat "$(profile)/nix-support/kiln-slots")" "'torch' is a slot, which no package holds: [kiln.slots] torch = \"cpu\" (or cuda, venv:PATH) in the manifest fills it
torch"
ok "take them out again" quiet kiln uninstall second other torch
path=$(kiln build --no-link -f "$T/data/pkgs" -A rival 2>/dev/null)
fails_like "a clash names the file" "^error: two packages have a different 'bin/alpha'$" kiln install "$path"
printf '%s\n' "$out" >"$T/said"
ok "both owners, and the cure" sh -c 'grep -q "^       '"'alpha'"': /.*-alpha-1.2.3" "$1" && grep -q "^       '"'rival'"': " "$1" && grep -q "priority = 4" "$1"' sh "$T/said"
sed -i "s|^alpha.pkg-path.*|&\nrival.store-path = \"$path\"\nrival.priority = 4|" $m
ok "which decides" quiet kiln upgrade
is "the smaller one wins" "$("$(profile)/bin/alpha")" "rival 1"
fails_like "a store path that is not there" "manifest.toml:[0-9:]* '$NIX_STORE_DIR/00000000000000000000000000000000-x' of 'gone' is not in the store" \
	sh -c 'cp "$1" "$1.was"; printf "[install.gone]\nstore-path = \"%s\"\n" "$2" >>"$1"; "$3" upgrade; s=$?; mv "$1.was" "$1"; exit $s' sh $m "$NIX_STORE_DIR/00000000000000000000000000000000-x" "$KILN_BUILD/kiln"
fails_like "what does not build is told" "builder for .*-broken-1.drv' failed" kiln install broken
is "and is not in the manifest" "$(grep -cE 'broken.pkg|_id": "broken' $m .flox/env/manifest.lock)" "$m:0
.flox/env/manifest.lock:0"

# ---- Python ----
ok "a module alone" quiet kiln install pyset.scipy
is "has the interpreter of the set" "$(find "$(profile)/bin" -mindepth 1 -printf "%f\n" | sort | tr '\n' ' ')$([ -L "$(profile)/bin/python3.13" ] || echo copied)" "alpha beta mine python3 python3.13 copied"
fails_like "two versions of one distribution are none" "^error: two versions of the Python distribution 'scipy'$" kiln install -i old pyset.old
like "with both versions and owners" "$out" "scipy 1.16.1, 'old'"
# A venv of one generation goes with the next ones, and back.
mkdir -p .flox/cache/venv/bin .flox/cache/venv/lib/python3.13 .flox/cache/own/venv/bin .flox/cache/own/venv/lib/python3.12
ln -s "$(profile)/bin/python3" .flox/cache/venv/bin/python
ln -s python .flox/cache/venv/bin/python3
printf 'home = %s/bin\ninclude-system-site-packages = true\nexecutable = %s/bin/python3.13\n' "$(profile)" "$(profile)" >.flox/cache/venv/pyvenv.cfg
cp .flox/cache/venv/pyvenv.cfg .flox/cache/own/venv
was=$(profile)
kiln install -i aside beta >"$T/out" 2>&1
is "a venv goes with its environment" "$(readlink .flox/cache/venv/bin/python; cat .flox/cache/venv/pyvenv.cfg)" "$(profile)/bin/python3
home = $(profile)/bin
include-system-site-packages = true
executable = $(profile)/bin/python3.13"
ok "which is another one by now" test "$was" != "$(profile)"
like "one of another Python stays, and is told" "$(cat "$T/out")" "^warning: the venv '.*/.flox/cache/own/venv' is of a Python that the environment no longer has"
is "as it was" "$(head -1 .flox/cache/own/venv/pyvenv.cfg)" "home = $was/bin"
rm -r .flox/cache/own
quiet kiln env rollback
is "and back with it" "$(readlink .flox/cache/venv/bin/python)" "$was/bin/python3"
rm -r .flox/cache/venv
quiet kiln uninstall scipy

# ---- history ----
kiln env history >"$T/history"
is "each change is a generation" "$(tail -1 "$T/history" | sed 's/^\* *//; s/  [0-9TZ:-]*  / /')" "$(wc -l <"$T/history") uninstall scipy"
is "as JSON" "$(kiln env history --json | python3 -c 'import json,sys; v = json.load(sys.stdin); print(v[0]["did"], [g["current"] for g in v].count(True))')" "install alpha 1"
is "what differs" "$(kiln env diff 1 2)" "+ beta 2.0
+ mine 1"
is "the other way round" "$(kiln env diff 2 1)" "- beta 2.0
- mine 1"
is "what is installed" "$(kiln env list | grep -v rival | sed 's/ [^ ]*$//')" "alpha 1.2.3
beta 2.0
mine 1
parts 1"
was=$(cat $m)
ok "back to the one before" quiet kiln env rollback
ok "which has the module" grep -q scipy $m
ok "and to one by its number" quiet kiln env rollback 1
is "manifest, lock and profile are those" "$(diff "$T/first.toml" $m | tail -1; grep -c install_id .flox/env/manifest.lock; links)" '> alpha.pkg-path = "alpha"
1
./bin '
ok "forward again" quiet kiln env rollback "$(tail -1 "$T/history" | sed 's/^[* ]*\([0-9]*\).*/\1/')"
is "nothing was lost" "$(cat $m)" "$was"
echo '# edited' >>$m
fails_like "an edit that no generation has is not lost" "was edited, and no generation has that edit" kiln env rollback 1
sed -i '$d' $m
fails_like "a generation that there is not" "^error: there is no generation 99$" kiln env rollback 99
fails_like "nor such a number" "'x' is no number of a generation" kiln env rollback x

# A way back after a way back leads to where one was, not to the number before.
quiet kiln env rollback 2
quiet kiln install -i side beta
is "back from a side way" "$(kiln env rollback >/dev/null 2>&1; readlink .flox/run/current)" generations/2
quiet kiln env rollback "$(tail -1 "$T/history" | sed 's/^[* ]*\([0-9]*\).*/\1/')"
fails_like "one of several that is nothing" "no package 'nosuch'" kiln install -i x nosuch
sed "s/^/ /" $m >"$T/manifest"
fails_like "and nothing of the others is taken" "no package 'nosuch'" kiln install python3 nosuch
is "then the manifest is what it was" "$(sed "s/^/ /" $m)" "$(cat "$T/manifest")"

# ---- upgrade ----
echo '{ program, ... }: program "mine" "2" "mine"' >.flox/pkgs/mine.nix
is "an edited recipe is not seen" "$(kiln install alpha 2>/dev/null; "$(profile)/bin/mine")" "mine 1"
is "nor by a look ahead, which tells" "$(kiln upgrade -n 2>/dev/null; "$(profile)/bin/mine")" "mine: 1 -> 2
mine 1"
is "but by an upgrade, which tells" "$(kiln upgrade mine 2>/dev/null)" "mine: 1 -> 2"
is "and it is there" "$("$(profile)/bin/mine")" "mine 2"
is "after which there is none" "$(kiln upgrade 2>&1)" "nothing to upgrade"
fails_like "of nothing" "nothing" kiln upgrade nothing
cp .flox/run/generations/2/manifest.lock "$T/older.lock"
rm .flox/env/manifest.lock
is "without a lock what is installed already is locked again" "$(kiln install alpha >"$T/out" 2>&1; head -1 "$T/out"; grep -c '"install_id": "alpha"' .flox/env/manifest.lock)" "'alpha' is installed in environment 'my env' already
1"
# As after a pull: somebody else's lock is what counts.
cp .flox/env/manifest.lock "$T/newer.lock"
old=$(sed -n 's|.*"out": "\(.*-mine-1\)".*|\1|p' "$T/older.lock") new=$(sed -n 's|.*"out": "\(.*-mine-2\)".*|\1|p' .flox/env/manifest.lock)
olddrv=$(sed -n 's|.*"derivation": "\(.*-mine-1.drv\)".*|\1|p' "$T/older.lock") newdrv=$(sed -n 's|.*"derivation": "\(.*-mine-2.drv\)".*|\1|p' .flox/env/manifest.lock)
sed -i "s|$newdrv|$olddrv|; s|$new|$old|" .flox/env/manifest.lock
is "another's lock brings what it says" "$(kiln install alpha >/dev/null 2>&1; "$(profile)/bin/mine")" "mine 1"
cp "$T/newer.lock" .flox/env/manifest.lock
is "and back" "$(kiln install alpha >/dev/null 2>&1; "$(profile)/bin/mine")" "mine 2"

# ---- collection ----
kept=$(profile)
quiet kiln gc
ok "generations are roots" test -e "$kept/bin/alpha"
quiet kiln uninstall rival
kept=$(profile)
old=$(readlink .flox/run/generations/1/profile)
fails_like "the current generation stays" "^error: generation [0-9]* is the current one$" kiln env delete 1 "$(readlink .flox/run/current | sed 's|.*/||')"
ok "and with it all that were named" test -d .flox/run/generations/1
fails_like "none is named" "needs the numbers of generations, or --old alone" kiln env delete
is "one is deleted" "$(kiln env delete --json 1)" '{"deleted": 1}'
quiet kiln gc
ok "one that was deleted is no root" test ! -e "$old"
ok "all old ones" quiet kiln env delete --old
is "leave the current one" "$(kiln env history | wc -l)" 1
rm -r .flox/run
quiet kiln gc
ok "without generations the lock is what is left" sh -c 'test ! -e "$1" && "$2" upgrade >/dev/null 2>&1 && test -e "$1"' sh "$kept" "$KILN_BUILD/kiln"

# ---- the user's own ----
cd "$T" || exit 1
ok "outside of environments it is the user's own" quiet kiln install alpha
is "in its folder" "$(kiln env list | cut -d' ' -f1,2; tail -1 "$XDG_CONFIG_HOME/kiln/default/.flox/env/manifest.toml")" 'alpha 1.2.3
alpha.pkg-path = "alpha"'
ok "out of it again" quiet kiln uninstall alpha
fails_like "what it has not" "your own environment: " kiln uninstall alpha
fails_like "a folder that is none" "no environment in 'tmp' or above" kiln install -d tmp alpha
fails_like "a working folder that is gone" "it was deleted" sh -c 'mkdir gone; cd gone; rmdir ../gone; "$1" env list' sh "$KILN_BUILD/kiln"
# ---- as Flox is called ----
cd "$T/my env" || exit 1
mkdir -p flake/deep
cat >flake/flake.nix <<'NIX'
{ outputs = _: { packages.x86_64-linux.it = derivation { name = "it-1"; system = "x86_64-linux"; builder = "/bin/sh"; PATH = "/bin:/usr/bin"; args = [ "-c" "mkdir -p $out/bin; echo it >$out/bin/it" ]; }; packages.aarch64-linux = { }; }; }
NIX
if [ "$(uname -m)" = x86_64 ]; then
	ok "a flake in a folder, from below it" sh -c 'cd flake/deep && "$1" install ..#it' sh "$KILN_BUILD/kiln"
	is "is named from the environment's folder" "$(grep '^it' $m)" 'it.flake = "./flake#it"'
	is "and there" "$(cat "$(profile)/bin/it")" it
	is "in the lock" "$(grep -c '"locked-flake-attr-path": ' .flox/env/manifest.lock)" 1
	ok "with the lock another is installed" kiln install -i more beta
	quiet kiln uninstall it more
	if command -v git >/dev/null; then
		(cp -r flake "$T/repo" && cd "$T/repo" && git init -q . && git add . && git -c user.name=a -c user.email=a@b commit -qm 1)
		ok "a flake in a repository" kiln install "git+file://$T/repo#it"
		is "is locked with its commit" "$(sed -n 's/.*"locked-url": "\(.*\)",/\1/p' .flox/env/manifest.lock)" "git+file://$T/repo?rev=$(git -C "$T/repo" rev-parse HEAD)"
		quiet kiln uninstall it
	else
		for what in 6 7; do pass "$what # SKIP no git"; done
	fi
else
	for what in 1 2 3 4 5 6 7; do pass "$what # SKIP another machine"; done
fi
ok "flox install" quiet compat flox install -i again beta
ok "flox upgrade" quiet compat flox upgrade again
ok "flox uninstall" quiet compat flox uninstall again
cd "$T" || exit 1
# ---- includes ----
mkdir -p base/.flox/env over/.flox/env
printf 'version = 1\n[install]\nalpha.pkg-path = "alpha"\n' >base/.flox/env/manifest.toml
printf 'version = 1\n[install]\n[include]\nenvironments = [{ dir = "../base" }]\n' >over/.flox/env/manifest.toml
cd over || exit 1
ok "beside what another environment has" quiet kiln install beta
is "that is there, too" "$(links)" "./bin/alpha ./bin/beta "
is "the lock has both" "$(grep -c '"install_id"' .flox/env/manifest.lock)" 2
fails_like "and is taken out there" "^error: 'alpha' comes from an environment that this one includes$" kiln uninstall alpha
printf 'parts.pkg-path = "parts"\n' >>../base/.flox/env/manifest.toml
is "what it gets later comes by the next change" "$(kiln install beta >/dev/null 2>&1; links)" "./bin/alpha ./bin/beta ./bin/parts ./share "
cd "$T" || exit 1
# ---- wrong files ----
cd "my env" || exit 1
printf 'version = 1\n[install]\nalpha.pkgpath = "alpha"\n' >$m
fails_like "a wrong key has its place" "manifest.toml:3:" kiln install beta
is "and the manifest stays what it is" "$(tail -1 $m)" 'alpha.pkgpath = "alpha"'
printf 'version = 1\n[install]\nalpha.pkg-path = "alpha"\n' >$m
echo '{ "lockfile-version": 1, nonsense' >.flox/env/manifest.lock
fails_like "a lock that is none is told, with the cure" "manifest.lock" kiln install beta

# ---- edit ----
kiln init -b -d "$T/edited" >/dev/null && cd "$T/edited" || exit 1
say() { printf 'version = 1\n[install]\n%s.pkg-path = "%s"\n' "$1" "$1"; }
is "before anything was built, an edit builds nothing" "$(say broken | kiln edit -f -; ls .flox)" "the manifest is changed; 'kiln activate' makes it so
env
env.json"
say beta >$m
ok "one is built" quiet kiln upgrade
is "then an edit is built before it counts" "$(say alpha | kiln edit -f - 2>/dev/null; links; readlink .flox/run/current)" "the manifest is changed
./bin generations/2"
fails_like "what does not build is not taken" "it breaks" sh -c "printf 'version = 1\n[install]\nx.pkg-path = \"broken\"\n' | '$KILN_BUILD/kiln' edit -f -"
is "and nothing was changed" "$(cat $m; readlink .flox/run/current)" "$(say alpha)
generations/2"
fails_like "what an editor left of it is kept" "your text is kept" env EDITOR="sed -i s/alpha/alpa/g" "$KILN_BUILD/kiln" edit
is "there" "$(cat "$TMPDIR"/kiln-edit.*/manifest.toml)" "$(say alpa)"
