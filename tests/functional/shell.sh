#!/bin/sh
# kiln develop and kiln shell, and nix develop and nix shell: environments of builds, and packages on
# PATH. nix-shell is compared with Nix's in tests/differential/nix-shell.sh.
# shellcheck disable=SC2016 # the inner shell's words
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v bash >/dev/null || skip_all "no bash"
plan 64
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$T" || exit 1
# Builds without a sandbox need a store at its own place.
unset KILN_STORE
export NIX_STORE_DIR="$T/st" NIX_STATE_DIR="$T/var" NIX_LOG_DIR="$T/log" TMPDIR="$T/tmp" PERSON="some one"
mkdir -p "$NIX_CONF_DIR" tmp data/pkgs project/.flox/pkgs
printf '%s\n' 'sandbox = false' 'experimental-features = nix-command flakes' >"$NIX_CONF_DIR/nix.conf"
export KILN_DATA_DIR="$T/data"
cp "$top/pkgs/about.nix" "$top/pkgs/shell.nix" "$top/pkgs/develop.nix" data/pkgs
cat >data/pkgs/project.nix <<'NIX'
{ dir, ... }:
let names = builtins.attrNames (builtins.readDir dir); in
builtins.listToAttrs (map (file: { name = builtins.head (builtins.split "[.]nix" file); value = import (dir + "/${file}") (import ./. { }); }) names)
NIX
cat >data/pkgs/setup <<'END'
set -e
runHook() {
	if [ "$(type -t "$1")" = function ]; then "$1"; elif [ -n "${!1}" ]; then eval "${!1}"; fi
}
PATH=
for input in $buildInputs; do PATH=$PATH${PATH:+:}$input/bin; done
configurePhase() { echo "nothing to configure"; }
checkPhase() { echo "the default check$1"; }
hookConfigurePhase() { echo "a hook configures"; }
buildPhase() { runHook preBuild; echo "the default build of $name"; }
_onExit() { status=$?; for hook in "${exitHooks[@]}"; do $hook; done; [ "$status" = 0 ] || [ -z "$curPhase" ] || echo "$curPhase failed"; exit "$status"; }
trap _onExit EXIT
END
cat >data/pkgs/default.nix <<'NIX'
{ ... }: rec {
  lib.callPackageWith = auto: f: args: f (builtins.intersectAttrs (builtins.functionArgs f) auto // args);
  d = name: text: more: derivation ({ inherit name; system = builtins.currentSystem; builder = "/bin/sh"; PATH = "/bin:/usr/bin"; args = [ "-ec" text ]; } // more);
  program = name: says: d name "mkdir -p $out/bin; printf '#!/bin/sh\necho ${says} \"$@\"\n' >$out/bin/${name}; chmod +x $out/bin/${name}" { };
  stdenv = d "stdenv" "mkdir $out && cp ${./setup} $out/setup" { };
  bashInteractive = d "bash" "mkdir -p $out/bin; ln -s $(command -v bash) $out/bin/bash" { };
  tool = program "tool" "tool runs";
  other = program "tool" "the other runs";
  friend = program "friend" "friend runs";
  brings = d "brings" "mkdir -p $out/bin $out/nix-support; echo ${friend} >$out/nix-support/propagated-user-env-packages" { };
  unbuildable = d "unbuildable" "exit 1" { };
  torch = { isSlot = true; pname = "torch"; version = "2"; };
  python3 = program "python" "python" // { pythonVersion = "3"; withPackages = f: program "python" "python with ${toString (map (m: m.name) (f null))}"; pkgs.module = module; };
  module = d "module-1" "mkdir $out" { } // { pythonModule = python3; };
  wheel = derivation { name = "wheel"; system = builtins.currentSystem; builder = "builtin:kiln-wheel-1"; };
}
NIX
cat >project/.flox/pkgs/app.nix <<'NIX'
{ stdenv, tool, d, ... }: d "app-1" "exit 1" {
  inherit stdenv; buildInputs = [ tool ]; outputs = [ "out" "doc" ]; words = "a  b";
  shellHook = "echo the hook runs"; preBuild = "echo before"; installPhase = "mkdir -p $out; tool x >$out/file";
  configurePhase = "hookConfigurePhase"; checkPhase = "checkPhase , called"; failPhase = "false; echo not reached"; exitPhase = "exit 9";
}
NIX
echo '{ d, unbuildable, ... }: d "needs" "true" { buildInputs = [ unbuildable ]; }' >project/.flox/pkgs/needs.nix
echo '{ d, ... }: d "big" "true" { passAsFile = [ "text" ]; text = "in a file"; }' >project/.flox/pkgs/big.nix
echo '{ d, ... }: d "hooked" "true" { shellHook = "echo no setup"; }' >project/.flox/pkgs/hooked.nix
cd project || exit 1
status_of() {
	"$@" >"$T/out" 2>"$T/err"
	echo $?
}
shell() { kiln "$@" 2>"$T/err"; }

# ---- develop ----
is "a command runs in the environment, behind the hook" "$(shell develop app -c tool 'x  y' "z'")" "the hook runs
tool runs x  y z'"
is "variables are the derivation's" "$(shell develop app -c sh -c 'echo "$words|$IN_NIX_SHELL|$PERSON"' | tail -1)" "a  b|impure|some one"
is "a pure one has none of the person's" "$(shell develop app -i -c /bin/sh -c 'echo "$words|$IN_NIX_SHELL|$PERSON"' | tail -1)" "a  b|pure|"
is "but those that are kept" "$(shell develop app --pure -k PERSON -c /bin/sh -c 'echo "$PERSON"' | tail -1)" "some one"
is "one may be unset" "$(shell develop app -u PERSON -c sh -c 'echo "$PERSON"' | tail -1)" ""
is "outputs are folders here" "$(shell develop app -c sh -c 'echo $out $doc' | tail -1)" "$T/project/outputs/out $T/project/outputs/doc"
is "its status is the command's" "$(status_of kiln develop app -c sh -c 'exit 7')" 7
is "a signal's, too" "$(status_of kiln develop app -c sh -c 'kill -TERM $$')" 143
is "a command that is not there" "$(status_of kiln develop app -c nosuchcommand)" 127
kiln develop app -c sh -c 'echo started; sleep 60' >"$T/out" 2>&1 &
for _ in $(seq 100); do grep -q started "$T/out" && break; sleep 0.1; done
kill -TERM $!
wait $!
is "a signal reaches the command" "$?" 143
is "a phase of the setup" "$(shell develop app --build)" "before
the default build of app-1"
is "one of the derivation" "$(shell develop app --install; cat outputs/out/file)" "tool runs x"
is "by its name" "$(shell develop app --phase buildPhase | tail -1)" "the default build of app-1"
# A hook's, as cmake's, is in a variable; a text that calls the function means that one.
is "a phase that is called is what a build runs" "$(echo 'configurePhase; checkPhase; buildPhase' | kiln develop app 2>/dev/null | tail -n +2)" "a hook configures
the default check
before
the default build of app-1"
is "a phase that fails ends at once" "$(status_of kiln develop app --phase fail)$(cat "$T/out")" "1failPhase failed"
is "with its own status" "$(status_of kiln develop app --phase exit)" 9
like "a phase that is not there" "$(kiln develop app --phase nothing 2>&1)" "^error: the derivation has no phase 'nothingPhase'$"
is "what is no name of one" "$(kiln develop app --phase 'a b' 2>&1)" "error: 'a b' is no name of a phase"
is "text on standard input is run" "$(echo 'tool $name; exit 5' | kiln develop app 2>/dev/null; echo $?)" "the hook runs
tool runs app-1
5"
is "a hook without a setup" "$(shell develop hooked -c true)" "no setup"
is "files of the environment are there" "$(shell develop big -c sh -c 'cat $textPath')" "in a file"
is "and go with it" "$(ls "$TMPDIR")" ""
fails_like "what is needed must build" "builder for .*-unbuildable.drv' failed" kiln develop needs
is "the derivation itself is not built" "$(kiln store --verify >/dev/null 2>&1; find "$NIX_STORE_DIR" -name '*-app-1' | grep -c .)" 0
is "a package of the set" "$(shell develop tool -c sh -c 'echo $name')" tool
is "a .drv" "$(shell develop "$(kiln build --dry-run --json app 2>/dev/null | sed -n 's/.*"drvPath": "\([^"]*\)".*/\1/p')" -c sh -c 'echo $name' | tail -1)" "app-1"
built=$(kiln build --no-link -f "$T/data/pkgs" -A tool 2>/dev/null)
is "a result" "$(shell develop "$built" -c sh -c 'echo $name')" tool
echo '{ inNixShell ? false }: (import <nixpkgs> { }).d "file" "true" { INSIDE = toString inNixShell; }' >shell.nix
is "shell.nix without a name" "$(shell develop -c sh -c 'echo $name $INSIDE')" "file 1"
is "an expression" "$(shell develop -E '{ x = (import <nixpkgs> { }).tool; }' -A x -c sh -c 'echo $name')" tool
echo '{ d, app, extra ? "no" }: d "asks" "true" { of = app.name; inherit extra; }' >shell.nix
is "it may ask for recipes and packages, as they do" "$(shell develop -c sh -c 'echo $name $of $extra')" "asks app-1 no"
mkdir -p deep
is "in a folder of the project its own counts" "$(cd deep && shell develop -c sh -c 'echo $name')" "asks"
echo '{ d, ... }: { default = d "first" "true" { }; gpu = d "second" "true" { }; app = d "mine" "true" { }; }' >shell.nix
is "several shells: the default" "$(shell develop -c sh -c 'echo $name')" first
is "one by its name" "$(shell develop gpu -c sh -c 'echo $name')" second
is "which comes before a recipe's" "$(shell develop app -c sh -c 'echo $name')" mine
is "what it lacks is looked for as ever" "$(shell develop big -c sh -c 'echo $name')" big
echo '{ d }: { gpu = d "second" "true" { }; cpu = d "third" "true" { }; }' >shell.nix
fails_like "without a default its names are told" "^hint: kiln develop NAME enters one of these: cpu gpu" kiln develop
echo '{ d }: d "a" "true" { x = nothing; }' >shell.nix
fails_like "what fails in it has its place" "at $T/project/shell.nix:1:27" kiln develop
rm shell.nix
fails_like "options that nothing reads" "'--arg' without --expr or --file" kiln develop app --arg x 1
fails_like "without either" "and there is no shell.nix" kiln develop
is "a slip is told" "$(kiln develop ap 2>&1)" "error: there is no recipe and no package 'ap'
hint: did you mean 'app'?"
fails_like "a slot has no environment" "'torch' is a slot" kiln develop torch
fails_like "nor has what kiln makes" "made by kiln itself .builtin:kiln-wheel-1." kiln develop wheel
is "two names" "$(status_of kiln develop app tool)" 2
is "a phase and a command" "$(status_of kiln develop app --build -c true)" 2
is "a shell that is not there" "$(NIX_BUILD_SHELL=nosuchshell kiln develop app -c true 2>&1)" "error: NIX_BUILD_SHELL names no program"

# ---- shell ----
is "a package's programs are on PATH" "$(shell shell tool -c tool 'a  b')" "tool runs a  b"
is "those of the first name come first" "$(shell shell other tool -c tool)" "the other runs"
is "with what they bring" "$(shell shell brings -c friend)" "friend runs"
is "the environment stays" "$(shell shell tool -c sh -c 'echo $PERSON')" "some one"
is "or goes" "$(shell shell -i tool -c /bin/sh -c 'echo "$PERSON $HOME|$PATH"')" " |$built/bin"
is "its status is the command's" "$(status_of kiln shell tool -c sh -c 'exit 7')" 7
is "without one it is the person's shell" "$(echo 'tool in a shell; exit 3' | SHELL=$(command -v bash) kiln shell tool 2>/dev/null; echo $?)" "tool runs in a shell
3"
is "Python's packages become an environment" "$(shell shell python3.pkgs.module tool -c sh -c 'python; tool')" "python with module-1
tool runs"
is "a path" "$(shell shell "$built" -c tool)" "tool runs"
fails_like "a command that is not there" "starting 'nosuchcommand'" kiln shell tool -c nosuchcommand
fails_like "a slot is refused" "'torch' is a slot" kiln shell torch
fails_like "what cannot be built" "builder for .*-unbuildable.drv' failed" kiln shell unbuildable -c true
is "a name is needed" "$(status_of kiln shell)" 2
fails_like "an unknown one" "did you mean 'friend'" kiln shell freind

# ---- Nix's names ----
mkdir "$T/flake"
cat >"$T/flake/flake.nix" <<'NIX'
{ outputs = _: let d = name: derivation { inherit name; system = "x86_64-linux"; builder = "/bin/sh"; PATH = "/bin:/usr/bin"; args = [ "-c" "mkdir -p $out/bin; cp /bin/true $out/bin/works" ]; }; in
  { devShells.x86_64-linux.default = d "shell-of-flake"; packages.x86_64-linux.default = d "package-of-flake"; }; }
NIX
cd "$T/flake" || exit 1
if [ "$(kiln eval --raw -E builtins.currentSystem)" = x86_64-linux ]; then
	is "nix develop finds a flake's shell" "$(compat nix develop "path:$T/flake" --impure -c sh -c 'echo $name' 2>"$T/err")" shell-of-flake
	is "and so does kiln develop" "$(shell develop --impure -c sh -c 'echo $name'; shell develop --impure "path:$T/flake#default" -c sh -c 'echo $name')" "shell-of-flake
shell-of-flake"
	ok "nix shell its package" compat nix shell "path:$T/flake" --impure -c works
else
	pass "nix develop finds a flake's shell # SKIP its flake is for another system"
	pass "and so does kiln develop # SKIP its flake is for another system"
	pass "nix shell its package # SKIP its flake is for another system"
fi
is "an attribute of a file" "$(compat nix develop -f "$T/data/pkgs" tool -c sh -c 'echo $name' 2>"$T/err")" tool
is "the first is found first" "$(compat nix shell -f "$T/data/pkgs" other tool -c tool 2>"$T/err")" "the other runs"
