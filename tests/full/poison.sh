#!/bin/sh
# Relocation's rule 6: on a host whose /usr, /lib, /bin and /etc are decoys, the python of comfyui's
# environment runs with what it has, with CPU torch and with what pip puts into a venv of it; it opens
# nothing of the host. Then the same in an empty root with nothing but the closure.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
command -v strace >/dev/null || skip_all "no strace"
plan 9
full_store
mkdir -p "$T/scratch/wheels"
wheel=kiwisolver
(unset KILN_CONF && python3 -m pip download -q --no-deps --only-binary :all: --python-version 3.13 --implementation cp \
	--platform manylinux2014_x86_64 --platform manylinux_2_17_x86_64 -d "$T/scratch/wheels" "$wheel") >"$T/log" 2>&1 ||
	skip_all "no wheel of $wheel: $(tail -n 1 "$T/log")"

python=$(in_full store -qR "$comfyui" | grep -- '-python3-[0-9.]*-env$')/bin/python3
slot_path=$(in_full run --slot torch=cpu "$comfyui" -- "$python" -c 'import os; print(os.environ["KILN_SLOT_PATH"])')
# shellcheck disable=SC2086 # a list of paths
closure=$(in_full store -qR "$comfyui" $slots)

# Libraries of the right names that end whoever loads them.
cat >"$T/abort.c" <<'C'
#include <stdlib.h>
__attribute__((constructor)) static void loaded(void) { abort(); }
C
"${CC:-cc}" -shared -fPIC -o "$T/decoy.so" "$T/abort.c" || skip_all "no C compiler"

# root KIND COMMAND…: in a root with the closure, /proc, /dev and the work folder /scratch; "poisoned" has
# the decoys as well, "empty" has of /dev only urandom and null.
cat >"$T/enter" <<'SH'
set -e
kind=$1 r=$2 full=$3 work=$4; shift 4
mount -t tmpfs none "$r"
mkdir -p "$r/nix/store" "$r/proc" "$r/dev" "$r/scratch"
while read -r path; do
	if [ -d "$full$path" ]; then mkdir "$r$path"; else : >"$r$path"; fi
	mount --bind "$full$path" "$r$path"
done <"$work/closure"
mount --rbind /proc "$r/proc"
mount --bind "$work" "$r/scratch"
if [ "$kind" = empty ]; then
	for device in urandom null; do : >"$r/dev/$device"; mount --bind /dev/$device "$r/dev/$device"; done
else
	mkdir "$r/sys"
	mount --rbind /dev "$r/dev"
	mount --rbind /sys "$r/sys"
	for folder in lib lib64 lib/x86_64-linux-gnu usr/lib usr/lib64 usr/lib/x86_64-linux-gnu usr/local/lib; do
		mkdir -p "$r/$folder"
		for name in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 ld-linux-x86-64.so.2 libgcc_s.so.1 \
			libstdc++.so.6 libz.so.1 libgomp.so.1 libgfortran.so.5 libssl.so.3 libcrypto.so.3 libffi.so.8 \
			libexpat.so.1 libsqlite3.so.0 libtorch.so libtorch_cpu.so libc10.so libpython3.13.so.1.0; do
			cp "$work/decoy.so" "$r/$folder/$name"
		done
	done
	mkdir -p "$r/bin" "$r/usr/bin" "$r/sbin" "$r/usr/share/zoneinfo" "$r/usr/lib/locale" "$r/etc/ssl/certs" \
		"$r/usr/lib/python3.13" "$r/usr/lib/python3/dist-packages" "$r/etc/python3.13"
	for program in sh bash python3 ldconfig gcc cc ld objdump uname file env; do
		printf 'not a program\n' >"$r/bin/$program"
		cp "$r/bin/$program" "$r/usr/bin/$program"
		chmod 755 "$r/bin/$program" "$r/usr/bin/$program"
	done
	cp "$r/bin/ldconfig" "$r/sbin/ldconfig"
	echo 'import os; os.abort()' | tee "$r/usr/lib/python3.13/os.py" "$r/usr/lib/python3/dist-packages/numpy.py" \
		"$r/etc/python3.13/sitecustomize.py" >/dev/null
	cp "$work/decoy.so" "$r/etc/decoy.so"
	echo /etc/decoy.so >"$r/etc/ld.so.preload"
	echo poison >"$r/etc/ld.so.cache"
	echo poison >"$r/etc/ssl/openssl.cnf"
	echo poison >"$r/etc/localtime"
fi
exec env -i HOME=/scratch TMPDIR=/scratch PATH=/usr/bin:/bin LANG=C.UTF-8 KILN_SLOT_PATH="$SLOT_PATH" \
	"$UNSHARE" --root="$r" --wd=/scratch "$@"
SH
echo "$closure" >"$T/scratch/closure"
cp "$T/decoy.so" "$T/scratch/"
mkdir "$T/r"
SLOT_PATH=$slot_path
UNSHARE=$(command -v unshare)
export SLOT_PATH UNSHARE
root() {
	kind=$1
	shift
	# shellcheck disable=SC2086 # prefix is a command line, or nothing
	timeout 300 $prefix unshare --user --map-root-user --mount sh "$T/enter" "$kind" "$T/r" "$FULL" "$T/scratch" "$@"
}

cat >"$T/scratch/program.py" <<'PY'
import PIL.Image, aiohttp, av, ctypes.util, io, locale, numpy, os, scipy.linalg, sqlite3, ssl, sys, time, tokenizers, zoneinfo
for folder in os.environ["KILN_SLOT_PATH"].split(":"):
    if folder not in sys.path:
        sys.path.append(folder)
import torch, torchaudio, torchvision
a = torch.randn(32, 32)
assert torch.linalg.svd(a @ a)[1].shape == (32,)
assert torch.nn.functional.conv2d(torch.ones(1, 3, 8, 8), torch.ones(4, 3, 3, 3)).shape == (1, 4, 6, 6)
assert torch.from_numpy(numpy.ones(3)).sum() == 3
assert torchvision.io.encode_png(torch.zeros(3, 8, 8, dtype=torch.uint8)).numel() > 50
assert abs(scipy.linalg.det(numpy.eye(4) * 2) - 16) < 1e-9
picture = io.BytesIO()
PIL.Image.fromarray(numpy.zeros((4, 4, 3), dtype=numpy.uint8)).save(picture, "png")
assert picture.getvalue().startswith(b"\x89PNG")
assert tokenizers.Tokenizer(tokenizers.models.BPE()).get_vocab_size() == 0
assert "h264" in av.codecs_available
assert sqlite3.connect(":memory:").execute("select 6 * 7").fetchone() == (42,)
assert ssl.create_default_context().cert_store_stats()["x509_ca"] > 100
locale.setlocale(locale.LC_ALL, "")
assert zoneinfo.ZoneInfo("Europe/Berlin").utcoffset(__import__("datetime").datetime(2025, 7, 1)).seconds == 7200
ctypes.util.find_library("c"), time.localtime(), aiohttp.ClientTimeout()
mapped = {line.split(None, 5)[5].strip() for line in open("/proc/self/maps") if len(line.split(None, 5)) == 6}
outside = [m for m in mapped if m.startswith("/") and not m.startswith(("/nix/store/", "/scratch/", "/dev/", "/memfd:"))]
assert not outside, outside
PY
# Not venv.py: the working folder is first on the path of -m.
cat >"$T/scratch/install.py" <<'PY'
import subprocess, sys
subprocess.run([sys.executable, "-m", "venv", "/scratch/venv"], check=True)
subprocess.run(["/scratch/venv/bin/python", "-m", "pip", "install", "-q", "--no-index", "--no-deps",
                "--disable-pip-version-check", "--find-links", "/scratch/wheels", sys.argv[1]], check=True)
PY
cat >"$T/scratch/use.py" <<'PY'
import kiwisolver, numpy
x = kiwisolver.Variable("x")
solver = kiwisolver.Solver()
solver.addConstraint((2 * x == 84) | "required")
solver.updateVariables()
assert x.value() == 42
assert kiwisolver.__file__.startswith("/scratch/venv/"), kiwisolver.__file__
assert numpy.__file__.startswith(("/nix/store/", "/scratch/venv/")), numpy.__file__
PY

# What may be named beside the store, the kernel's folders and the work folder, and why:
#   the rest of /nix, where relocation lets the default folders of libraries miss; the folders on the way;
#   the host's own settings that libc and python ask for: names, time zone, mime types, terminals;
#   what av's and Pillow's wheels were built to look for.
allowed='/nix/|/proc/|/sys/|/dev/|/scratch/|/(nix|proc|sys|dev|scratch)?$'
allowed="$allowed|/etc/(resolv.conf|hosts|host.conf|nsswitch.conf|passwd|group|localtime|inputrc)\$"
allowed="$allowed|/(etc|etc/httpd|etc/httpd/conf|etc/apache|etc/apache2|usr/local/etc|usr/local/etc/httpd/conf|usr/local/lib/netscape)/mime.types\$"
allowed="$allowed|/tmp/vendor/etc/gnutls/config\$|/usr/local/lib/libfribidi.dylib\$|[^/]"
# pip looks for the distribution's name, for its user agent and its settings.
pip='/etc(/[^/]*)?$|/(usr/)?bin/(lsb_release|rustc|uname)$|/etc/xdg/pip/pip.conf$|/usr/lib/os-release$'

# traced WHAT COMMAND…: it works on the poisoned host, and names nothing but what is allowed there.
traced() {
	what=$1
	shift
	prefix="strace -f -qq -s 4096 -e trace=open,openat,execve,stat,lstat,newfstatat,access,faccessat,faccessat2,readlink,statx -o $T/trace"
	ok "$what" root poisoned "$@"
	prefix=
	awk -F'"' '/execve\("\/nix\/store/ { on = 1 } on && NF > 2 { print $2 }' "$T/trace" | grep -v '^$' | sort -u >"$T/named"
	is "$what: nothing of the host is named" "$(grep -vE "^($allowed)" "$T/named")" ""
	rm -f "$T/trace"
}
prefix=
traced "numpy, scipy, PIL, av, aiohttp, tokenizers and torch run" "$python" /scratch/program.py
ok "the trace has what python opened" grep -q '/libtorch_cpu\.so' "$T/named"
plain=$allowed
allowed="$allowed|$pip"
traced "a venv installs a wheel with C++ code" "$python" /scratch/install.py "$wheel"
allowed=$plain
traced "which imports" /scratch/venv/bin/python /scratch/use.py
ok "in an empty root all of them run" root empty "$python" /scratch/program.py
ok "and the venv" root empty /scratch/venv/bin/python /scratch/use.py
