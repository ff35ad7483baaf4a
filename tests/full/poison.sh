#!/bin/sh
# Relocation's rule 6: on a host whose /usr, /lib, /bin and /etc are decoys, the python of comfyui's
# environment runs with what it has, with CPU torch and with what pip puts into a venv of it; it opens
# nothing of the host. Then the same in an empty root with nothing but the closure.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
# shellcheck source=tests/lib-poison.sh
. "$(dirname "$0")/../lib-poison.sh"
poison_possible
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

echo "$closure" >"$T/scratch/closure"
poison_prepare "$slot_path"

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
# On top of the environment: what the result has itself is no part of a filling.
subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", "/scratch/venv"], check=True)
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

# pip looks for the distribution's name, for its user agent and its settings.
pip='/etc(/[^/]*)?$|/(usr/)?bin/(lsb_release|rustc|uname)$|/etc/xdg/pip/pip.conf$|/usr/lib/os-release$'

traced "numpy, scipy, PIL, av, aiohttp, tokenizers and torch run" "$python" /scratch/program.py
ok "the trace has what python opened" grep -q '/libtorch_cpu\.so' "$T/named"
plain=$allowed
allowed="$allowed|$pip"
traced "a venv installs a wheel with C++ code" "$python" /scratch/install.py "$wheel"
allowed=$plain
traced "which imports" /scratch/venv/bin/python /scratch/use.py
ok "in an empty root all of them run" root empty "$python" /scratch/program.py
ok "and the venv" root empty /scratch/venv/bin/python /scratch/use.py
