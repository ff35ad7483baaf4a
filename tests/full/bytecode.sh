#!/bin/sh
# Bytecode has the bits that a process gives which compiled nothing else, however many files the
# processes that made it had: of modules that are made to tell, and of every module of big wheels.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
here=$(cd "$(dirname "$0")" && pwd)
plan 7
# others each time, so that the store which is kept has not got them
seed=$(date +%s)
full_store
KILN_STORE=$FULL
cd "$T" || exit 1

python=$(compat nix-build --no-out-link -E "(import $top/pkgs { }).python3" 2>err) || cat err
script() {
	kiln run "$python" -- env -i PYTHONHASHSEED=0 LC_ALL=C.UTF-8 "$python/bin/python3.13" -S -s -P -B -W ignore "$here/bytecode.py" "$@"
}
# modules PATH: its modules, in the order in which they are compiled
modules() { (cd "$KILN_STORE" && find "./$1" -name '*.py') | sed 's|^\.//*|/|' | sort; }

ok "a wheel of modules that tell, seed $seed" env -i "$(command -v python3)" "$here/bytecode.py" generate many-1-py3-none-any.whl "$seed" 1500
cat >default.nix <<NIX
let ps = (import $top/pkgs { }).python3.pkgs; in {
  many = ps.buildPythonPackage { pname = "many"; version = "1"; format = "wheel"; src = ./many-1-py3-none-any.whl; };
  big = [ ps.numpy ps.scipy ps.sympy ps.transformers ];
}
NIX
if many=$(compat nix-build --no-out-link -A many 2>err); then pass "it is built"; else fail "it is built" "$(cat err)"; fi
modules "$many" >list
is "each has its bytecode, but one that is no Python" \
	"$(find "$KILN_STORE$many" -name '*.pyc' | wc -l)" "$(($(wc -l <list) - 1))"
is "of their own bits" "$(script compare <list 2>&1)" "$(wc -l <list) files"
ok "which those of one process are not" test "$(script compare --together <list 2>err | wc -l)" -gt 100
grep -e many/use.py -e many/zz.py list >pair
like "also where only the name of a class does" "$(script compare --together <pair 2>&1)" '^/.*many/zz.py$'

compat nix-build --no-out-link -A big 2>err >paths || cat err
while read -r path; do modules "$path"; done <paths >list
is "numpy, scipy, sympy and transformers as well" "$(script compare <list 2>&1)" "$(wc -l <list) files"
