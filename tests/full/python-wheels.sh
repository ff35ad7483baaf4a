#!/bin/sh
# Wheels by real builds in the sandbox: an odd one fetched and one that a recipe's own build installs get
# the same files; an environment of them works.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
export KILN_DATA_DIR="$top"
command -v python3 >/dev/null || skip_all "no python3"
plan 26
cd "$T" || exit 1
site=lib/python3.13/site-packages

python3 - <<'PYTHON'
import base64, hashlib, zipfile

def wheel(project, members, requires=()):
    info = f"{project}-1.dist-info"
    members = members | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {project}\nVersion: 1\n" + "".join(f"Requires-Dist: {r}\n" for r in requires),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"}
    record = ""
    for name, text in members.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(text.encode())}\n"
    with zipfile.ZipFile(f"{project}-1-py3-none-any.whl", "w") as archive:
        for name, text in [*members.items(), (f"{info}/RECORD", record + f"{info}\\RECORD,,\n")]:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o100755 if "scripts/" in name or name.endswith(".run") else 0o100644) << 16
            archive.writestr(entry, text)

wheel("odd", {
    "odd/__init__.py": "def main():\n    print('odd main')\n",
    "odd/näme.txt": "x\n",
    "odd/tool.run": "#!/usr/bin/env python3\n",
    "ODD-1.data/scripts/doc": '#!python\n"""My documentation."""\nfrom __future__ import (\n  annotations,\n)\nimport odd\nprint(__doc__)\n',
    "odd-1.data/scripts/sh": "#!/bin/sh\necho sh\n",
    "odd-1.data/scripts/env": "#!/usr/bin/env -S python3 -u\nimport odd; odd.main()\n",
    "odd-1.data/data/share/man/man1/x.1": "man\n",
    "odd-1.data/data/man/man1/y.1": "man\n",
    "odd-1.data/data/sbin/z": "#!/bin/sh\n",
    "odd-1.data/headers/odd.h": "/* */\n",
    "odd-1.dist-info/entry_points.txt": "[console_scripts]\nodd = odd:main\npython3.13 = odd:main\n",
}, ["absent>=1", "bad >= 1.*.2"])
PYTHON
# Libraries of a wheel that find each other by the path of whoever loads them, as older wheels have them.
echo 'int inner(void) { return 42; }' >inner.c
echo 'double sqrt(double); int inner(void); int middle(int x) { return inner() + (int)sqrt(x); }' >middle.c
echo 'int middle(int x); int outer(void) { return middle(0); }' >outer.c
mkdir linked.libs linked
# shellcheck disable=SC2016 # the loader reads $ORIGIN
{ "${CC:-cc}" -shared -fPIC -Wl,-soname,libinner-1.so -o linked.libs/libinner-1.so inner.c &&
	"${CC:-cc}" -shared -fPIC -Wl,-soname,libmiddle-1.so -o linked.libs/libmiddle-1.so middle.c linked.libs/libinner-1.so -lm &&
	"${CC:-cc}" -shared -fPIC -Wl,--disable-new-dtags,-rpath,'$ORIGIN/../linked.libs' -o linked/outer.so outer.c \
		-Llinked.libs -l:libmiddle-1.so; } >cc.log 2>&1 || skip_all "no C compiler: $(cat cc.log)"
python3 - <<'PYTHON'
import base64, hashlib, pathlib, zipfile

files = {str(p): p.read_bytes() for p in [*pathlib.Path("linked").iterdir(), *pathlib.Path("linked.libs").iterdir()]}
files |= {"linked-1.dist-info/METADATA": b"Metadata-Version: 2.1\nName: linked\nVersion: 1\n", "linked-1.dist-info/WHEEL": b"Wheel-Version: 1.0\n"}
record = "".join(f"{n},sha256={base64.urlsafe_b64encode(hashlib.sha256(b).digest()).rstrip(b'=').decode()},{len(b)}\n" for n, b in files.items())
with zipfile.ZipFile("linked-1-py3-none-any.whl", "w") as archive:
    for name, data in [*files.items(), ("linked-1.dist-info/RECORD", record + "linked-1.dist-info/RECORD,,\n")]:
        archive.writestr(name, data)
PYTHON
mkdir -p source/src/plain
echo 'def main(): print("plain")' >source/src/plain/__init__.py
cat >source/pyproject.toml <<'TOML'
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "plain"
version = "1"
dependencies = ["absent"]
scripts.plain = "plain:main"
TOML
cat >default.nix <<NIX
let
  pkgs = import $top/pkgs { };
  ps = pkgs.python3.pkgs;
  odd = args: ps.buildPythonPackage ({ pname = "odd"; version = "1"; format = "wheel"; src = ./odd-1-py3-none-any.whl; } // args);
  plain = args: ps.buildPythonPackage ({ pname = "plain"; version = "1"; pyproject = true; src = ./source; build-system = [ ps.setuptools ]; } // args);
in rec {
  fetched = odd { };
  built = odd { postInstall = ":"; };
  more = odd { postInstall = ''
    printf '#!/usr/bin/env bash\n' >\$out/bin/more; chmod +x \$out/bin/more
    printf '#!/usr/bin/env python3\nimport odd; odd.main()\n' >\$out/bin/python; chmod +x \$out/bin/python
  ''; };
  bare = odd { postInstall = ":"; __structuredAttrs = true; pythonRemoveDeps = [ "absent" "bad" ]; dontCompile = true; dontWrapPythonPrograms = true; };
  strict = odd { dontCheckRuntimeDeps = false; };
  strictBuilt = odd { dontCheckRuntimeDeps = false; postInstall = ":"; };
  linked = ps.buildPythonPackage { pname = "linked"; version = "1"; format = "wheel"; src = ./linked-1-py3-none-any.whl; };
  environment = pkgs.python3.withPackages (_: [ built linked ]);
  replaced = pkgs.python3.withPackages (_: [ more ]);
  missing = plain { };
  there = plain { pythonRemoveDeps = [ "absent" ]; };
}
NIX

build() { compat nix-build --no-out-link -A "$1"; }
# files PATH TO: a copy, with the output's own path and RECORD's hashes evened out.
files() {
	cp -a "$KILN_STORE$1" "$2" && chmod -R u+w "$2" || return
	grep -rlZ "${1#/nix/store/}" "$2" | xargs -0 -r sed -i "s|${1#/nix/store/}|own|g"
	sed -i 's/,sha256=[^,]*//' "$2/$site/odd-1.dist-info/RECORD"
	(cd "$2" && find . -printf '%p %m %l\n' | sort) >"$2.list"
}
run() { kiln run "$environment" -- "$@"; }

if fetched=$(build fetched 2>err); then pass "an odd wheel"; else fail "an odd wheel" "$(cat err)"; fi
like "the user is told what is left out" "$(cat err)" "^warning: .*the program 'python3.13' is left out"
like "and what is missing" "$(cat err)" '^ *absent>=1: it is not among the inputs'
like "with the cure" "$(cat err)" "^ *hint: add them to 'dependencies', or take them out with 'pythonRemoveDeps'"
if built=$(build built 2>err); then pass "by a recipe's own build"; else fail "by a recipe's own build" "$(cat err)"; fi
like "which tells it, too" "$(cat err)" "^warning: .*the program 'python3.13' is left out"
ok "a copy of the one" files "$fetched" one
ok "a copy of the other" files "$built" other
ok "they have the same files" diff -r one other
ok "and modes" diff one.list other.list
is "a name that is not ASCII" "$(cat "$KILN_STORE$built/$site/odd/näme.txt")" x

environment=$(build environment 2>err) || cat err
is "a script keeps its docstring" "$(run doc)" "My documentation."
is "and its options" "$(run env)" "odd main"
is "an entry point runs" "$(run odd)" "odd main"
is "libraries of a wheel find each other by their loader's path" \
	"$(run python3.13 -c 'import ctypes, linked; print(ctypes.CDLL(linked.__path__[0] + "/outer.so").outer())')" 42
is "the interpreter is one" "$(run python3.13 -c 'print(1)')" 1

more=$(build more 2>err) || cat err
like "what a recipe adds gets the store's programs" "$(head -n 1 "$KILN_STORE$more/bin/more")" '^#!/nix/store/.*/bin/bash$'
is "what the wheel brought stays" "$(head -n 1 "$KILN_STORE$more/bin/sh")" '#!/bin/sh'
bare=$(build bare 2>err) || cat err
ok "a recipe may want no bytecode" test ! -e "$KILN_STORE$bare/$site/odd/__pycache__"
is "and no module path in programs" "$(grep -c kiln:site "$KILN_STORE$bare/bin/doc")" 0
is "dependencies are taken out, also a malformed one" "$(grep -c Requires-Dist "$KILN_STORE$bare/$site/odd-1.dist-info/METADATA")" 0
fails_like "a recipe's program in the interpreter's place" "stand in the interpreter's place" build replaced
fails_like "a recipe may ask for all dependencies" 'absent>=1: it is not among the inputs' build strict
fails_like "in its own build as well" 'absent>=1: it is not among the inputs' build strictBuilt
fails_like "a build from source must have them" 'absent: it is not among the inputs' build missing
there=$(build there 2>err) || cat err
like "or take them out" "$(cat "$KILN_STORE$there/$site/plain-1.dist-info/INSTALLER")" kiln
