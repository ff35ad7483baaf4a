#!/bin/sh
# What pip and uv do to a filled slot, against an index on this machine that offers torch: they bring
# none. What gets past them is found at the next start.
# shellcheck disable=SC2016 # the shell that is run is meant
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
python=$(command -v python3) || skip_all "no python3"
python=$("$python" -c 'import sys; print(sys.executable)')
minor=$("$python" -c 'import sys; print(sys.version_info[1])')
[ "$minor" -ge 11 ] || skip_all "python3 is older than 3.11"
top=$(cd "$(dirname "$0")/../.." && pwd)
export KILN_DATA_DIR="$top" KILN_DRIVER_ROOT="$T/nowhere" PYTHONNOUSERSITE=1 PYTHONDONTWRITEBYTECODE=1
export XDG_CACHE_HOME="$T/a cache" # both take lists of files, with blanks between
unset PYTHONPATH VIRTUAL_ENV
cd "$T" || exit 1
"$python" -m venv venv >/dev/null 2>&1 || skip_all "python3 makes no virtual environment with pip"
# the newest of both, where this machine's registry can be reached; then the index below is the only one
venv/bin/python -m pip install -q -U pip uv >/dev/null 2>&1
for name in $(env | sed -n 's/^\(\(PIP\|UV\)_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 no_proxy='*'
site=lib/python3.$minor/site-packages
uv=$T/venv/bin/uv
[ -x "$uv" ] || uv=$(command -v uv) || uv=
plan 26
echo "# $(venv/bin/python -m pip --version | cut -d' ' -f1,2), $("${uv:-false}" --version)"

# ---- a filling, a result, and an index ----
cat >make.py <<'P'
import os, sys, zipfile


def wheel(folder, name, version, needs=()):
    info = f"{name}-{version}.dist-info"
    files = {f"{name}/__init__.py": f"version = '{version} of the index'\n",
             f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
             + "".join(f"Requires-Dist: {n}\n" for n in needs),
             f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    files[f"{info}/RECORD"] = "".join(f"{n},,\n" for n in [*files, f"{info}/RECORD"])
    os.makedirs(f"{folder}/{name.replace('_', '-')}", exist_ok=True)
    file = f"{folder}/{name.replace('_', '-')}/{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as z:
        for n, text in files.items():
            z.writestr(n, text)
    return file


for version in ("2.6.0", "2.15.0"):
    wheel("simple", "torch", version)
wheel("simple", "accelerate", "1.0", ["torch>=2.0", "numpy"])
wheel("simple", "newer", "1.0", ["torch>=2.10"])
wheel("simple", "numpy", "2.0")
file = wheel("filling", "torch", "2.6.0")
zipfile.ZipFile(file).extractall(sys.argv[1])
for project in os.listdir("simple"):
    with open(f"simple/{project}/index.html", "w") as page:
        page.write("".join(f'<a href="{f}">{f}</a>\n' for f in sorted(os.listdir(f"simple/{project}")) if f.endswith(".whl")))
P
"$python" make.py "cpu/$site"
mkdir -p "cpu/$site/torch"
printf "__version__ = '2.6.0'\ncuda = None\n" >"cpu/$site/torch/version.py"
echo "version = 'of the slot'" >"cpu/$site/torch/__init__.py"
mkdir -p app/bin app/nix-support
printf '#!/bin/sh\nexec %s "$@"\n' "$python" >"app/bin/python3.$minor"
chmod +x "app/bin/python3.$minor"
echo torch >app/nix-support/kiln-slots
app=$(compat nix-store --add app)
# what the set's Python has: the slot is the end of its path
sed 's|@[a-z]*@|/nowhere|' "$top/pkgs/debian/python/sitecustomize.py" >"venv/$site/sitecustomize.py"
cat >serve.py <<'P'
import functools, http.server, os
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=".")
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
with open("port.new", "w") as file:
    file.write(f"{server.server_address[1]}\n")
os.rename("port.new", "port")
server.serve_forever()
P
"$python" serve.py >served 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; finish' EXIT
for _ in $(seq 50); do
	[ -s port ] && break
	sleep 0.1
done
index=http://127.0.0.1:$(cat port)/simple

filled() { kiln run --slot torch=./cpu "$app" -- "$@"; }
pip() { filled venv/bin/python -m pip install -q --index-url "$index" "$@" >pip.log 2>&1; }
imported() { filled venv/bin/python -c "import $1; print($1.version)" 2>&1 | tail -1; }
again() { rm -rf target "venv/$site"/torch* "venv/$site"/accelerate* "venv/$site"/numpy*; }

is "the slot's torch is imported" "$(imported torch)" "of the slot"
ok "pip installs what needs torch" pip accelerate
is "and it is still the slot's" "$(imported torch)" "of the slot"
is "what is no slot's came" "$(imported accelerate)" "1.0 of the index"
ok "pip install -U torch" pip -U torch
is "brings none" "$(imported torch)" "of the slot"
again
ok "pip install -I torch, of what is not there" pip -I accelerate torch
is "brings its metadata alone" "$(cd "venv/$site" && echo torch*) $(imported torch)" "torch-2.6.0.dist-info of the slot"
again
ok "pip install --target" pip --target target accelerate
is "likewise" "$(cd target && echo torch*)" "torch-2.6.0.dist-info"
pip newer
like "what needs another torch cannot be installed" "$(cat pip.log)" "conflict"
again

# ---- uv, which does not see what is inherited ----
if [ -n "$uv" ]; then
	export UV_NO_CACHE=1
	ok "uv pip install" filled "$uv" pip install -q --python venv/bin/python --index-url "$index" accelerate torch
	is "brings metadata alone" "$(cd "venv/$site" && echo torch*) $(imported torch)" "torch-2.6.0.dist-info of the slot"
	again
	filled "$uv" pip install -q --python venv/bin/python --index-url "$index" --upgrade --reinstall torch==2.15.0 newer >uv.log 2>&1
	is "nor does it bring what is asked for by version" "$(imported torch)" "of the slot"
	ok "uv pip install --target" filled "$uv" pip install -q --python venv/bin/python --index-url "$index" --target target accelerate
	is "nor there" "$(cd target && echo torch*)" "torch-2.6.0.dist-info"
else
	for what in "uv pip install" "brings metadata alone" "by version" "--target" "nor there"; do
		n=$((n + 1))
		echo "ok $n - $what # SKIP no uv"
	done
fi
again

# ---- a version with a local part, as Debian's torch and those for CUDA have ----
cp -r cpu local && mv "local/$site/torch-2.6.0.dist-info" "local/$site/torch-2.6.0+here.dist-info"
sed -i 's/^Version: .*/Version: 2.6.0+here/' "local/$site/torch-2.6.0+here.dist-info/METADATA"
here() { kiln run --slot torch=./local "$app" -- "$@"; }
ok "pip takes it for the version" here venv/bin/python -m pip install -q --index-url "$index" torch==2.6.0 accelerate
is "and brings none" "$(here venv/bin/python -c 'import torch; print(torch.version)' 2>&1 | tail -1)" "of the slot"
again
here venv/bin/python -m pip install -q --index-url "$index" torch==2.6.0+cu124 >pip.log 2>&1
like "another local part is another torch" "$(cat pip.log)" "conflict"
is "and brings none, either" "$(here venv/bin/python -c 'import torch; print(torch.version)' 2>&1 | tail -1)" "of the slot"
again

# ---- constraints and overrides of the user's own ----
echo 'numpy==2.0' >own.txt
ok "pip follows both" env PIP_CONSTRAINT="$T/own.txt" "$KILN_BUILD/kiln" run --slot torch=./cpu "$app" -- venv/bin/python -m pip install -q --index-url "$index" accelerate
is "torch is the slot's" "$(imported torch) $(imported numpy)" "of the slot 2.0 of the index"
again
if [ -n "$uv" ]; then
	for words in 'torch==2.15.0' 'Torch<2.11'; do
		echo "$words" >own.txt
		UV_OVERRIDE="$T/own.txt" filled "$uv" pip install -q --python venv/bin/python --index-url "$index" accelerate >uv.log 2>&1
		is "uv with an override '$words' brings none" "$(imported torch)" "of the slot"
		again
	done
else
	for what in "uv with an override" "and another"; do
		n=$((n + 1))
		echo "ok $n - $what # SKIP no uv"
	done
fi

# ---- behind kiln's back ----
ok "without what kiln tells pip" env -u PIP_CONSTRAINT venv/bin/python -m pip install -q --index-url "$index" torch==2.15.0
like "a second torch gets in, and the next start finds it" "$(filled venv/bin/python -c 1 2>&1)" "a second torch, 2.15.0, in .*venv"
