#!/bin/sh
# Slots and what fills them, on packages made here: what does not fit is named before anything starts,
# what fits is shown to the program, and nothing else is.
# shellcheck disable=SC2016 # the shell that is run is meant
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
command -v cc >/dev/null || skip_all "no compiler"
python=$(command -v python3) || skip_all "no python3"
python=$("$python" -c 'import sys; print(sys.executable)')
minor=$("$python" -c 'import sys; print(sys.version_info[1])')
[ "$minor" -ge 11 ] || skip_all "python3 is older than 3.11"
plan 76
KILN_DATA_DIR=$(cd "$(dirname "$0")/../.." && pwd)
KILN_DRIVER_ROOT=$T/machine
export KILN_DATA_DIR KILN_DRIVER_ROOT
unset PYTHONPATH VIRTUAL_ENV PIP_CONSTRAINT UV_OVERRIDE
cd "$T" || exit 1
mkdir machine
site=lib/python3.$minor/site-packages
abi=cpython-3$minor-x86_64-linux-gnu

# dist FOLDER NAME VERSION [REQUIREMENT…]: a project with a module, a RECORD, and metadata.
dist() {
	at=$1 name=$2 version=$3
	shift 3
	mkdir -p "$at/$name" "$at/$name-$version.dist-info"
	: >>"$at/$name/__init__.py"
	{
		printf 'Metadata-Version: 2.1\nName: %s\nVersion: %s\n' "$name" "$version"
		for need in "$@"; do printf 'Requires-Dist: %s\n' "$need"; done
	} >"$at/$name-$version.dist-info/METADATA"
	printf '%s/__init__.py,,\n%s-%s.dist-info/METADATA,,\n' "$name" "$name" "$version" \
		>"$at/$name-$version.dist-info/RECORD"
}
# library FILE SONAME SYMBOL…: a shared object that defines them.
library() {
	file=$1 soname=$2
	shift 2
	for symbol in "$@"; do printf 'void f%s(void) __asm__("%s"); void f%s(void) {}\n' "$((i = ${i:-0} + 1))" "$symbol" "$i"; done >define.c
	cc -shared -fPIC -nostdlib -o "$file" -Wl,-soname,"$soname" define.c
}
# module FILE LIBRARY… -- SYMBOL…: one that wants them.
module() {
	file=$1
	shift
	needed=
	while [ "$1" != -- ]; do
		needed="$needed $1"
		shift
	done
	shift
	for symbol in "$@"; do printf 'void g%s(void) __asm__("%s"); void *p%s = (void *)g%s;\n' "$((i = ${i:-0} + 1))" "$symbol" "$i" "$i"; done >want.c
	# shellcheck disable=SC2086 # paths without blanks
	cc -shared -fPIC -nostdlib -o "$file" want.c -Wl,--no-as-needed $needed
}
# torch FOLDER VERSION CUDA: it and its companions, made for each other.
torch() {
	dist "$1" torch "$2" 'sympy' 'numpy; extra == "all"'
	dist "$1" torchvision 0.21.0 torch numpy
	dist "$1" torchaudio 2.6.0 torch
	printf "__version__ = '%s'\ncuda: Optional[str] = %s\nhip: Optional[str] = None\n" "$2" "$3" >"$1/torch/version.py"
	mkdir -p "$1/torch/lib"
	library "$1/torch/lib/libc10.so" libc10.so _ZN3c105ErrorC1Ev
	library "$1/torch/lib/libtorch_cpu.so" libtorch_cpu.so _ZN2at6TensorD1Ev _ZTVN5torch3jit6ModuleE
	: >"$1/torch/_C.$abi.so"
	module "$1/torchaudio/_C.so" "$1/torch/lib/libc10.so" "$1/torch/lib/libtorch_cpu.so" -- _ZN3c105ErrorC1Ev _ZN2at6TensorD1Ev
	printf 'torchaudio/_C.so,,\n' >>"$1/torchaudio-2.6.0.dist-info/RECORD"
}
# result FOLDER: an application with a Python, which asks for the slots.
result() {
	mkdir -p "$1/bin" "$1/$site" "$1/nix-support"
	printf '#!/bin/sh\nexec %s "$@"\n' "$python" >"$1/bin/python3.$minor"
	printf '#!/bin/sh\necho started\n' >"$1/bin/app"
	chmod +x "$1/bin/"*
	ln -s "python3.$minor" "$1/bin/python3"
	printf 'torch\ntorchvision\ntorchaudio\n' >"$1/nix-support/kiln-slots"
	dist "$1/$site" numpy 2.0
	dist "$1/$site" sympy 1.13
}
add() { compat nix-store --add "$1"; }
# started RESULT SLOT: what the application or kiln says.
started() { kiln run --slot "torch=$2" "$1" -- app 2>&1; }

result app-1.0
app=$(add app-1.0)
torch "cpu/$site" 2.6.0 None

# ---- what fits ----
is "what fits starts" "$(started "$app" ./cpu)" started
is "the environment names it, too" "$(KILN_SLOT_TORCH=./cpu kiln run "$app" -- app)" started
cpu=$(add cpu)
is "a store path" "$(started "$app" "$cpu")" started
is "whose folder is on Python's path as it is" \
	"$(kiln run --slot "torch=$cpu" "$app" -- sh -c 'echo $KILN_SLOT_PATH')" "$cpu/$site"
ln -s "$cpu" result-cpu
is "or a link to one" "$(kiln run --slot "torch=./result-cpu" "$app" -- sh -c 'echo $KILN_SLOT_PATH')" "$cpu/$site"
"$python" -m venv --without-pip venv
cp -r "cpu/$site/." "venv/$site/"
dist "venv/$site" numpy 1.26
dist "venv/$site" requests 2.0
is "a virtual environment, of which the slot's files alone are shown" \
	"$(kiln run --slot torch=venv:venv "$app" -- sh -c 'ls $KILN_SLOT_PATH' 2>/dev/null | paste -sd ' ')" \
	"torch torch-2.6.0.dist-info torchaudio torchaudio-2.6.0.dist-info torchvision torchvision-0.21.0.dist-info"
like "and a second numpy is told to be left out" "$(started "$app" venv:venv)" "numpy 1.26 of 'venv' is left out: the result has its own, 2.0"
like "what is called one must be one" "$(started "$app" venv:cpu)" "'cpu' is no virtual environment"

# shellcheck disable=SC2088 # kiln expands it
is "in the user's folder" "$(mkdir -p home && cp -r cpu home/ && started "$app" '~/cpu')" started
rm -r home/cpu
like "a folder that is not there" "$(started "$app" ./nowhere)" "filling slot 'torch': '.*/nowhere': No such file"
like "none at all" "$(started "$app" venv:)" "names no virtual environment"
like "what is no path" "$(started "$app" venv)" "nothing called 'venv' for slot 'torch'"

# ---- nothing fills it ----
is "a program of the result is not started without" "$(kiln run "$app" -- app 2>&1)" \
	"error: slot 'torch' is empty, and 'app-1.0' needs it
hint: kiln run --slot torch=cpu … fills it (or =cuda, =venv:PATH, =PATH); =none leaves it empty"
like "another program is told" "$(kiln run "$app" -- sh -c 'echo $KILN_SLOTS_EMPTY' 2>&1)" "^warning: slot 'torch' is empty"
is "none is an answer" "$(started "$app" none)" started
like "an unknown slot" "$(kiln run --slot foo=cpu "$app" -- app 2>&1)" "there is no slot called 'foo'"

# ---- the seven ----
# refused WHAT RESULT FILLING WORDS: it is told, and nothing is started.
refused() {
	said=$(started "$2" "$3")
	case $said in *started*) said="it was started: $said" ;; esac
	like "$1" "$said" "^error: .*$4|^ .*$4"
}

cp -r app-1.0 slipped && dist "slipped/$site" torch 2.1.0
refused "a torch in the closure" "$(add slipped)" ./cpu "brings torch 2.1.0, which is a slot's \\('torch-2.1.0.dist-info'\\)"
cp -r app-1.0 asking && dist "asking/$site" node 1.0 'torch==1.13'
refused "a requirement on another torch" "$(add asking)" ./cpu "node 1.0 .*needs 'torch==1.13', and the slot has torch 2.6.0"
cp -r app-1.0 double && dist double/share/custom_nodes/node numpy 1.21
refused "a second numpy in a node" "$(add double)" ./cpu "two copies of numpy: .*1.21 in '.*share/custom_nodes/node'"
cp -r app-1.0 linking && mkdir -p linking/env/numpy-2.0.dist-info
ln -s "../../$site/numpy-2.0.dist-info/METADATA" linking/env/numpy-2.0.dist-info/
is "what an environment links, file by file, is no second one" "$(started "$(add linking)" ./cpu)" started
cp -r app-1.0 native && mkdir -p native/share/custom_nodes/node
module native/share/custom_nodes/node/_C.so "cpu/$site/torch/lib/libc10.so" -- _ZN3c107WarningC1Ev
refused "a native library for another torch in a node" "$(add native)" ./cpu \
	"'share/custom_nodes/node/_C.so' is made for another torch: torch 2.6.0 has no symbol '_ZN3c107WarningC1Ev'"
cp -r app-1.0 recorded && printf '{"version":1,"objects":[{"file":"x/_C.so","needs":["libtorch_xpu.so"],"symbols":[]}]}' >recorded/nix-support/slots.json
refused "what a build wrote down counts" "$(add recorded)" ./cpu "'x/_C.so' is made for another torch: torch 2.6.0 has no library 'libtorch_xpu.so'"
printf '{' >recorded/nix-support/slots.json
refused "and is told where it is broken" "$(add recorded)" ./cpu "looking through '/nix/store/.*-recorded'"
cp -r cpu lacking && rm -r "lacking/$site/torchaudio" "lacking/$site/torchaudio-2.6.0.dist-info"
refused "a missing module" "$app" ./lacking "'./lacking' has no torchaudio, for which the result asks"
cp -r cpu needing && dist "needing/$site" torchvision 0.21.0 torch numpy rarely
refused "a missing module of another project" "$app" ./needing "torchvision 0.21.0 .*needs 'rarely', which neither"
cp -r cpu opening && printf 'import socket\nsocket.socket(socket.AF_INET).close()\n' >>"opening/$site/torchvision/__init__.py"
refused "an import that opens a socket" "$app" ./opening "torchvision/__init__.py' line 2 opens a socket when it is imported"
echo 'from . import urllib3' >"opening/$site/torchvision/__init__.py"
printf 'import socket\ntry: socket.getaddrinfo("example.org", 80)\nexcept OSError: pass\n' >"opening/$site/torchvision/urllib3.py"
refused "one that asks by way of urllib3" "$app" ./opening "torchvision/urllib3.py' line 2 opens a socket when it is imported"
cp -r cpu mixed && module "mixed/$site/torchaudio/_C.so" "cpu/$site/torch/lib/libtorch_cpu.so" -- _ZN2at6Tensor3newEv
refused "torchaudio of another torch" "$app" ./mixed "'torchaudio 2.6.0': 'torchaudio/_C.so' is made for another torch: .*_ZN2at6Tensor3newEv"
cp -r cpu bound && dist "bound/$site" torchaudio 2.11 'torch>=2.11'
rm -r "bound/$site/torchaudio-2.6.0.dist-info"
refused "by its metadata" "$app" ./bound "torchaudio 2.11 .*needs 'torch>=2.11', and the slot has torch 2.6.0"
mkdir -p "old/lib/python3.8" && cp -r "cpu/$site" old/lib/python3.8/ && printf 'home = /usr\nversion = 3.8.10\n' >old/pyvenv.cfg
refused "a virtual environment of another Python" "$app" venv:old "'old' is for Python 3.8, the result's is 3.$minor"
cp -r cpu tagged && mv "tagged/$site/torch/_C.$abi.so" "tagged/$site/torch/_C.cpython-38-x86_64-linux-gnu.so"
refused "native modules of another Python" "$app" ./tagged "_C.cpython-38-x86_64-linux-gnu.so' is for another Python"
is "a message has at most eight lines" "$(started "$app" venv:old | awk 'END { print (NR <= 8) }')" 1
like "and a cure" "$(started "$app" venv:old)" "^hint: "

mkdir linked && cp -rs "$T/mixed/." linked/
refused "where all files are links" "$app" ./linked "'torchaudio/_C.so' is made for another torch: .*_ZN2at6Tensor3newEv"
rm -r linked && mkdir linked && cp -rs "$T/cpu/." linked/
is "and what fits there starts" "$(started "$app" ./linked)" started

# ---- what is not importable ----
cp -r cpu broken && printf 'import nowhere_to_be_found\n' >>"broken/$site/torchaudio/__init__.py"
refused "an import that fails" "$app" ./broken "torchaudio/__init__.py' line 1: ModuleNotFoundError: .*nowhere_to_be_found"
cp -r cpu dying && printf 'import os\nos.abort()\n' >>"dying/$site/torchaudio/__init__.py"
refused "an import that ends Python" "$app" ./dying "importing 'torchaudio' ends Python: .*signal 6"
cp -r cpu naming && printf 'import socket\nsocket.socketpair()\n' >>"naming/$site/torch/__init__.py"
is "a pair of its own is no network" "$(started "$app" ./naming)" started

cp -r cpu leaving && printf 'import tempfile\ntempfile.mkdtemp()\n' >>"leaving/$site/torch/__init__.py"
mkdir temp && is "what an import leaves behind goes" "$(TMPDIR=$T/temp started "$app" ./leaving) $(ls temp)" "started "

# ---- CUDA ----
torch "gpu/$site" 2.15.0 "'13.0'"
mkdir -p "gpu/$site/nvidia/cu13/lib"
library "gpu/$site/nvidia/cu13/lib/libcudart.so.13" libcudart.so.13
library libcudart.so.12 libcudart.so.12
like "a driver that is not there" "$(started "$app" ./gpu)" "torch 2.15.0 is for CUDA 13.0, and no driver"
cp -r app-1.0 cuda && mkdir -p cuda/share/node && module cuda/share/node/_C.so ./libcudart.so.12 --
cuda=$(add cuda)
refused "a native library for another CUDA" "$cuda" ./gpu "'share/node/_C.so' needs 'libcudart.so.12', and torch 2.15.0 is for CUDA 13.0"
module cuda/share/node/_C13.so "gpu/$site/nvidia/cu13/lib/libcudart.so.13" --
like "one that fits is enough" "$(started "$(add cuda)" ./gpu)" "^started"
is "and without CUDA nobody loads it" "$(started "$cuda" ./cpu)" started

cp -r cpu forcuda && module "forcuda/$site/torchvision/_C.so" -- _Z16THPVariable_WrapN2at6TensorE
printf 'torchvision/_C.so,,\n' >>"forcuda/$site/torchvision-0.21.0.dist-info/RECORD"
refused "a function of torch's Python part" "$app" ./forcuda "torch 2.6.0 has no symbol '_Z16THPVariable_WrapN2at6TensorE'"
library libtorch_cuda.so libtorch_cuda.so
module "forcuda/$site/torchvision/_C.so" ./libtorch_cuda.so --
refused "torchvision for CUDA with torch without" "$app" ./forcuda "torch 2.6.0 has no library 'libtorch_cuda.so'"
cp -r gpu halfgpu && mv "halfgpu/$site/torchvision-0.21.0.dist-info" "halfgpu/$site/torchvision-0.21.0+cpu.dist-info"
sed -i 's/^Version: .*/Version: 0.21.0+cpu/' "halfgpu/$site/torchvision-0.21.0+cpu.dist-info/METADATA"
like "torchvision without CUDA with torch for it" "$(started "$app" ./halfgpu)" "torchvision 0.21.0.cpu is built without CUDA"
cp -r cpu nightly && sed -i 's/^Version: .*/Version: 2.6.0.dev20250101+cu128/' "nightly/$site/torch-2.6.0.dist-info/METADATA"
dist "nightly/$site" torchaudio 2.6.0 'torch>=2.6.0'
is "tomorrow's torch counts as what it will be" "$(started "$app" ./nightly)" started

# ---- the driver ----
# driver FOLDER CUDA: a machine whose driver says so.
driver() {
	rm -rf machine
	mkdir -p "machine/$1" machine/proc/driver/nvidia/gpus/0 machine/dev
	: >machine/dev/nvidia3
	printf 'int cuDriverGetVersion(int *v) { *v = %s; return 0; }\n' "$2" >cuda.c
	cc -shared -fPIC -o "machine/$1/libcuda.so.550.54" cuda.c
	ln -s libcuda.so.550.54 "machine/$1/libcuda.so.1"
	: >"machine/$1/libnvidia-ml.so.1"
	: >"machine/$1/libssl.so.3"
	printf 'Model: \t\t NVIDIA H200\n' >machine/proc/driver/nvidia/gpus/0/information
}
driver usr/lib/x86_64-linux-gnu 12040
refused "a driver that is too old" "$app" ./gpu "torch 2.15.0 is for CUDA 13.0, and the driver 550.54 .*knows CUDA up to 12.4"
like "with the one that is not" "$(started "$app" ./gpu)" "install driver 580 or a newer one"
like "a GPU that torch cannot use" "$(started "$app" ./cpu)" "'NVIDIA H200' is here, and torch 2.6.0 of './cpu' is built without it"
rm machine/dev/nvidia3
is "one that this container was not given" "$(started "$app" ./cpu)" started
for place in run/opengl-driver/lib usr/lib/wsl/lib usr/local/nvidia/lib64 usr/lib/x86_64-linux-gnu/nvidia/current; do
	driver $place 13000
	is "the driver of $place, and nothing beside it" \
		"$(kiln run --slot torch=./gpu "$app" -- sh -c 'ls ${LD_LIBRARY_PATH%%:*}' 2>&1 | paste -sd ' ')" \
		"libcuda.so.1 libcuda.so.550.54 libnvidia-ml.so.1"
done
rm -rf machine

# ---- what got on the path behind kiln's back ----
mkdir -p target && dist target torch 2.15.0
like "a torch on PYTHONPATH" "$(PYTHONPATH=$T/target started "$app" ./cpu)" "a second torch, 2.15.0, in '$T/target'"
dist "home/.local/$site" numpy 1.0
like "a numpy of the user's" "$(started "$app" ./cpu)" "a second numpy, 1.0, in '.*home/.local"
rm -r home/.local
"$python" -m venv --without-pip over && dist "over/$site" torch 2.15.0
is "a virtual environment of another Python is nothing to the result" "$(VIRTUAL_ENV=$T/over started "$app" ./cpu)" started
sed -i "s|^home = .*|home = $app/bin|" over/pyvenv.cfg
like "a torch in the virtual environment that is active" "$(VIRTUAL_ENV=$T/over started "$app" ./cpu)" "a second torch, 2.15.0"
like "or is started" "$(kiln run --slot torch=./cpu "$app" -- over/bin/python3 -c 'print(1)' 2>&1)" "pip uninstall torch"

# A start that fits and has nothing to say is known again, what lies beside is not.
is "what fits is remembered" "$(started "$app" "$cpu"; find "$XDG_CACHE_HOME/kiln/slots" -name 'checked-*' | head -1 | sed 's|.*|kept|')" "started
kept"
is "and starts again" "$(started "$app" "$cpu")" started
like "and a second torch is still seen" "$(PYTHONPATH=$T/target started "$app" "$cpu")" "a second torch, 2.15.0, in '$T/target'"

# ---- for pip and uv ----
kiln run --slot torch=./cpu "$app" -- sh -c 'cat $PIP_CONSTRAINT' >constraints 2>/dev/null
is "each project has a wheel" "$(sed 's|@ file://.*/wheels/|@ |' constraints | sort)" \
	"torch @ torch-2.6.0-py3-none-any.whl
torchaudio @ torchaudio-2.6.0-py3-none-any.whl
torchvision @ torchvision-0.21.0-py3-none-any.whl"
is "without files" "$("$python" -c 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), sorted(z.namelist()))' "$(sed -n 's|^torch @ file://||p' constraints)")" \
	"None ['torch-2.6.0.dist-info/METADATA', 'torch-2.6.0.dist-info/RECORD', 'torch-2.6.0.dist-info/WHEEL']"

# ---- optional slots ----
dist "xf/$site" xformers 0.0.35 'torch>=2.10'
like "what it asks of torch counts" "$(kiln run --slot torch=./cpu --slot xformers=./xf "$app" -- app 2>&1)" "xformers 0.0.35 .*needs 'torch>=2.10'"
dist "ort/$site" onnxruntime_gpu 1.23 && mkdir "ort/$site/onnxruntime"
is "the user's" "$(kiln run --slot torch=./cpu --slot onnxruntime-gpu=./ort "$app" -- app 2>&1)" started
cp -r app-1.0 ort-1.0 && dist "ort-1.0/$site" onnxruntime 1.20
like "what the result hides is told" "$(kiln run --slot torch=./cpu --slot onnxruntime-gpu=./ort "$(add ort-1.0)" -- app 2>&1)" "onnxruntime-gpu 1.23 of the slot is hidden: .* has 'onnxruntime', too"
like "once each" "$(kiln run --slot torch=./cpu --slot torch=none "$app" -- app 2>&1)" "slot 'torch' is named twice"

# ---- a project's own slot ----
mkdir -p project/.flox/pkgs
printf '[slots.rays]\nprojects = ["Ray_s"]\nmodules = ["rays_core"]\n' >project/.flox/kiln.toml
dist "rays/$site" rays_core 1.0 && mv "rays/$site/rays_core-1.0.dist-info" "rays/$site/ray_s-1.0.dist-info"
sed -i 's/rays_core/ray_s/' "rays/$site/ray_s-1.0.dist-info/METADATA"
is "is filled like others" "$(cd project && kiln run --slot torch=../cpu --slot rays=../rays "$app" -- sh -c 'ls $KILN_SLOT_rays' | paste -sd ' ')" \
	"ray_s-1.0.dist-info rays_core"

# ---- of an environment ----
mkdir -p env/.flox/env
cat >env/.flox/env/manifest.toml <<END
version = 1
[install]
app.store-path = "$app"
[hook]
on-activate = 'echo ran >>"\$FLOX_ENV_CACHE/ran"; export GOT="\$PIP_CONSTRAINT"'
END
like "an environment's hint names its manifest" "$(kiln activate -d env -- app 2>&1)" 'torch = "cpu" below \[kiln.slots\] of the manifest'
printf '[kiln.slots]\ntorch = "%s"\n' "$cpu" >>env/.flox/env/manifest.toml
is "which fills it" "$(kiln activate -d env -- app 2>/dev/null)" started
is "unless the command line does" "$(kiln activate -d env --slot torch=none -- sh -c 'echo ${KILN_SLOT_PATH-none}' 2>/dev/null)" none
like "its hook has what pip is told" "$(kiln activate -d env -- sh -c 'cat "$GOT"' 2>/dev/null)" "^torch @ "
rm env/.flox/cache/ran
like "what does not fit is told" "$(PYTHONPATH=$T/target kiln activate -d env -- app 2>&1)" "a second torch, 2.15.0, in '$T/target'"
is "before the hook runs" "$(ls env/.flox/cache/ran 2>/dev/null)" ""
