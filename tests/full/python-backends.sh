#!/bin/sh
# Source trees by PEP 517 without isolation and without a network: each backend of the set, and none; what a
# backend needs to know of the version; programs, checks and what is missing. What has C to compile is built
# where the set has a compiler.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
export KILN_DATA_DIR="$top"
: "${KILN_SET_STORE:=$T/root}"
KILN_STORE=$KILN_SET_STORE
mkdir -p "$KILN_STORE"
cd "$T" || exit 1

put() { mkdir -p "$(dirname "$1")" && cat >"$1"; }
# tree NAME BACKEND REQUIRES: a module of that name with a program; pyproject's text goes on from standard input.
tree() {
	printf 'def main():\n    print("%s runs")\n' "$1" | put "$1/${src:-}$1/__init__.py"
	echo readme | put "$1/README.md"
	{
		printf '[build-system]\nbuild-backend = "%s"\nrequires = [%s]\n' "$2" "$3"
		cat
	} | put "$1/pyproject.toml"
}
# project NAME VERSION: its [project] table; no version: it is dynamic.
project() {
	printf '[project]\nname = "%s"\nscripts.%s = "%s:main"\ndependencies = ["tqdm"]\n' "$1" "$1" "$1"
	if [ -n "${2:-}" ]; then echo "version = \"$2\""; else echo 'dynamic = ["version"]'; fi
}
project plain 1 | src=src/ tree plain setuptools.build_meta '"setuptools", "wheel"'
{ project scm && echo '[tool.setuptools_scm]'; } | tree scm setuptools.build_meta '"setuptools", "setuptools-scm"'
project hatch 1 | tree hatch hatchling.build '"hatchling"'
{ project vcs && printf '[tool.hatch.version]\nsource = "vcs"\n'; } | tree vcs hatchling.build '"hatchling", "hatch-vcs"'
project flit | sed '/^dynamic/s/.*/dynamic = ["version", "description"]/' |
	tree flit flit_core.buildapi '"flit_core"'
printf '"""A module."""\n__version__ = "2"\ndef main():\n    print("flit runs")\n' | put flit/flit/__init__.py
tree poetry poetry.core.masonry.api '"poetry-core"' <<'TOML'
[tool.poetry]
name = "poetry"
version = "1"
description = ""
authors = []
packages = [{ include = "poetry" }]
[tool.poetry.dependencies]
tqdm = ">=4"
[tool.poetry.scripts]
poetry = "poetry:main"
TOML
mv poetry/poetry poetry/song && sed -i 's/"poetry:main"/"song:main"/; s/include = "poetry"/include = "song"/' poetry/pyproject.toml
{ project pdm && printf '[tool.pdm.version]\nsource = "scm"\n'; } | tree pdm pdm.backend '"pdm-backend"'
{ project skb 1 && printf '[tool.scikit-build]\nwheel.cmake = false\nwheel.packages = ["skb"]\n'; } |
	tree skb scikit_build_core.build '"scikit-build-core"'
project meson1 1 | tree meson1 mesonpy '"meson-python"'
printf "project('meson1', version: '1')\npy = import('python').find_installation(pure: true)\npy.install_sources('meson1/__init__.py', subdir: 'meson1')\n" |
	put meson1/meson.build
printf 'def main():\n    print("legacy runs")\n' | put legacy/legacy.py
cat <<'PY' | put legacy/setup.py
from distutils.core import setup
setup(name="legacy", version="1", py_modules=["legacy"], install_requires=["tqdm"],
      entry_points={"console_scripts": ["legacy=legacy:main"]})
PY
printf 'import unittest, plain\nclass T(unittest.TestCase):\n    def test_it(self):\n        plain.main()\n        print("unittest ran")\n' |
	put plain/tests/test_plain.py
printf 'import plain\ndef test_it():\n    assert plain.main() is None\ndef test_fails():\n    assert False\n' | put plain/tests/pytest_plain.py
# With C: a module each by setup.py, Cython, cffi, pybind11 and meson-python.
cat <<'C' | put ext/ext.c
#include <Python.h>
#include <numpy/arrayobject.h>
static PyObject *answer(PyObject *self, PyObject *args) { npy_intp n = 42; return PyLong_FromLong((long)n); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "ext", 0, -1, methods};
PyMODINIT_FUNC PyInit_ext(void) { import_array(); return PyModule_Create(&module); }
C
cat <<'PY' | put ext/setup.py
import numpy
from setuptools import Extension, setup
setup(name="ext", version="1", ext_modules=[Extension("ext", ["ext.c"], include_dirs=[numpy.get_include()])])
PY
echo 'def answer(): return 42' | put cy/cy.pyx
printf 'from Cython.Build import cythonize\nfrom setuptools import setup\nsetup(name="cy", version="1", ext_modules=cythonize("cy.pyx"))\n' | put cy/setup.py
printf 'import cffi\nffi = cffi.FFI()\nffi.cdef("int answer(void);")\nffi.set_source("ffi", "int answer(void) { return 42; }")\n' | put ffi1/build_ffi.py
printf 'from setuptools import setup\nsetup(name="ffi1", version="1", cffi_modules=["build_ffi.py:ffi"])\n' | put ffi1/setup.py
printf '#include <pybind11/pybind11.h>\nPYBIND11_MODULE(pb, m) { m.def("answer", [] { return 42; }); }\n' | put pb/pb.cpp
cat <<'PY' | put pb/setup.py
from pybind11.setup_helpers import Pybind11Extension
from setuptools import setup
setup(name="pb", version="1", ext_modules=[Pybind11Extension("pb", ["pb.cpp"])])
PY
project mc 1 | sed '/^scripts/d' | tree mc mesonpy '"meson-python"'
sed 's/"ext"/"mc"/; s/PyInit_ext/PyInit_mc/; /numpy/d; /import_array/s/import_array(); //; s/npy_intp/long/' ext/ext.c | put mc/mc.c
printf "project('mc', 'c', version: '1')\nimport('python').find_installation(pure: false).extension_module('mc', 'mc.c', install: true)\n" |
	put mc/meson.build
project sk 1 | sed '/^scripts/d' | tree sk scikit_build_core.build '"scikit-build-core", "pybind11"'
sed 's/pb, m/sk, m/' pb/pb.cpp | put sk/sk.cpp
cat <<'CMAKE' | put sk/CMakeLists.txt
cmake_minimum_required(VERSION 3.20)
project(sk LANGUAGES CXX)
set(PYBIND11_FINDPYTHON ON)
find_package(pybind11 CONFIG REQUIRED)
pybind11_add_module(sk sk.cpp)
install(TARGETS sk DESTINATION .)
CMAKE
rm -r mc/mc sk/sk
project asks 1 | tree asks setuptools.build_meta '"setuptools"'
put asks/asks/__init__.py <<'PY'
import os, shutil, subprocess
def main():
    print(subprocess.check_output(["helper"], text=True).strip(), os.environ.get("SEEN"), shutil.which("tqdm") is not None)
PY
put script <<'PY'
#!/usr/bin/env python3
import sys, tqdm
print(tqdm.__name__, sys.argv[1:])
PY
# Fortran, wrapped by f2py and linked to the set's BLAS.
project ft 1 | sed '/^scripts/d; s/"tqdm"/"numpy"/' | tree ft mesonpy '"meson-python", "numpy"'
rm -r ft/ft
cat <<'F' | put ft/ft.f
      subroutine answer(n)
      integer n
      double precision x(2), ddot
cf2py intent(out) n
      x(1) = 6
      x(2) = 2.449489742783178d0
      n = nint(ddot(2, x, 1, x, 1))
      end
F
cat <<'MESON' | put ft/meson.build
project('ft', 'c', 'fortran', version: '1')
py = import('python').find_installation(pure: false)
numpy = run_command(py, '-c', 'import numpy; print(numpy.get_include())', check: true).stdout().strip()
f2py = run_command(py, '-c', 'import numpy.f2py; print(numpy.f2py.get_include())', check: true).stdout().strip()
wrapper = custom_target(input: 'ft.f', output: ['ftmodule.c', 'ft-f2pywrappers.f'],
  command: [py, '-m', 'numpy.f2py', '@INPUT@', '-m', 'ft', '--lower', '--build-dir', '@OUTDIR@'])
py.extension_module('ft', 'ft.f', wrapper, f2py / 'fortranobject.c', include_directories: [numpy, f2py],
  dependencies: dependency('openblas'), install: true)
MESON
# Two projects with parts of one namespace, each of which believes that it is its own.
for name in ns1 ns2; do
	printf 'name = "%s"\n' $name | put $name/shared/__init__.py
	echo | put $name/shared/$name.py
	printf '[project]\nname = "%s"\nversion = "1"\n[tool.setuptools]\npackages = ["shared"]\n' $name | put $name/pyproject.toml
done
cat >default.nix <<NIX
let
  pkgs = import $top/pkgs { };
  ps = pkgs.python3.pkgs;
  build = pname: build-system: args: ps.buildPythonPackage ({
    inherit pname; version = "1"; pyproject = true; src = ./. + "/\${pname}"; inherit build-system; dependencies = [ ps.tqdm ];
  } // args);
  noTqdm = { dependencies = [ ]; };
in rec {
  all = [ plain scm hatch vcs flit poetry pdm skb meson1 legacy ];
  plain = build "plain" [ ps.setuptools ps.wheel ] { pythonImportsCheck = [ "plain" ]; };
  scm = build "scm" [ ps.setuptools ps.setuptools-scm ] { version = "1.2.3"; };
  hatch = build "hatch" [ ps.hatchling ] { };
  vcs = build "vcs" [ ps.hatchling ps.hatch-vcs ] { version = "3.4"; };
  flit = build "flit" [ ps.flit-core ] { };
  poetry = build "poetry" [ ps.poetry-core ] { };
  pdm = build "pdm" [ ps.pdm-backend ] { version = "5.6"; };
  skb = build "skb" [ ps.scikit-build-core ] { };
  meson1 = build "meson1" [ ps.meson-python ] { };
  legacy = ps.buildPythonPackage { pname = "legacy"; version = "1"; format = "setuptools"; src = ./legacy; propagatedBuildInputs = [ ps.tqdm ]; };
  environment = pkgs.python3.withPackages (_: all);
  application = ps.buildPythonApplication { pname = "plain"; version = "1"; pyproject = true; src = ./plain; build-system = [ ps.setuptools ]; dependencies = [ ps.tqdm ]; };
  helper = pkgs.writeShellScriptBin "helper" "echo helped";
  asking = args: ps.buildPythonApplication ({
    pname = "asks"; version = "1"; pyproject = true; src = ./asks; build-system = [ ps.setuptools ]; dependencies = [ ps.tqdm helper ];
  } // args);
  calling = asking { };
  told = asking { makeWrapperArgs = [ "--set SEEN 'a b'" "--prefix" "PATH" ":" "/x" ]; };
  toldInPhase = asking { preFixup = "makeWrapperArgs+=(--set SEEN 'c d')"; };
  unwrapped = asking { dontWrapPythonPrograms = true; };
  script = pkgs.stdenvNoCC.mkDerivation {
    name = "script"; dontUnpack = true; nativeBuildInputs = [ ps.wrapPython ]; buildInputs = [ pkgs.python3 ]; pythonPath = [ ps.tqdm ];
    installPhase = "install -D \${./script} \$out/bin/script";
    postFixup = "wrapPythonPrograms";
  };
  tested = plain.overridePythonAttrs { doCheck = true; nativeCheckInputs = [ ps.unittestCheckHook ]; unittestFlags = [ "-s" "tests" "-v" ]; };
  pytested = plain.overridePythonAttrs { doCheck = true; nativeCheckInputs = [ ps.pytestCheckHook ]; pytestFlags = [ "tests/pytest_plain.py" ]; };
  pytestedLess = plain.overridePythonAttrs { doCheck = true; nativeCheckInputs = [ ps.pytestCheckHook ]; pytestFlags = [ "tests/pytest_plain.py" ]; disabledTests = [ "test_fails" ]; };
  chosen = pytestedLess.overridePythonAttrs { disabledTests = [ ]; pytestFlags = [ ]; enabledTestPaths = [ "tests/pytest_*.py" ]; enabledTests = [ "test_it" "test_other" ]; disabledTestMarks = [ "slow" ]; };
  misspelt = pytestedLess.overridePythonAttrs { disabledTestPaths = [ "tests/none.py" ]; };
  deselected = pytestedLess.overridePythonAttrs { disabledTests = [ ]; disabledTestPaths = [ "tests/pytest_plain.py::test_fails" ]; };
  noBackend = build "hatch" [ ps.setuptools ] { };
  mismatched = build "plain" [ ps.setuptools ] { dependencies = [ (ps.tqdm.overridePythonAttrs { }) ]; postPatch = ''sed -i 's/"tqdm"/"tqdm<1"/' pyproject.toml''; };
  relaxed = mismatched.overridePythonAttrs { pythonRelaxDeps = [ "tqdm" ]; };
  wrapped = pkgs.python3.buildEnv.override { extraLibs = [ plain ]; makeWrapperArgs = [ "--set" "SEEN" "42" ]; postBuild = "echo done >\$out/done"; };
  native = [ ext cy ffi1 pb mc ];
  env = builtins.mapAttrs (_: p: pkgs.python3.withPackages (_: [ p ])) { inherit ext cy ffi1 pb mc sk ft; };
  ft = build "ft" [ ps.meson-python ps.numpy ] {
    dependencies = [ ps.numpy ]; nativeBuildInputs = [ pkgs.gfortran pkgs.pkg-config ]; buildInputs = [ pkgs.openblas ];
  };
  part = name: build name [ ps.setuptools ] { dependencies = [ ]; pythonNamespaces = [ "shared" ]; };
  parts = pkgs.python3.withPackages (_: [ (part "ns1") (part "ns2") ]);
  ext = build "ext" [ ps.setuptools ps.numpy ] { dependencies = [ ps.numpy ]; };
  cy = build "cy" [ ps.setuptools ps.cython ] noTqdm;
  ffi1 = build "ffi1" [ ps.setuptools ps.cffi ] { dependencies = [ ps.cffi ]; };
  pb = build "pb" [ ps.setuptools ps.pybind11 ] noTqdm;
  mc = build "mc" [ ps.meson-python ] { };
  sk = build "sk" [ ps.scikit-build-core ps.pybind11 ] { nativeBuildInputs = [ pkgs.cmake pkgs.ninja ]; dontUseCmakeConfigure = true; };
  nativeEnvironment = pkgs.python3.withPackages (_: native);
}
NIX
plan 36

build() { compat nix-build --no-out-link -A "$1"; }
if build all >out 2>err; then pass "every backend builds"; else fail "every backend builds" "$(tail -n 20 err)"; fi
environment=$(build environment 2>err) || cat err
for name in plain scm hatch vcs flit poetry pdm skb meson1 legacy; do
	[ "$(kiln run "$environment" -- "$name" 2>&1)" = "$name runs" ] || echo "$name"
done >silent
is "their programs run from one environment" "$(cat silent)" ""
is "each has its version, also without a history" "$(kiln run "$environment" -- python3 -c 'from importlib.metadata import version
print(*map(version, "plain scm hatch vcs flit poetry pdm skb meson1 legacy".split()))' 2>&1)" "1 1.2.3 1 3.4 2 1 5.6 1 1 1"
application=$(build application 2>err) || cat err
is "an application runs alone" "$(kiln run "$application" -- plain)" "plain runs"
program() { kiln run "$(build "$1" 2>err || cat err >&2)" -- "$2" x; }
is "its programs find those that it needs" "$(program calling asks)" "helped None True"
is "wrapped as the recipe says" "$(program told asks)" "helped a b True"
is "also in a phase" "$(program toldInPhase asks)" "helped c d True"
fails_like "or not at all" "No module named 'asks'" program unwrapped asks
is "wrapPython wraps a script that no wheel brought" "$(program script script)" "tqdm ['x']"
ok "unittest checks it" build tested
fails_like "pytest checks it, and fails" 'test_fails' build pytested
ok "but for what is disabled" build pytestedLess
ok "also by its place" build deselected
ok "or only what is enabled" build chosen
fails_like "what is disabled must be there" "disabledTestPaths: 'tests/none.py' matches no file" build misspelt
fails_like "a backend that is missing" "build backend 'hatchling.build': No module named 'hatchling'" build noBackend
fails_like "with the cure" "hint: add it to the recipe's build-system" build noBackend
fails_like "a dependency of another version is an error for what is built here" 'tqdm<1: the input is 4' build mismatched
ok "unless it is relaxed" build relaxed
wrapped=$(build wrapped 2>err) || cat err
is "an environment may be changed when it is built" "$(cat "$KILN_STORE$wrapped/done")" "done"
is "its programs wrapped" "$(kiln run "$wrapped" -- python3 -c 'import os, plain; print(os.environ["SEEN"])')" 42
is "and still be an environment" "$(kiln run "$wrapped" -- plain)" "plain runs"
is "parts of one namespace come together" "$(kiln run "$(build parts 2>err || cat err)" -- python3 -c 'import shared.ns1, shared.ns2; print(len(list(shared.__path__)))' 2>&1)" 1
# kiln check, in the sandbox.
printf 'import tqdm\n' | put bad/bad/__init__.py
printf 'import nowhere\n' | put bad/bad_too.py
printf '[project]\nname = "bad"\nversion = "1"\n[tool.setuptools]\npackages = ["bad"]\npy-modules = ["bad_too"]\n' | put bad/pyproject.toml
mkdir -p project/.flox/pkgs
for name in plain bad; do
	cp -r "$name" "project/$name"
	echo "{ python3 }: python3.pkgs.buildPythonPackage {
		pname = \"$name\"; version = \"1\"; pyproject = true; src = ../../$name;
		build-system = [ python3.pkgs.setuptools ]; dependencies = [ python3.pkgs.tqdm ];
	}" >"project/.flox/pkgs/$name.nix"
done
cd project || exit 1
is "kiln check imports in the sandbox" "$(kiln check plain 2>err || cat err)" "python3.13-plain-1: passed"
kiln check bad >out 2>err
is "a module that cannot be imported fails it" $? 100
like "with the traceback" "$(cat err)" "^> ModuleNotFoundError: No module named 'nowhere'\$"
like "and its name" "$(cat err)" '^> error: cannot be imported: bad_too$'
cd ..
has() { [ "$(kiln eval -E "with import $top/pkgs { }; $1" 2>&1)" = true ]; }
native() { has "stdenv.hasCC or false"; }
for name in ext cy ffi1 pb mc sk ft; do
	import=$name
	[ $name != ffi1 ] || import=ffi
	if ! native || { [ $name = sk ] && ! has 'pkgs ? cmake && pkgs ? ninja'; }; then
		pass "$name: C is compiled # SKIP the set has no compiler, or no cmake"
	elif build "$name" >out 2>err && kiln run "$(build "env.$name")" -- python3 -c "import $import" >>err 2>&1; then
		pass "$name: C is compiled"
	else
		fail "$name: C is compiled" "$(tail -n 20 err)"
	fi
done
if native; then
	environment=$(build nativeEnvironment 2>err) || cat err
	is "the modules run" "$(kiln run "$environment" -- python3 -c 'import ext, cy, ffi, pb, mc
print(*(m.answer() for m in (ext, cy, ffi.lib, pb, mc)))' 2>&1)" "42 42 42 42 42"
	is "none of it refers to the compiler" "$(kiln store -qR "$environment" | grep -E -- '-(gcc|binutils)(-wrapper)?-[0-9]')" ""
else
	pass "the modules run # SKIP the set has no compiler"
	pass "none of it refers to the compiler # SKIP the set has no compiler"
fi
