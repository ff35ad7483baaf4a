#!/bin/sh
# The runtime, end to end: an environment with ComfyUI by store path, as public runtime manifests have it; its
# hook makes a virtual environment, by uv where there is one; ComfyUI runs as its service on CPU torch and makes
# a picture; another release comes, what is the user's stays; and back. Then as an ordinary user, who has no
# /nix; and whether it starts as fast without a network.
# shellcheck disable=SC2016 # for the shell inside
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-services.sh
. "$(dirname "$0")/../lib-services.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
command -v python3 >/dev/null || skip_all "no python3"
plan 44
full_store
nodes=$(in_full build --project "$project" --no-link comfyui-nodes-pypi 2>"$T/log") || tail -n 20 "$T/log" >&2
older=$(in_full build --project "$project" --no-link comfyui --release 0.3.52 2>"$T/log") || tail -n 20 "$T/log" >&2
for name in $(env | sed -n 's/^\(\(PIP\|UV\|COMFYUI\)_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
unset PYTHONPATH VIRTUAL_ENV XDG_DATA_HOME
KILN_STORE=$FULL
COMFYUI_PORT=$(python3 "$top/tests/demo_client.py" free-port)
export KILN_STORE COMFYUI_PORT no_proxy='*'
url=http://127.0.0.1:$COMFYUI_PORT
# uv, where this machine's registry has it
python3 -m venv "$T/tools" >/dev/null 2>&1 && "$T/tools/bin/python" -m pip install -q uv >/dev/null 2>&1
[ ! -x "$T/tools/bin/uv" ] || mkdir "$T/bin"
[ ! -x "$T/tools/bin/uv" ] || ln -s "$T/tools/bin/uv" "$T/bin/uv"
PATH="$T/bin:$PATH"
echo "# $(uv --version 2>/dev/null || echo no uv)"
work=$HOME/comfyui-work
release() { python3 -c 'import json, sys, urllib.request; print(json.load(urllib.request.urlopen(sys.argv[1] + "/system_stats"))["system"]["comfyui_version"])' "$url"; }
render() { kiln activate -d "$DIR" -- python3 "$top/tests/demo_client.py" render "$url" "$1" "$(of comfyui pid)"; }
# What the user's Python says, in the environment.
python() { kiln activate -d "$DIR" -- sh -c '"$COMFYUI_VENV_DIR/bin/python3" "$@"' python "$@" 2>/dev/null; }
# A wheel without an index: wheel NAME VERSION
wheel() {
	python3 - "$T" "$1" "$2" <<'PY'
import sys, zipfile
top, name, version = sys.argv[1:]
info = f"{name}-{version}.dist-info"
files = {f"{name}.py": f"version = {version!r}\n", f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
         f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
files[f"{info}/RECORD"] = "".join(f"{n},,\n" for n in [*files, f"{info}/RECORD"])
with zipfile.ZipFile(f"{top}/{name}-{version}-py3-none-any.whl", "w") as z:
    for n, text in files.items():
        z.writestr(n, text)
PY
}

# ---- init, install, hook ----
DIR="$T/my environment"
mkdir "$DIR"
ok "init" kiln init -d "$DIR"
ok "the public manifest's form: by store path" kiln install -d "$DIR" -i comfyui "$comfyui"
ok "and its nodes" kiln install -d "$DIR" -i comfyui-nodes "$nodes"
is "it says so" "$(grep -c '^comfyui\(-nodes\)\?\.store-path = "/nix/store/' "$DIR/.flox/env/manifest.toml")" 2
# What the project's own has, but for its recipes' names.
sed '/pkg-path/d' "$project/.flox/env/manifest.toml" | awk -v comfyui="$comfyui" -v nodes="$nodes" '
	{ print }
	/^\[install\]/ { printf "comfyui.store-path = \"%s\"\ncomfyui-nodes.store-path = \"%s\"\n", comfyui, nodes }
	/^\[kiln.slots\]/ { print "torch = \"cpu\"" }' >"$T/manifest.toml"
ok "the manifest" kiln edit -d "$DIR" -f "$T/manifest.toml"
ok "is entered" kiln activate -d "$DIR" -- true
ok "the hook made a virtual environment" test -L "$DIR/.flox/cache/venv/bin/python3"
[ ! -x "$T/bin/uv" ] || like "by uv" "$(cat "$DIR/.flox/cache/venv/pyvenv.cfg")" '^uv = '
[ -x "$T/bin/uv" ] || pass "no uv here # SKIP no uv from this machine's registry"
like "which sees the packages" "$(python -c 'import numpy; print(numpy.__file__)')" '^/nix/store/'
like "and the one torch" "$(python -c 'import torch; print(torch.__version__)')" '^2\.6\.0'
wheel mine 1.0
ok "pip brings one of mine" kiln activate -d "$DIR" -- sh -c '"$COMFYUI_VENV_DIR/bin/python3" -m pip install -q --no-index "$0" 2>/dev/null' "$T/mine-1.0-py3-none-any.whl"
is "which is seen, too" "$(python -c 'import mine; print(mine.version)')" 1.0

# ---- the service ----
mkdir -p "$work/custom_nodes/my-pack"
printf 'import mine\nclass Mine:\n    CATEGORY, FUNCTION, RETURN_TYPES = "x", "run", ("INT",)\n    @classmethod\n    def INPUT_TYPES(cls):\n        return {"required": {}}\n    def run(self):\n        return (1,)\nNODE_CLASS_MAPPINGS = {"Mine": Mine}\n' >"$work/custom_nodes/my-pack/__init__.py"
start=$(date +%s%N)
ok "ComfyUI is started" kiln services start -d "$DIR" comfyui
echo "# ready after $((($(date +%s%N) - start) / 1000000)) ms"
is "and ready" "$(state comfyui) $(of comfyui ready)" "Running true"
is "the release" "$(release)" 0.3.75
ok "makes a picture" render "$T/first.png"
ok "which is one" test -s "$T/first.png"
nodes_of() { python3 -c 'import json, sys, urllib.request; print(" ".join(n for n in sys.argv[2:] if n in json.load(urllib.request.urlopen(sys.argv[1] + "/object_info"))))' "$url" "$@"; }
is "with nodes of the package and mine, which asks for what pip brought" "$(nodes_of Mine ETN_CropImage KSampler)" "Mine ETN_CropImage KSampler"
like "torch is told" "$(kiln services logs -d "$DIR" comfyui)" 'pytorch version: 2\.6\.0'
pid=$(of comfyui pid)
kill9 "$pid"
ok "killed, it comes back" until_is 20 1 of comfyui restarts
ok "and is ready again" until_is 120 true of comfyui ready
ok "as another process" test "$(of comfyui pid)" != "$pid"
ok "makes a picture" render "$T/second.png"

# ---- another release, what is mine stays ----
echo "my model" >"$work/models/mine.safetensors"
mkdir -p "$work/user/default/workflows"
echo '{}' >"$work/user/default/workflows/mine.json"
mine() { (cd "$work" && find models/mine.safetensors user/default/workflows/mine.json custom_nodes/my-pack/__init__.py output -type f | sort | xargs sha256sum); }
before=$(mine)
is "what is mine is there" "$(echo "$before" | wc -l)" 5
sed -i "s|^comfyui.store-path = .*|comfyui.store-path = \"$older\"|" "$T/manifest.toml"
ok "another release" kiln edit -d "$DIR" -f "$T/manifest.toml"
ok "restart" kiln services restart -d "$DIR" comfyui
is "is another release" "$(release)" 0.3.52
is "what is mine is as it was" "$(mine)" "$before"
ok "it makes a picture" render "$T/third.png"
before=$(mine)
ok "back" kiln env rollback -d "$DIR"
ok "restart" kiln services restart -d "$DIR" comfyui
is "is the release before" "$(release)" 0.3.75
is "what is mine is as it was" "$(mine)" "$before"
ok "it makes a picture" render "$T/fourth.png"
is "and there are four" "$(find "$work/output" -name '*.png' | wc -l)" 4
ok "stop" kiln services stop -d "$DIR"
is "nothing is left" "$(pgrep -fc "comfyui-work|main.py --base-directory $work" || :)" 0

# ---- an ordinary user, without /nix ----
# A root without it is made in namespaces; the user has no rights there.
cat >"$T/user.sh" <<'SH'
root=$1
shift
mount -t tmpfs none "$root"
for top in /*; do
	case $top in /nix) continue ;; esac
	if [ -L "$top" ]; then
		cp -P "$top" "$root$top"
	elif [ -d "$top" ]; then
		mkdir "$root$top"
		mount --rbind "$top" "$root$top"
	fi
done
cd "$root" || exit 1
mkdir .before
pivot_root . .before
umount -l /.before
rmdir /.before
exec unshare --user --map-user=1000 --map-group=1000 "$@"
SH
mkdir "$T/root"
user() { unshare --user --map-root-user --mount sh "$T/user.sh" "$T/root" "$@"; }
is "an ordinary user" "$(user sh -c 'id -u; ls -d /nix 2>&1')" "1000
ls: cannot access '/nix': No such file or directory"
ok "starts it" user "$KILN_BUILD/kiln" services start -d "$DIR" comfyui
is "is told of it" "$(user "$KILN_BUILD/kiln" services status -d "$DIR" comfyui | sed -n 's/^comfyui  *\([A-Za-z]*\).*\(ready\)$/\1 \2/p')" "Running ready"
ok "it makes a picture" render "$T/user.png"
ok "stops it" user "$KILN_BUILD/kiln" services stop -d "$DIR" comfyui
is "it is gone" "$(state comfyui)" "Stopped"

# ---- without a network ----
took() {
	start=$(date +%s%N)
	"$@" services start -d "$DIR" comfyui >/dev/null 2>&1 || echo "failed"
	echo $((($(date +%s%N) - start) / 1000000))
	kiln services stop -d "$DIR" >/dev/null 2>&1
}
loopback='python3 -c "import fcntl, socket, struct; fcntl.ioctl(socket.socket(), 0x8914, struct.pack(\"16sH14x\", b\"lo\", 0x41))"; exec "$0" "$@"'
with=$(took "$KILN_BUILD/kiln")
without=$(took unshare --user --map-root-user --net sh -c "$loopback" "$KILN_BUILD/kiln")
echo "# ready after $with ms with the network, $without ms without"
ok "it starts as fast without a network" test "$without" -le $((with * 115 / 100))
