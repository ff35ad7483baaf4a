#!/bin/sh
# The set's own fillings, with ComfyUI: what is started with them, what recipes make of them, and that no
# path of ComfyUI's knows which it was.
# shellcheck disable=SC2016 # the shell that is run is meant
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
command -v cc >/dev/null || skip_all "no compiler"
plan 21
export KILN_DRIVER_ROOT="$T/nowhere"
full_store
site=lib/python3.13/site-packages
run() { in_full run "$@" 2>&1; }

# ---- cpu ----
like "torch is imported from the filling, numpy from ComfyUI" \
	"$(run --slot torch=cpu "$comfyui" -- python3 -c 'import torch, numpy, torchvision, torchaudio; print(torch.__file__, numpy.__file__)')" \
	"^/nix/store/[^ ]*-torch-cpu-[^ ]* /nix/store/[^ ]*-env/"
like "the filling says what it is" "$(in_full store cat "$slots/nix-support/slot-filling.json")" '"filling": "cpu"'
before=$(in_full store -qR "$comfyui" | sort | sha256sum)
is "without it a program of ComfyUI's is not started" "$(run "$comfyui" -- comfyui-start | head -1)" \
	"error: slot 'torch' is empty, and 'comfyui-0.3.75' needs it"
like "nor does it start itself" "$(COMFYUI_WORK_DIR="$T/work" run --slot torch=none "$comfyui" -- comfyui)" "^error: slot 'torch' is empty, and comfyui needs it"

# ---- the same torch as a virtual environment has it ----
run --slot torch=none "$comfyui" -- python3 -m venv --without-pip "$T/venv" >/dev/null
mkdir -p "$T/venv/$site"
for member in $(in_full store -q --references "$slots" | grep -E -- '-(torch|torchvision|torchaudio)-cpu-'); do
	cp -r --no-preserve=mode "$FULL$member/$site/." "$T/venv/$site/"
done
like "a virtual environment" "$(run --slot "torch=venv:$T/venv" "$comfyui" -- python3 -c 'import torch; print(torch.__file__)' | tail -1)" "/slots/.*/site-0/torch/__init__.py$"
rm -r "$T/venv/$site/torchaudio"*
like "that lacks a part" "$(run --slot "torch=venv:$T/venv" "$comfyui" -- comfyui-start)" "has no torchaudio, for which the result asks"
rm -rf "$T/venv"

# ---- recipes ----
cat >"$T/inside.nix" <<E2
with import $top/pkgs { system = builtins.currentSystem; };
python3.withPackages (ps: [ ps.einops slotFillings.torch.cpu ])
E2
inside=$(in_full build --no-link -f "$T/inside.nix" 2>"$T/log") || cat "$T/log"
like "a recipe may want torch inside" "$(run "$inside" -- python3 -c 'import torch; print(torch.__version__)' | tail -1)" "^2\.6"
like "and then nothing else fills the slot" "$(run --slot torch=cpu "$inside" -- python3 -c 1)" "slot 'torch' is filled twice"

# A wheel with a native module, linked against torch: what its build writes down is what counts.
cat >"$T/wheel.py" <<'P'
import base64, hashlib, subprocess, sys, zipfile
folder, name, symbol, *library = sys.argv[1:]
open(f"{folder}/x.c", "w").write(f'void g(void) __asm__("{symbol}"); void *p = (void *)g;\n')
open(f"{folder}/y.c", "w").write("void h(void) {}\n")
for soname in library:
    subprocess.run(["cc", "-shared", "-fPIC", "-nostdlib", "-o", f"{folder}/{soname}", f"-Wl,-soname,{soname}", f"{folder}/y.c"], check=True)
subprocess.run(["cc", "-shared", "-fPIC", "-nostdlib", "-o", f"{folder}/x.so", f"{folder}/x.c", "-Wl,--no-as-needed",
                *(f"{folder}/{soname}" for soname in library)], check=True)
info = f"{name}-1.0.dist-info"
files = {f"{name}/__init__.py": b"", f"{name}/_C.so": open(f"{folder}/x.so", "rb").read(),
         f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Dist: torch\n".encode(),
         f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: false\nTag: py3-none-any\n"}
rows = [f"{n},sha256={base64.urlsafe_b64encode(hashlib.sha256(d).digest()).rstrip(b'=').decode()},{len(d)}\n" for n, d in files.items()]
files[f"{info}/RECORD"] = "".join([*rows, f"{info}/RECORD,,\n"]).encode()
with zipfile.ZipFile(f"{folder}/{name}-1.0-py3-none-any.whl", "w") as z:
    for n, data in files.items():
        z.writestr(n, data)
P
# environment NAME SYMBOL [LIBRARY]: a Python with such a module
environment() {
	python3 "$T/wheel.py" "$T" "$@"
	cat >"$T/$1.nix" <<E2
with import $top/pkgs { system = builtins.currentSystem; };
python3.withPackages (ps: [ (ps.buildPythonPackage {
  pname = "$1"; version = "1.0"; format = "wheel"; src = $T/$1-1.0-py3-none-any.whl; dependencies = [ ps.torch ];
}) ])
E2
	in_full build --no-link -f "$T/$1.nix" 2>"$T/log" || cat "$T/log" >&2
}
fits=$(environment fits _ZN3c104warnERKNS_7WarningE)
other=$(environment other _ZN3c1012nowhere_everEv)
package=$(in_full store -q --references "$fits" | grep -- '-fits-1.0$')
like "a build writes down what a module wants of torch" "$(in_full store cat "$package/nix-support/slots.json")" \
	'"file":"lib/python3.13/site-packages/fits/_C.so","needs":\[\],"symbols":\["_ZN3c104warnERKNS_7WarningE"\]'
is "what this torch has fits" "$(run --slot torch=cpu "$fits" -- python3 -c 'print(1)')" 1
like "what it has not does not" "$(run --slot torch=cpu "$other" -- python3 -c 'print(1)')" "python3.13-other-1.0': '$site/other/_C.so' is made for another torch: .*nowhere_ever"

# ---- cuda: wheels of 3 GB, which become 5.5 ----
cuda() { in_full "$@" --project "$project" --slot torch=cuda --no-link; }
room=${KILN_CUDA_GIB:-10}
like "the set of wheels for CUDA evaluates" "$(in_full build --project "$project" --slot torch=cuda --dry-run --json 2>&1)" "torch-cuda-filling"
free=$(df -Pk "$FULL" | awk 'NR == 2 { print int($4 / 1048576) }')
there=$(in_full build --project "$project" --slot torch=cuda --dry-run --json 2>/dev/null | sed -n 's/.*"out": "\([^"]*\)".*/\1/p')
if [ "$free" -lt "$room" ] && ! in_full store --check-validity "$there" 2>/dev/null; then
	for what in "is downloaded and built" "a driver that is not there" "imported without a GPU" "what its torch has fits" "what it has not" \
		"another CUDA's library" "this CUDA's" "half of it"; do
		n=$((n + 1))
		echo "ok $n - $what # SKIP $free GiB are free, it takes $room"
	done
else
	ok "is downloaded and built" cuda build
	said=$(run --slot torch=cuda "$comfyui" -- python3 -c 'import torch, torchvision, torchaudio; print(torch.version.cuda, torch.ones(2).sum().item())')
	like "a driver that is not there is told" "$said" "^warning: torch 2[.0-9]* is for CUDA 1[3-9][.0-9]*, and no driver \(libcuda.so.1\) is here: it works on the CPU$"
	like "imported without a GPU" "$said" "^1[3-9][.0-9]* 2.0$"
	fits=$(environment stays _ZN3c1010TensorImplD1Ev)
	like "what this torch has fits" "$(run --slot torch=cuda "$fits" -- python3 -c 'print(1)' | tail -n 1)" "^1$"
	like "what it has not does not" "$(run --slot torch=cuda "$other" -- python3 -c 'print(1)')" "'$site/other/_C.so' is made for another torch: torch 2.15.* no symbol '_ZN3c1012nowhere_everEv'"
	older=$(environment older _ZN3c1010TensorImplD1Ev libcudart.so.12)
	like "a module for another CUDA" "$(run --slot torch=cuda "$older" -- python3 -c 'print(1)')" "'$site/older/_C.so' needs 'libcudart.so.12', and torch 2.15.0.* is for CUDA 13"
	same=$(environment same _ZN3c1010TensorImplD1Ev libcudart.so.13)
	like "one for this CUDA" "$(run --slot torch=cuda "$same" -- python3 -c 'print(1)' | tail -n 1)" "^1$"
	# a torchaudio of the CPU's set in CUDA's
	mkdir -p "$T/half/$site"
	cp -rs "$FULL$(in_full store -q --references "$there" | grep -- '-torch-cuda-')/$site/." "$T/half/$site/"
	chmod -R u+w "$T/half" && rm -r "$T/half/$site"/torchaudio*
	cp -rs "$FULL$(in_full store -q --references "$slots" | grep -- '-torchaudio-cpu-')/$site/." "$T/half/$site/"
	like "torchaudio of the other set" "$(run --slot "torch=$T/half" "$comfyui" -- python3 -c 'print(1)')" "^  'torchaudio 2.6.0': 'torchaudio/.*' is made for another torch: torch 2.15"
fi
is "ComfyUI is what it was" "$(in_full build --project "$project" --no-link comfyui 2>/dev/null | xargs "$KILN_BUILD/kiln" --store "$FULL" store -qR | sort | sha256sum)" "$before"
