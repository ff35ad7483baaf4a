#!/bin/sh
# kiln check: what of a package is imported, by the check's own program on packages made here, and what the
# command says. That a check runs in the sandbox is tested in full/python-backends.sh.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
KILN_DATA_DIR=$top
export KILN_DATA_DIR
command -v python3 >/dev/null || skip_all "no python3"
plan 40
cd "$T" || exit 1

put() { mkdir -p "$(dirname "$1")" && cat >"$1"; }
# check PACKAGE MODULES SKIPPED
check() {
	rm -rf out
	package=$T/$1 sitePackages=site modules="${2:-}" skipped="${3:-}" out=$T/out TMPDIR=$T PYTHONPATH=$T/$1/site \
		python3 -P -s "$top/pkgs/python/check-imports.py" 2>&1
}
echo 'import sub.inner' | put good/site/good/__init__.py
echo 'x = 1' | put good/site/single.py
: | put good/site/sub/inner/__init__.py
echo 'import good, nowhere' | put good/site/tests/__init__.py
echo 'import nowhere' | put good/site/good/broken.py
: | put good/site/good-1.dist-info/METADATA
echo 'import nowhere' | put good/site/not-a-name.py
: | put good/site/data/file.txt
echo 'import sys; sys.exit("stop here")' | put bad/site/exits.py
echo 'import os, signal; os.kill(os.getpid(), signal.SIGSEGV)' | put bad/site/crashes.py
printf 'def f():\n    import nowhere\nf()\n' | put bad/site/raises.py
echo 'import os; os.environ["SEEN"] = "1"' | put apart/site/a.py
echo 'import os; assert "SEEN" not in os.environ' | put apart/site/b.py
echo 'import os; open(os.path.expanduser("~/kept"), "w").close()' | put apart/site/c.py

cat <<'PY' | put asks/site/asks.py
import socket
socket.socketpair()
try:
    socket.create_connection(("198.51.100.1", 9), timeout=0.01)
except OSError:
    pass
PY
cat <<'PY' | put asks/site/mild.py
import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
socket.create_connection(s.getsockname()) if s.listen() else s.close()
PY
echo 'import asks' | put asks/site/through.py

said=$(check good) && status=0 || status=$?
is "modules, packages and what is in namespaces are imported, junk is not" "$status $said" "0 import good: ok
import single: ok
import sub.inner: ok"
is "they are the facts" "$(cat out/nix-support/facts.json)" '{"modules": ["good", "single", "sub.inner"]}'
is "of the package" "$(cat out/nix-support/checked)" "$T/good"
fails_like "a module that is named is imported, too" '^import good.broken: |nowhere' check good good.broken
is "one that is left out is told" "$(check good good.broken good.broken | grep broken)" "import good.broken: left out"
said=$(check bad) && status=0 || status=$?
is "failures end it" "$status" 1
like "all of them are named" "$said" '^error: cannot be imported: crashes exits raises$'
like "with the traceback" "$said" 'raises.py", line 2, in f'
is "without what imports them" "$(printf '%s\n' "$said" | grep -c importlib)" 0
like "of whatever ends a module" "$said" '^SystemExit: stop here$'
like "and how it ended" "$said" '^import crashes: killed by signal 11$'
said=$(check asks) && status=0 || status=$?
is "so does a module that asks the network, though it goes on without" "$status $(printf '%s\n' "$said" | grep '^error')" \
	"1 error: these ask the network when they are imported: asks through"
like "with the place" "$said" "^import asks: '$T/asks/site/asks.py' line 4 asks the network for '198.51.100.1' when it is imported$"
like "and a cure" "$said" '^hint: a patch of it, or a variable that its recipe sets'
like "what asks this machine alone does not" "$said" '^import mild: ok$'
ok "then there is no output" test ! -e out
ok "no module sees what another one did, and each has a home" check apart

# The command.
mkdir -p project/.flox/pkgs
cd project || exit 1
echo '{ stdenv }: stdenv.mkDerivation { name = "tool"; }' >.flox/pkgs/tool.nix
cat >.flox/pkgs/numpy.nix <<'NIX'
{ python3 }: python3.pkgs.buildPythonPackage {
  pname = "mine"; version = "1"; format = "wheel"; src = ./mine-1-py3-none-any.whl;
  dependencies = [ python3.pkgs.torch python3.pkgs.tqdm ]; pythonImportsCheck = [ "mine.deep" ];
}
NIX
: >.flox/pkgs/mine-1-py3-none-any.whl
planned() { kiln check --dry-run "$@" 2>&1 | grep -o '[a-z0-9.-]*-check.drv$' | cut -d- -f2-; }
is "a recipe goes before the set" "$(planned numpy)" python3.13-mine-1-check.drv
like "what the project lacks is the set's" "$(planned tqdm)" '^python3.13-tqdm-[0-9.]*-check.drv$'
like "also by its path" "$(planned python3.pkgs.tqdm)" '^python3.13-tqdm-[0-9.]*-check.drv$'
like "several at once" "$(planned tqdm numpy | sort | tr '\n' ' ')" '^python3.13-mine.*python3.13-tqdm'
fails_like "what is no Python package" "^error: recipe 'tool': there is nothing to check$" kiln check tool
is "without a name it is every recipe that has a check" "$(planned)" python3.13-mine-1-check.drv
fails_like "what nobody has" "'nosuch'" kiln check nosuch
fails_like "with a cure" '^hint: .*recipe' kiln check nosuch
drv_of() { kiln "$@" --dry-run --json numpy 2>/dev/null | sed -n 's/.*"drvPath": "\([^"]*\)".*/\1/p'; }
with_torch() { compat nix-store -qR "$1" | grep -c -- '-torch-cpu-[0-9.]*\.drv$'; }
is "a check has the slot's filling" "$(with_torch "$(drv_of check)")" 1
is "on which the package does not depend" "$(with_torch "$(drv_of build)")" 0
ok "the project is not pinned by it" test ! -e .flox/kiln.lock

# Checks of any recipe: passthru.checks, and a recipe NAME-check beside it.
cat >.flox/pkgs/tool.nix <<'NIX'
{ stdenv }:
let check = name: derivation { inherit name; system = "x86_64-linux"; builder = "b"; };
in stdenv.mkDerivation { name = "tool"; passthru.checks = { b = check "tool-b-check"; a = check "tool-a-check"; }; }
NIX
is "checks of its own" "$(planned tool | sort | tr '\n' ' ')" "tool-a-check.drv tool-b-check.drv "
echo '{ tool }: derivation { name = "beside-check"; inherit tool; system = "x86_64-linux"; builder = "c"; }' >.flox/pkgs/tool-check.nix
is "and one beside it" "$(planned tool | sort | tr '\n' ' ')" "beside-check.drv tool-a-check.drv tool-b-check.drv "
is "NAME-check is what checks NAME" "$(kiln build --dry-run numpy-check 2>&1 | grep -c 'mine-1-check.drv$')" 1
is "for checking, too" "$(planned numpy-check)" python3.13-mine-1-check.drv
rm .flox/pkgs/*.nix
echo '{ }: derivation { name = "x"; system = "x86_64-linux"; builder = "x"; }' >.flox/pkgs/x.nix
fails_like "a project without any" "^error: no recipe of '.*' has anything to check$" kiln check
rm .flox/pkgs/*.nix

# What a failure tells, built without a sandbox, for which a store must be at its own place.
unset KILN_STORE
export NIX_STORE_DIR="$T/st" NIX_STATE_DIR="$T/var" NIX_LOG_DIR="$T/log"
mkdir -p "$NIX_CONF_DIR"
echo 'sandbox = false' >"$NIX_CONF_DIR/nix.conf"
cat >"$T/fail.sh" <<'SH'
echo "ModuleNotFoundError: No module named 'first'"
echo "ModuleNotFoundError: No module named '$name'"
exit 1
SH
for name in one two; do
	cat >".flox/pkgs/$name.nix" <<'NIX'
{ }:
let
  d = name: script: derivation {
    inherit name; system = builtins.currentSystem; builder = "/bin/sh"; args = [ script ];
  };
  dependencies = [ ];
in
NIX
	echo "d \"$name\" \"x\" // { checks.x = d \"missing-$name-check\" $T/fail.sh; }" >>".flox/pkgs/$name.nix"
done
said=$(kiln check 2>&1) && status=0 || status=$?
is "all are tried" "$status $(printf '%s\n' "$said" | grep -c '^error: builder for')" "100 2"
like "the recipe's line that lacks it" "$said" "^hint: recipe 'one' lacks the package that has 'missing-one-check': add it at .*/one.nix, line 6$"
like "of each" "$said" "^hint: recipe 'two' lacks .*/two.nix, line 6$"
said=$(kiln check --no-keep-going -j1 2>&1)
is "unless told otherwise" "$(printf '%s\n' "$said" | grep -c '^error: builder for')" 1
echo "d \"good\" \"x\" // { checks.x = d \"good-check\" $T/good.sh; }" | cat .flox/pkgs/one.nix - | sed '/missing-one/d' >.flox/pkgs/good.nix
# shellcheck disable=SC2016 # for the script
echo 'echo >$out' >"$T/good.sh"
is "beside a failure all are told" "$(kiln check 2>/dev/null | sort)" "good: passed
missing-one: not passed
missing-two: not passed"
is "as JSON" "$(kiln check --json one good 2>/dev/null | grep -o '"passed": [a-z]*' | tr '\n' ' ')" '"passed": false "passed": true '
rm .flox/pkgs/good.nix
# shellcheck disable=SC2016 # for the script
sed -i 's/exit 1/echo >$out/' "$T/fail.sh"
is "those that pass are told" "$(kiln check 2>/dev/null | sort)" "missing-one: passed
missing-two: passed"
