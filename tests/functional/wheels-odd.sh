#!/bin/sh
# Odd wheels, others each time: installed file for file as the host's pip does. tests/full/wheels-pip.sh
# has those of the lock.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
pip=$(python3 -c 'import os, pip; print(os.path.dirname(os.path.dirname(pip.__file__)))' 2>/dev/null) || skip_all "no pip"
plan 4
cd "$T" || exit 1
seed=${KILN_TEST_SEED:-$(date +%s)}
script=$top/tests/full/wheels-pip.py

mkdir wheels
ok "wheels of seed $seed" python3 "$top/tests/functional/wheels-odd.py" wheels "$seed" 8
version=$(python3 -c 'import platform; print(platform.python_version())')
cat >default.nix <<NIX
map (file: derivation {
  name = "odd";
  system = builtins.currentSystem;
  builder = "builtin:kiln-wheel-1";
  requiredSystemFeatures = [ "kiln" ];
  wheel = ./wheels + "/\${file}";
  python = "/bin/python";
  pythonVersion = "$version";
  loader = "/none";
  loaderPath = "/none";
  patchelf = "/none";
  dontRelocate = true;
}) (builtins.attrNames (builtins.readDir ./wheels))
NIX
if compat nix-build --no-out-link >outs 2>err; then pass "are installed"; else fail "are installed" "$(cat err)"; fi
# a venv's pip has one layout on every distribution
python3 -m venv --without-pip venv
with_pip() { PYTHONPATH=$pip venv/bin/python "$script" compare "$1" 2>&1; }
find "$T/wheels" -name '*.whl' | sort >names
sed "s|^|$KILN_STORE|" outs | paste -d ' ' names - >list
with_pip list >found
is "with the files that pip makes of them" "$(grep -v '^differs ' found | sed 's/, [0-9]* equal files//')" "total 8 wheels, 0 differ without a reason"
first=$(sed -n 1p list)
cp -a "${first#* }" altered && chmod -R u+w altered && find altered -name METADATA -exec sh -c 'echo more >>"$1"' sh {} \;
echo "${first%% *} $T/altered" >list
like "and a byte that is another is seen" "$(with_pip list)" 'odd_0-1.dist-info/METADATA: other bytes$'
