#!/bin/sh
# A source archive that looks for a header and a library where hosts have them, and a host that has them in every
# such place: its compilers find them, the build does not, neither by its own search nor by what the caller's
# environment says.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
export KILN_DATA_DIR="$top"
KILN_STORE=${KILN_SET_STORE:-$T/root}
unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
"${CC:-cc}" --version >/dev/null 2>&1 || skip_all "no C compiler"
command -v python3 >/dev/null || skip_all "no python3"
plan 9
mkdir -p "$KILN_STORE" "$T/host/include/python3.13" "$T/host/lib/pkgconfig" "$T/sdist" && cd "$T" || exit 1

# What the host has: a header, a library, a file of pkg-config, a program that tells where they are.
echo '#define HOSTLY 42' | tee host/include/hostly.h >host/include/python3.13/hostly.h
echo 'int hostly(void) { return 42; }' >hostly.c
"${CC:-cc}" -shared -fPIC -Wl,-soname,libhostly.so -o host/lib/libhostly.so hostly.c && ar rc host/lib/libhostly.a hostly.c || exit 1
printf 'Name: hostly\nDescription: x\nVersion: 1\nCflags: -I/usr/local/include\nLibs: -L/usr/local/lib -lhostly\n' >host/lib/pkgconfig/hostly.pc
mkdir host/bin && printf '#!/bin/sh\necho -I/usr/local/include -L/usr/local/lib -lhostly\n' >host/bin/hostly-config && chmod +x host/bin/hostly-config

# It takes what it finds, as many setup.py do, and says what that was.
cat >sdist/look.py <<'PY'
import ctypes.util, glob, os, shutil, subprocess, sys

folders = ["/usr/include", "/usr/local/include", "/opt/include", "/usr/include/x86_64-linux-gnu", *glob.glob("/usr/include/python3*")]
found = [f for f in folders if os.path.exists(f"{f}/hostly.h")]
found += [f for p in ("/usr/lib*", "/usr/lib*/*", "/lib*", "/usr/local/lib", "/opt/lib") for f in glob.glob(f"{p}/libhostly*")]
found += filter(None, [ctypes.util.find_library("hostly"), shutil.which("hostly-config")])
if shutil.which("pkg-config") and subprocess.run(["pkg-config", "--exists", "hostly"]).returncode == 0:
    found.append("hostly.pc")
found += [n for n in ("CPATH", "C_INCLUDE_PATH", "LIBRARY_PATH", "CFLAGS", "LDFLAGS", "LD_LIBRARY_PATH", "PKG_CONFIG_PATH")
          if "/usr/local" in os.environ.get(n, "")]
for test, text in ("header", "#include <hostly.h>\nint x = HOSTLY;"), ("library", "int hostly(void); int main(void) { return hostly(); }"):
    with open(f"try_{test}.c", "w") as file:
        file.write(text)
    flags = ["-c"] if test == "header" else ["-lhostly", "-I/usr/local/include", "-L/usr/local/lib", "-L/usr/lib"]
    compiler = sys.argv[1] if len(sys.argv) > 1 and os.path.basename(sys.argv[0]) == "look.py" else "gcc"
    if subprocess.run([compiler, f"try_{test}.c", *flags, "-o", f"try_{test}"], stderr=subprocess.DEVNULL).returncode == 0:
        found.append(test)
print("hostly:", *found or ["nothing"])
PY
cat >sdist/setup.py <<'PY'
import os, sys
sys.path.insert(0, ".")
from look import found
from setuptools import Extension, setup

with open("found.py", "w") as file:
    file.write(f"found = {found}\n")
extensions = [Extension("greedy", ["greedy.c"], libraries=["hostly"])] if os.environ.get("insist") else []
setup(name="greedy", version="1", py_modules=["found"], ext_modules=extensions)
PY
cat >sdist/greedy.c <<'C'
#include <Python.h>
#include <hostly.h>
int hostly(void);
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "greedy", 0, -1, 0};
PyMODINIT_FUNC PyInit_greedy(void) { return hostly() == HOSTLY ? PyModule_Create(&module) : 0; }
C
cat >default.nix <<NIX
let
  pkgs = import $top/pkgs { };
  recipe = args: pkgs.python3.pkgs.buildPythonPackage ({
    pname = "greedy"; version = "1"; pyproject = true; src = ./sdist; build-system = [ pkgs.python3.pkgs.setuptools ];
    nativeBuildInputs = [ pkgs.pkg-config ]; once = "$(basename "$T")"; # so that it is built, whatever the store has
  } // args);
in rec {
  takes = recipe { };
  insists = recipe { insist = "1"; };
  # the same library as an input is found
  given = recipe { insist = "1"; buildInputs = [ library ]; };
  library = pkgs.stdenv.mkDerivation {
    name = "hostly"; dontUnpack = true;
    installPhase = ''
      mkdir -p \$out/include \$out/lib
      cp \${./host/include/hostly.h} \$out/include/hostly.h
      cc -shared -fPIC -Wl,-soname,libhostly.so -o \$out/lib/libhostly.so \${./hostly.c}
    '';
  };
}
NIX

# on_host COMMAND…: where /usr/local and the first folder of the C library's headers have them, told to every tool.
cat >enter <<'SH'
set -e
host=$1; shift
mount --rbind "$host" /usr/local
[ ! -d /opt ] || mount --bind "$host" /opt
export CPATH=/usr/local/include C_INCLUDE_PATH=/usr/local/include LIBRARY_PATH=/usr/local/lib LD_LIBRARY_PATH=/usr/local/lib \
	PKG_CONFIG_PATH=/usr/local/lib/pkgconfig CFLAGS="-I/usr/local/include" LDFLAGS="-L/usr/local/lib" \
	NIX_CFLAGS_COMPILE="-I/usr/local/include" NIX_LDFLAGS="-L/usr/local/lib" PYTHONPATH=/usr/local/lib
exec "$@"
SH
on_host() { unshare --user --map-root-user --mount sh "$T/enter" "$T/host" "$@"; }

printf '#include <hostly.h>\nint hostly(void); int main(void) { return hostly() != HOSTLY; }\n' >main.c
ok "the host's compiler finds them" on_host "${CC:-cc}" main.c -o main -lhostly
ok "and the program runs" on_host ./main
like "what the archive looks for is there" "$(on_host python3 sdist/look.py "${CC:-cc}" 2>&1)" \
	'^hostly: .*/usr/local/include.* /usr/local/lib/libhostly.* C_INCLUDE_PATH .*header library$'
build() { on_host "$KILN_BUILD/compat/nix-build" --no-out-link "$@"; }
path=$(build -A takes 2>log) || tail -n 15 log
like "a source archive that takes what it finds finds nothing" "$(cat log)" '^hostly: nothing$'
is "nor has its module something" "$(kiln run "$(compat nix-build --no-out-link -E "(import $top/pkgs { }).python3.withPackages (_: [ (import ./default.nix).takes ])" 2>/dev/null)" -- \
	python3 -c 'import found; print(found.found)' 2>&1)" "[]"
is "and no path of its refers to the host" "$(grep -rlE '/usr/local|hostly\.so' "$KILN_STORE$path" 2>/dev/null | grep -v '/found')" ""
fails_like "one that insists fails" "hostly\\.h: No such file or directory" build -A insists
given=$(build -A given 2>log) || tail -n 15 log
ok "with the library among its inputs it is built" test -n "$given"
is "and refers to that one alone" "$(grep -aohE '/[a-z/0-9.-]*hostly/lib' "$KILN_STORE$given"/lib/python3.13/site-packages/greedy*.so | sort -u | sed 's/.*-hostly/hostly/')" "hostly/lib"
