#!/bin/sh
# One environment with what ML recipes call most: all of it imports on a poisoned host, torch filled by the cpu
# filling, and the environment's closure has no slot.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
# shellcheck source=tests/lib-poison.sh
. "$(dirname "$0")/../lib-poison.sh"
poison_possible
plan 5
FULL=${KILN_SET_STORE:-$T/set}
mkdir -p "$T/scratch" "$FULL"

packages="numpy scipy pillow opencv4 av aiohttp transformers tokenizers safetensors kornia numba onnxruntime pandas
	matplotlib scikit-image sqlalchemy pydantic h5py pyarrow scikit-learn"
environment=$(in_full build --no-link -E "(import $top/pkgs { }).python3.withPackages (ps: with ps; [ $packages ])" 2>"$T/log") || {
	fail "an environment of all of them" "$(tail -n 20 "$T/log")"
	exit 1
}
pass "an environment of all of them"
in_full store -qR "$environment" >"$T/closure"
is "its closure has no slot" "$(grep -E -- '-(torch|torchvision|torchaudio|triton|nvidia|cuda)' "$T/closure")" ""

slot_path=$(in_full run --slot torch=cpu "$environment" -- "$environment/bin/python3" -c 'import os; print(os.environ["KILN_SLOT_PATH"])')
slots=$(echo "$slot_path" | tr : '\n' | grep -oE '^/nix/store/[^/]+' | sort -u)
# shellcheck disable=SC2086 # a list of paths
in_full store -qR "$environment" $slots >"$T/scratch/closure"
poison_prepare "$slot_path"
cat >"$T/scratch/imports.py" <<'PY'
import importlib, os, sys
names = """numpy scipy scipy.linalg scipy.signal PIL PIL.Image cv2 av aiohttp transformers tokenizers safetensors.numpy
numba onnxruntime pandas matplotlib matplotlib.pyplot skimage skimage.transform sqlalchemy pydantic h5py pyarrow sklearn
sklearn.linear_model""".split()
for name in names:
    importlib.import_module(name)
sys.path += [p for p in os.environ["KILN_SLOT_PATH"].split(":") if p not in sys.path]
import cv2, h5py, io, kornia, numba, numpy, onnxruntime, pandas, pyarrow, sklearn.linear_model, sqlalchemy, torch

assert kornia.color.rgb_to_grayscale(torch.ones(1, 3, 4, 4)).shape == (1, 1, 4, 4)
assert numba.njit(lambda x: x * 2)(21) == 42
assert cv2.resize(numpy.zeros((4, 4, 3), numpy.uint8), (8, 8)).shape == (8, 8, 3)
assert pandas.DataFrame({"a": [1, 2]}).a.sum() == 3 and pyarrow.array([1, 2]).to_pylist() == [1, 2]
with h5py.File(io.BytesIO(), "w") as file:
    assert file.create_dataset("x", data=[42])[0] == 42
assert abs(sklearn.linear_model.LinearRegression().fit([[0], [1]], [0, 2]).coef_[0] - 2) < 1e-9
assert "CPUExecutionProvider" in onnxruntime.get_available_providers()
assert sqlalchemy.create_engine("sqlite://").connect().execute(sqlalchemy.text("select 42")).scalar() == 42
mapped = {line.split(None, 5)[5].strip() for line in open("/proc/self/maps") if len(line.split(None, 5)) == 6}
outside = [m for m in mapped if m.startswith("/") and not m.startswith(("/nix/store/", "/scratch/", "/dev/", "/memfd:"))]
assert not outside, outside
PY
# matplotlib asks for the machine's fonts, pyarrow's own OpenSSL and jemalloc for their settings; a few ask
# which distribution this is, and whether in a container.
allowed="$allowed|/(usr/)?bin/(fc-list|uname)\$|/usr/(local/share|share|X11|X11R6|lib/openoffice)/.*(fonts|TTF|truetype)/?\$"
allowed="$allowed|/etc/(je_arrow_malloc.conf|ssl/openssl.cnf|system-fips)\$"
allowed="$allowed|/etc/(os|lsb)-release\$|/usr/lib/os-release\$|/(.dockerenv|run/.containerenv|run/systemd/container)\$"
traced "all of them import and work" "$environment/bin/python3" /scratch/imports.py
ok "also in an empty root" root empty "$environment/bin/python3" /scratch/imports.py
