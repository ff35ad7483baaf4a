#!/bin/sh
# kiln build of what a manifest's [build] says: inside on what git tracks, outside in the project's folder;
# versions, builds that need others, what programs of a result find, and what is wrong with them.
# shellcheck disable=SC2016 # the inner shell's words
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v bash >/dev/null || skip_all "no bash"
command -v git >/dev/null || skip_all "no git"
plan 34
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$T" || exit 1
unset KILN_STORE
export NIX_STORE_DIR="$T/st" NIX_STATE_DIR="$T/var" NIX_LOG_DIR="$T/log" TMPDIR="$T/tmp" WHO="some one"
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c@d
mkdir -p "$NIX_CONF_DIR" tmp data/pkgs p/.flox/env
printf '%s\n' 'sandbox = false' >"$NIX_CONF_DIR/nix.conf"
export KILN_DATA_DIR="$T/data"
cp "$top/pkgs/about.nix" "$top/pkgs/manifest-build.nix" data/pkgs
cat >data/pkgs/project.nix <<'NIX'
{ dir, ... }:
let names = if builtins.pathExists dir then builtins.attrNames (builtins.readDir dir) else [ ]; in
builtins.listToAttrs (map (file: { name = builtins.head (builtins.split "[.]nix" file); value = import (dir + "/${file}") (import ./. { }); }) names)
NIX
# The set's stdenv, as far as it is asked for; wrapProgram says what it was told.
cat >data/pkgs/setup <<'SH'
set -e
export PATH=/bin:/usr/bin NIX_BUILD_TOP=$PWD
wrapProgram() { mv "$1" "${1%/*}/.${1##*/}-wrapped"; printf '#!/bin/sh\nPATH=%s:$PATH exec "%s/.%s-wrapped" "$@"\n' "$5" "${1%/*}" "${1##*/}" >"$1"; chmod +x "$1"; }
eval "$buildCommand"
SH
cat >data/pkgs/default.nix <<NIX
{ ... }: rec {
  lib = { hasSuffix = s: t: builtins.match ".*" t != null && (let n = builtins.stringLength t - builtins.stringLength s; in n >= 0 && builtins.substring n 999 t == s); hasPrefix = s: t: builtins.substring 0 (builtins.stringLength s) t == s; };
  makeWrapper = null;
  stdenvNoCC.mkDerivation = a: derivation (removeAttrs a [ "meta" ] // { name = "\${a.pname}-\${a.version}"; system = builtins.currentSystem; builder = "$(command -v bash)"; args = [ ./setup ]; }) // { meta = a.meta; };
  program = name: derivation { inherit name; system = builtins.currentSystem; builder = "/bin/sh"; PATH = "/bin:/usr/bin"; args = [ "-ec" "mkdir -p \$out/bin; printf '#!/bin/sh\necho \${name} \"\$@\"\n' >\$out/bin/\${name}; chmod +x \$out/bin/\${name}" ]; } // { pname = name; version = "1"; };
  alpha = program "alpha";
  beta = program "beta";
}
NIX
cd p || exit 1
git init -q .
cat >.flox/env/manifest.toml <<'TOML'
version = 1
[install]
alpha.pkg-path = "alpha"
beta.pkg-path = "beta"
[vars]
GREETING = "hello"
TWICE = "$GREETING $GREETING"
[build.tool]
sandbox = "pure"
version = "1.2"
description = "a tool"
command = '''
mkdir -p $out/bin
{ echo '#!/bin/sh'; echo "alpha; echo $TWICE"; } >$out/bin/tool
chmod +x $out/bin/tool
find . -type f | sort >$out/files
'''
[build.data]
sandbox = "pure"
version.file = "VERSION"
command = 'mkdir $out; ln -s ${tool}/bin/tool $out/tool; x=shell; echo "${x} ${#x}" >$out/text'
[build.outside]
version.command = "echo 4.5; test -e untracked"
command = '''
alpha built >made-here
mkdir -p $out/bin
cat untracked >$out/said
echo "$out" >$out/self
ln -s $out/said $out/link
printf '#!/bin/sh\nalpha "$(cat %s/said)"\n' $out >$out/bin/outside
chmod +x $out/bin/outside
'''
[build.few]
sandbox = "pure"
runtime-packages = ["alpha"]
command = 'mkdir -p $out/bin; printf "#!/bin/sh\nalpha\nbeta\n" >$out/bin/few; chmod +x $out/bin/few'
[build.leaky]
sandbox = "pure"
runtime-packages = ["alpha"]
command = 'mkdir $out; readlink -f "$(command -v beta)" >$out/beta'
[build.odd]
sandbox = "pure"
runtime-packages = ["gamma"]
command = 'touch $out'
[build.nothing]
command = 'true'
[build.fails]
command = 'exit 3'
[build.wrong]
sandbox = "pure"
command = 'echo before; nosuchcommand'
[build.a]
sandbox = "pure"
command = 'cp -r ${b} $out'
[build.b]
sandbox = "pure"
command = 'cp -r ${a} $out'
TOML
m=$PWD/.flox/env/manifest.toml
printf '*\n!env\n!env/*\n' >.flox/.gitignore
echo 3.1 >VERSION
echo tracked >tracked
echo untracked >untracked
git add VERSION tracked .flox
build() { kiln build "$@" 2>"$T/err"; }

# ---- inside ----
ok "a build" build tool
is "has its name and version" "$(readlink result-tool | sed 's/.*[0-9a-z]\{32\}-//')" tool-1.2
is "its programs find the environment's, and variables were expanded" "$(PATH=/usr/bin:/bin result-tool/bin/tool)" "alpha
hello hello"
is "it sees what git tracks" "$(cat result-tool/files)" "./.flox/env/manifest.toml
./VERSION
./tracked"
is "again it is the same" "$(build tool)" "$(readlink result-tool)"
ok "one that needs another" build data
is "has it" "$(readlink result-data/tool)" "$(readlink result-tool)/bin/tool"
is "what is no build's name is the shell's" "$(cat result-data/text)" "shell 5"
is "its version is a file's" "$(readlink result-data | sed 's/.*-//')" 3.1
ok "another folder's, another link's" sh -c 'cd / && "$1" build --project "$2" -o "$3" tool >/dev/null 2>&1 && test -e "$3/bin/tool"' sh "$KILN_BUILD/kiln" "$PWD" "$T/other"
is "as JSON" "$(build --json tool data | python3 -c 'import json,sys; print([(b["name"], b["version"]) for b in json.load(sys.stdin)])')" "[('tool', '1.2'), ('data', '3.1')]"

# ---- outside ----
ok "one in the project's folder" build outside
is "which it may write to" "$(cat made-here)" "alpha built"
is "sees all of it, and finds what it made by its own path" "$(PATH=/usr/bin:/bin result-outside/bin/outside)" "alpha untracked"
is "which is its place in the store" "$(cat result-outside/self; readlink result-outside/link)" "$(readlink result-outside)
$(readlink result-outside)/said"
is "its version is what a command said" "$(readlink result-outside | sed 's/.*-//')" 4.5
is "nothing is left behind" "$(find /tmp -maxdepth 1 -name '*-outside-4.5')" ""

# ---- runtime-packages ----
ok "some packages alone" build few
is "are what its programs find" "$(PATH=/usr/bin:/bin result-few/bin/few 2>&1 | sed 's/.*: //')" "alpha
not found"
fails_like "what refers to others is refused" "^error: build 'leaky': the result of build 'leaky' refers to 'beta', which is not among its runtime-packages$" kiln build leaky
fails_like "one that is not installed, by its place" "$m:[0-9:]* build 'odd' has 'gamma' among its runtime-packages" kiln build odd

# ---- what is wrong ----
fails_like "nothing made" "$m:[0-9:]* the command made nothing at \\\$out$" kiln build nothing
fails_like "a command that fails" "$m:[0-9:]* the command failed: exit status 3$" kiln build fails
fails_like "inside" "builder for .*-wrong-0.drv' failed" kiln build wrong
like "with its words" "$out" "nosuchcommand: .*not found"
fails_like "builds that need each other" "$m:[0-9:]* builds need each other: a <- b <- a$" kiln build a
fails_like "a name that is none" "^error: there is no package 'tol'$" kiln build tol
like "those that there are are told" "$out" "^hint: builds of the manifest: tool data outside few"
like "and completed" "$(kiln complete -- kiln build to)" "^tool	a build of the manifest$"
fails_like "what is not done is told" "builds of a manifest are only made" kiln build --dry-run tool
mkdir .flox/pkgs
echo '{ program, ... }: program "tool"' >.flox/pkgs/tool.nix
git add -f .flox/pkgs
fails_like "a recipe of the same name" "'tool' is a recipe and a build of the manifest" kiln build tool
git mv -f .flox/pkgs/tool.nix .flox/pkgs/mine.nix
ok "recipes and builds together" build data mine
is "are both made" "$(result-mine/bin/tool; cat result-data/text)" "tool
shell 5"
is "flox build makes them, too" "$(compat flox build tool 2>/dev/null)" "$(build tool)"
