#!/bin/sh
# The ten points of a reproducible package: each missed by one thing that is planted, with its line; met
# where nothing speaks against it. Nothing is built.
# shellcheck disable=SC2016 # Nix's own
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v git >/dev/null || skip_all "no git"
command -v python3 >/dev/null || skip_all "no python3"
plan 25
mkdir -p "$T/project/.flox/pkgs" "$T/project/.flox/env"
cd "$T/project" || exit 1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b GIT_CONFIG_GLOBAL=/dev/null
git init -q -b main . && git init -q --bare "$T/remote" && git remote add origin "$T/remote"
good() { cat >".flox/pkgs/$1.nix"; }
zero=sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
some=sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=
good clean <<NIX
# pip install is only talked about here
{ stdenv, fetchFromGitHub }: stdenv.mkDerivation {
  pname = "clean"; version = "1.0";
  src = fetchFromGitHub { owner = "o"; repo = "r"; rev = "v1.0"; hash = "$some"; };
  meta.platforms = [ "x86_64-linux" "aarch64-linux" ];
}
NIX
git add -A && git commit -qm x && git tag -a v1 -m x && git push -q origin main
state() { kiln verify --checklist --json "$@" 2>err | python3 -c 'import json, sys
for p in json.load(sys.stdin): print(p["point"], p["state"], *["%s:%s" % (f["file"] or "", f["line"]) for f in p["findings"]])' 2>>err || cat err; }
point() { state "$2" | sed -n "s/^$1 //p"; }
is "what has nothing against it" "$(state clean | grep -c ' met')" 6
is "what is not built is open" "$(point dependencies clean)" "open"
is "and published later" "$(point published clean)" "open"
is "without copies of its sources" "$(point vendored clean)" "missed .flox/sources:0"
kiln verify --checklist clean >out 2>err
is "is status 1" "$?" 1
like "for people" "$(cat out)" "^met     every source has a hash"
like "with the cure" "$(cat out)" "hint: kiln vendor"
like "and a sum" "$(tail -1 out)" "^6 of 10 points are met"

good zero <<NIX
{ stdenv, fetchurl }: stdenv.mkDerivation { name = "zero";
  src = fetchurl { url = "https://example.org/a-1.tar.gz";
    hash = "$zero"; }; }
NIX
git add -A
is "a hash that is none yet" "$(point sources-hashed zero)" "missed .flox/pkgs/zero.nix:3"
good branch <<NIX
{ stdenv, fetchFromGitHub }: stdenv.mkDerivation { name = "branch";

  src = fetchFromGitHub { owner = "o"; repo = "r"; rev = "main"; hash = "$some"; }; }
NIX
good latest <<NIX
{ stdenv, fetchurl }: stdenv.mkDerivation { name = "latest";
  src = fetchurl { url = "https://example.org/latest/a.tar.gz"; hash = "$some"; }; }
NIX
git add -A
is "a branch" "$(point sources-fixed branch)" "missed .flox/pkgs/branch.nix:3"
is "a URL that moves" "$(point sources-fixed latest)" "missed .flox/pkgs/latest.nix:2"
good pip <<NIX
{ stdenv }: stdenv.mkDerivation { name = "pip"; dontUnpack = true;
  # no pip install
  buildPhase = ''
    python3 -m pip install torch
    uv pip install x
    pip --quiet install y
    easy_install z
    mypipe install
  ''; }
NIX
git add -A
is "pip in a phase" "$(point no-pip-install pip)" "missed .flox/pkgs/pip.nix:4 .flox/pkgs/pip.nix:5 .flox/pkgs/pip.nix:6 .flox/pkgs/pip.nix:7"
cat >.flox/env/manifest.toml <<'TOML'
version = 1
[hook]
on-activate = """
  pip3 install -r requirements.txt
"""
[build.app]
command = "make"
[build.pure]
command = "make"
sandbox = "pure"
TOML
git add -A
is "and in a hook" "$(point no-pip-install clean)" "missed .flox/env/manifest.toml:4"
is "builds of the manifest that are not pure" "$(point sandbox-pure clean)" "missed .flox/env/manifest.toml:6"
rm .flox/env/manifest.toml
good loose <<NIX
{ stdenv }: stdenv.mkDerivation { name = "loose"; dontUnpack = true; __noChroot = true; }
NIX
good fetch <<NIX
{ stdenv }:
let a = builtins.fetchTarball "file://$T/none.tar.gz"; b = fetchGit { url = "x"; rev = "y"; }; in
stdenv.mkDerivation { name = "fetch"; dontUnpack = true; }
NIX
git add -A
is "a recipe without a sandbox" "$(point sandbox-pure loose)" "missed .flox/pkgs/loose.nix:0"
is "a fetch of evaluation without a hash" "$(point sources-hashed fetch)" "missed .flox/pkgs/fetch.nix:2"
good there <<NIX
{ stdenv }: stdenv.mkDerivation { name = "there"; dontUnpack = true;
  x = if stdenv.hostPlatform.isAarch64 then throw "no such wheel" else "";
  meta.platforms = [ "x86_64-linux" "aarch64-linux" ]; }
NIX
git add -A
is "a platform where it does not evaluate" "$(point platforms there)" "missed .flox/pkgs/there.nix:0"
like "is told why" "$(kiln verify --checklist there 2>/dev/null)" "on aarch64-linux: .*no such wheel"
like "what no commit has" "$(kiln verify --checklist clean 2>/dev/null)" "the work tree has changes that no commit has"
git commit -qm y
like "no tag" "$(kiln verify --checklist clean 2>/dev/null)" "the commit [0-9a-f]* has no tag"
like "no remote" "$(kiln verify --checklist clean 2>/dev/null)" "no branch of a remote has the commit"
is "no repository" "$(mv .git ../git; point committed clean; mv ../git .git)" "missed :0"
fails_like "a recipe that is none" "there is no recipe 'nowhere'" kiln verify --checklist nowhere
fails_like "both at once" "one thing at a time" kiln verify --checklist --rebuild clean
fails_like "what only a rebuild reads" "'--vary' belongs to --rebuild" kiln verify --checklist --vary all clean
