#!/bin/sh
# Seven things planted in node packs of the real ComfyUI, and in what fills its slot: each is named before
# anything starts, by kiln run, or by kiln check where a pack has to be imported to find it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
command -v cc >/dev/null || skip_all "no compiler"
python=$(command -v python3) || skip_all "no python3"
unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
plan 17
export KILN_DRIVER_ROOT="$T/nowhere"
unset PYTHONPATH VIRTUAL_ENV
full_store
site=lib/python3.13/site-packages
cp -r "$project" "$T/project"
rm -f "$T"/project/result-*
pkgs=$T/project/.flox/pkgs

# wheel NAME VERSION REQUIREMENT
wheel() {
	python3 - "$T/$1-$2-py3-none-any.whl" "$@" <<'P'
import base64, hashlib, sys, zipfile
file, name, version, need = sys.argv[1:]
info = f"{name}-{version}.dist-info"
files = {f"{name}/__init__.py": "", f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Dist: {need}\n",
         f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
rows = [f"{n},sha256={base64.urlsafe_b64encode(hashlib.sha256(t.encode()).digest()).rstrip(b'=').decode()},{len(t)}\n" for n, t in files.items()]
files[f"{info}/RECORD"] = "".join([*rows, f"{info}/RECORD,,\n"])
with zipfile.ZipFile(file, "w") as z:
    for n, text in files.items():
        z.writestr(n, text)
P
}
# node NAME DEPENDENCIES: the tree $T/NAME is a node pack, NAME its recipe; planted-NAME is ComfyUI beside it.
node() {
	mkdir -p "$T/$1"
	printf 'NODE_CLASS_MAPPINGS = {}\n' >>"$T/$1/__init__.py"
	cat >"$pkgs/$1.nix" <<N
{ comfyui, comfyuiNode, python3 }:
comfyuiNode {
  nodeName = "$1"; version = "1.0"; src = $T/$1; inherit comfyui;
  dependencies = with python3.pkgs; [ torch $2 ];
}
N
	printf '{ comfyui, %s, symlinkJoin }:\nsymlinkJoin { name = "planted-%s"; paths = [ comfyui %s ]; }\n' "$1" "$1" "$1" >"$pkgs/planted-$1.nix"
}
# refused WHAT NAME WORDS: the result is built; what starts it is told, and nothing is started.
refused() {
	result=$(in_full build --project "$T/project" --no-link "planted-$2" 2>"$T/log") || { fail "$1" "$(tail -n 20 "$T/log")" && return; }
	said=$(in_full run --slot "torch=${4:-cpu}" "$result" -- sh -c 'echo it was started' 2>&1)
	case $said in *started*) said="it was started: $said" ;; esac
	like "$1" "$said" "^error: .*$3|^ .*$3"
}
# unchecked WHAT NAME WORDS
unchecked() {
	said=$(in_full check --project "$T/project" "$2" 2>&1)
	like "$1" "$said" "$3"
}

node plain ""
result=$(in_full build --project "$T/project" --no-link planted-plain 2>"$T/log") || tail -n 20 "$T/log" >&2
is "a pack with nothing planted starts" "$(in_full run --slot torch=cpu "$result" -- sh -c 'echo started' 2>&1)" started
like "and passes its check" "$(in_full check --project "$T/project" plain 2>&1)" ': passed$'

wheel asking 1.0 'torch==1.13'
node wanting "(buildPythonPackage { pname = \"asking\"; version = \"1.0\"; format = \"wheel\"; src = $T/asking-1.0-py3-none-any.whl; dependencies = [ torch ]; })"
refused "1: a requirement on another torch" wanting "asking 1.0.*needs 'torch==1.13', and the slot has torch 2.6.0"

mkdir -p "$T/double/numpy" "$T/double/numpy-1.21.dist-info"
: >"$T/double/numpy/__init__.py"
printf 'Metadata-Version: 2.1\nName: numpy\nVersion: 1.21\n' >"$T/double/numpy-1.21.dist-info/METADATA"
printf 'numpy/__init__.py,,\n' >"$T/double/numpy-1.21.dist-info/RECORD"
node double ""
# comfyuiNode leaves metadata out, as a wheel's own: who copies it in does so afterwards
sed -i "s|comfyuiNode {|comfyuiNode { postInstall = \"cp -r \$src/numpy-1.21.dist-info \$out/share/comfyui/custom_nodes/double/\";|" "$pkgs/double.nix"
refused "2: a second numpy" double "two copies of numpy: .*1.21 in '.*custom_nodes/double'"

mkdir "$T/native"
printf 'void g(void) __asm__("_ZN3c107WarningC1Ev"); void *p = (void *)g;\n' >"$T/want.c"
printf 'void f(void) {}\n' >"$T/c10.c"
cc -shared -fPIC -nostdlib -o "$T/libc10.so" -Wl,-soname,libc10.so "$T/c10.c"
cc -shared -fPIC -nostdlib -o "$T/native/_C.so" "$T/want.c" -Wl,--no-as-needed "$T/libc10.so"
node native ""
refused "3: a native library that was made for another torch" native "custom_nodes/native/_C.so' is made for another torch: torch 2.6.0.* has no symbol '_ZN3c107WarningC1Ev'"

mkdir "$T/missing"
echo 'import nowhere_to_be_found' >"$T/missing/__init__.py"
node missing ""
unchecked "4: a missing module" missing "ModuleNotFoundError: No module named 'nowhere_to_be_found'"
like "with the recipe's line" "$said" "recipe 'missing' lacks the package that has 'nowhere_to_be_found': add it at .*/missing.nix, line 4"

mkdir "$T/opening"
printf 'def look():\n    import socket\n    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()\n\n\nlook()\n' >"$T/opening/__init__.py"
node opening ""
unchecked "5: an import that opens a socket" opening "node pack 'opening' cannot be loaded:"
like "with its line" "$said" "custom_nodes/opening/__init__.py' line 3 opens a socket when it is loaded"
sed -i 's|inherit comfyui;|inherit comfyui; connects = true;|' "$pkgs/opening.nix"
like "a recipe may allow it" "$(in_full check --project "$T/project" opening 2>&1)" ': passed$'

mkdir "$T/writing"
printf 'import os\nopen(os.path.join(os.path.dirname(__file__), "data", "x"), "w")\n' >"$T/writing/__init__.py"
mkdir "$T/writing/data" && : >"$T/writing/data/y"
node writing ""
unchecked "a pack that writes beside itself" writing "Read-only file system: '.*/custom_nodes/writing/data/x'"
like "has its cure" "$said" 'hint: say in its recipe that it writes there: writable = \[ "data" \];'

# ---- in the filling ----
mkdir -p "$T/mixed/$site"
for member in $(in_full store -q --references "$slots" | grep -E -- '-(torch|torchvision|torchaudio)-cpu-'); do
	cp -rs "$FULL$member/$site/." "$T/mixed/$site/"
done
chmod -R u+w "$T/mixed"
printf 'void g(void) __asm__("_ZN2at6Tensor3newEv"); void *p = (void *)g;\n' >"$T/want.c"
cc -shared -fPIC -nostdlib -o "$T/libtorch_cpu.so" -Wl,-soname,libtorch_cpu.so "$T/c10.c"
cc -shared -fPIC -nostdlib -o "$T/planted.so" "$T/want.c" -Wl,--no-as-needed "$T/libtorch_cpu.so"
library=$(find "$T/mixed/$site/torchaudio/" -name '*.so' | sort | head -n 1)
rm -f "$library"
cp "$T/planted.so" "$library"
refused "6: torchaudio of another torch" plain "torchaudio.*'torchaudio/.*\\.so' is made for another torch: .*_ZN2at6Tensor3newEv" "$T/mixed"

minor=$("$python" -c 'import sys; print(sys.version_info[1])')
if [ "$minor" != 13 ] && "$python" -m venv --without-pip "$T/venv" 2>/dev/null; then
	mkdir -p "$T/venv/lib/python3.$minor/site-packages"
	cp -rs "$T/mixed/$site/." "$T/venv/lib/python3.$minor/site-packages/"
else
	minor=8
	mkdir -p "$T/venv/lib/python3.8/site-packages"
	cp -rs "$T/mixed/$site/." "$T/venv/lib/python3.8/site-packages/"
	printf 'home = /usr\nversion = 3.8.10\n' >"$T/venv/pyvenv.cfg"
fi
refused "7: a virtual environment of another Python" plain "is for Python 3.$minor, the result's is 3.13" "venv:$T/venv"
is "in at most eight lines" "$(printf '%s\n' "$said" | awk 'END { print (NR <= 8) }')" 1
like "with a cure" "$said" "^hint: "
# a torch that slipped into the closure
printf '{ comfyui, symlinkJoin, slotFillings }:\nsymlinkJoin { name = "planted-slipped"; paths = [ comfyui slotFillings.torch.cpu ]; }\n' >"$pkgs/planted-slipped.nix"
refused "and a torch in the closure" slipped "slot 'torch' is filled twice"
