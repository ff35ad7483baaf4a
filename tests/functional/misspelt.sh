#!/bin/sh
# What a recipe says and nobody reads: attributes that are spelt almost like known ones, and what was
# meant for the shell. Warnings, since any attribute may be a variable of the builder.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
plan 12
KILN_DATA_DIR=$(cd "$(dirname "$0")/../.." && pwd)
export KILN_DATA_DIR
mkdir -p "$T/project/.flox/pkgs"
cd "$T/project" || exit 1
recipe() { cat >".flox/pkgs/$1.nix"; }
said() { kiln build --dry-run "$1" 2>&1 | plain | grep -v '^  /nix/store\|will be built:$'; }

recipe foo <<'NIX'
{ lib, python3 }:
python3.pkgs.buildPythonPackage {
  pname = "foo";
  version = "1.0";
  format = "other";
  dontUnpack = true;
  propogatedBuildInputs = [ python3.pkgs.numpy ];
  pythonImportCheck = [ "foo" ];
  downloadScripts = "anything";
  source2 = "numbered";
  bash = "short";
  FOO_HOME = "/nowhere";
  meta = {
    description = "foo";
    licence = lib.licenses.mit;
  };
}
NIX
said foo >"$T/first"
is "each is told, and what may be meant" "$(cat "$T/first")" "warning: recipe 'foo': nothing reads 'propogatedBuildInputs'; did you mean 'propagatedBuildInputs'?
warning: recipe 'foo': nothing reads 'pythonImportCheck'; did you mean 'pythonImportsCheck'?
warning: recipe 'foo': nothing reads 'meta.licence'; did you mean 'meta.license'?"
like "the second time nothing is evaluated" "$(KILN_LOG=info kiln build --dry-run foo 2>&1)" '^not evaluating'
is "and the same is told" "$(said foo)" "$(cat "$T/first")"
is "flox build tells it, too" "$(compat flox build --dry-run foo 2>&1 | grep -c '^warning: recipe')" 3
is "an expression is nobody's recipe" \
	"$(kiln build --dry-run -E '(import <nixpkgs> { }).callPackage ./.flox/pkgs/foo.nix { }' 2>&1 | grep -c warning)" 0

sed -i 's/propogated/propagated/; s/ImportCheck/ImportsCheck/; s/licence/license/' .flox/pkgs/foo.nix
is "well spelt nothing is told" "$(said foo)" ""
recipe wheel <<'NIX'
{ python3, fetchPypi }:
python3.pkgs.buildPythonPackage {
  pname = "wheel-only"; version = "1.0"; format = "wheel";
  src = fetchPypi { pname = "x"; version = "1"; format = "wheel"; hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; };
}
NIX
recipe env <<'NIX'
{ python3, symlinkJoin, runCommand }:
symlinkJoin { name = "env"; paths = [ (python3.withPackages (ps: [ ps.numpy ])) (runCommand "x" { } "touch $out") ]; }
NIX
is "of the set's own attributes nothing, either" "$(said wheel)$(said env)" ""
missing=
for recipe in comfyui comfyui-timm comfyui-frontend-package; do
	missing="$missing$(kiln build --project "$KILN_DATA_DIR/comfyui" --dry-run $recipe 2>&1 | grep '^warning')"
done
is "nor of real recipes" "$missing" ""

# ${NAME:-…} of the shell is a URL to the language
recipe shell <<'NIX'
{ stdenv }:
stdenv.mkDerivation {
  pname = "shell"; version = "1.0"; dontUnpack = true;
  installPhase = ''
    echo ${HOME:-/nowhere} >$out
  '';
}
NIX
like "a shell's default value is told" "$(said shell)" "^warning: 'HOME:-/nowhere' is a URL here"
like "with its place" "$(said shell)" 'at .*/shell\.nix:5:12:$'
sed -i "s/\${HOME/''\${HOME/" .flox/pkgs/shell.nix
is "escaped it is the shell's" "$(said shell)" ""
# shellcheck disable=SC2016 # the language's dollar is meant
is "nix-instantiate says nothing of it" \
	"$(compat nix-instantiate --eval -E '"${HOME:-/nowhere}"' 2>&1 | plain)" '"HOME:-/nowhere"'
