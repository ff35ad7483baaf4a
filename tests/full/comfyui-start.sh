#!/bin/sh
# comfyui-complete starts where there is no network, with ComfyUI-Manager; checks of nodes name what is wrong with
# them; every workflow of the templates is held against ComfyUI's nodes.
# shellcheck disable=SC2016 # for the shell in the namespace, and for recipes
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
unshare --user --map-root-user --mount --net --pid --fork true 2>/dev/null || skip_all "no user namespaces for this user"
command -v python3 >/dev/null || skip_all "no python3"
plan 19
full_store
unset COMFYUI_DEVICE COMFYUI_BASE_DIR COMFYUI_DATABASE_URL COMFYUI_EXTRA_MODEL_PATHS COMFYUI_ENABLE_MANAGER COMFYUI_RESET COMFYUI_NODES
export COMFYUI_WORK_DIR="$T/work" COMFYUI_LISTEN=127.0.0.1 COMFYUI_PORT=8188 no_proxy='*'

complete=$(in_full build --no-link -f "$top/tests/full/comfyui-start.nix" --arg root "$top" 2>"$T/log") || tail -n 20 "$T/log" >&2
like "everything in one package" "$complete" '^/nix/store/.*-comfyui-complete-0\.3\.75\+'
is "there is no torch in it" "$(in_full store -qR "$complete" | grep -E -- '-(torch|torchvision|torchaudio|triton|libtorch)[0-9.]*-[0-9]' | grep -v -- -comfyui-)" ""

# ---- without a network ----
# Releases after this one load it with --enable-manager; here a node does what their main.py does.
manager="$COMFYUI_WORK_DIR/custom_nodes/newer"
mkdir -p "$manager"
cat >"$manager/prestartup_script.py" <<'PY'
from comfy.cli_args import args
args.enable_manager, args.enable_manager_legacy_ui, args.disable_manager_ui = True, False, False
import comfyui_manager
comfyui_manager.prestartup()
PY
printf 'import comfyui_manager\ncomfyui_manager.start()\nNODE_CLASS_MAPPINGS = {}\n' >"$manager/__init__.py"
cat >"$T/use.py" <<'PY'
import json, sys, urllib.request
def get(path):
    return urllib.request.urlopen("http://127.0.0.1:8188" + path, timeout=60).read()
nodes = json.loads(get("/object_info"))
print("packs:", *sorted({n["python_module"].split(".")[1] for n in nodes.values() if n["python_module"].startswith("custom_nodes")}))
print("manager:", get("/v2/manager/version").decode())
PY
cat >"$T/inside.sh" <<'SH2'
python3 -c 'import fcntl, socket, struct; fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sH14x", b"lo", 0x41))'
tail -n +3 /proc/net/dev | cut -d: -f1
kiln() { "$KILN_BUILD/kiln" "$@"; }
"$KILN_BUILD/kiln" run --slot torch=cpu "$1" -- comfyui-start >"$T/server.log" 2>&1 &
server=$!
for _ in $(seq 1800); do
	grep -qE 'answers at|ended before|^error' "$T/server.log" && break
	sleep 0.1
done
kiln run --slot torch=none "$1" -- python3 "$T/use.py"
kiln run --slot torch=none "$1" -- python3 "$top/tests/demo_client.py" render http://127.0.0.1:8188 "$T/picture.png" $server
kill $server
SH2
export T KILN_BUILD top
# again, with a database and a configuration of the first time
for time in first second; do
	KILN_STORE=$FULL unshare --user --map-root-user --mount --net --pid --fork --kill-child --mount-proc \
		sh "$T/inside.sh" "$complete" >"$T/$time" 2>&1
	cp "$T/server.log" "$T/$time.log"
done
is "where there is no network" "$(head -n 1 "$T/first" | tr -d ' ')" lo
like "it starts" "$(cat "$T/first.log")" '^comfyui-start: ComfyUI answers at http://127.0.0.1:8188, '
like "it has the packs" "$(cat "$T/first")" '^packs: .*ComfyUI-SiberiaNodes .*comfyui-tooling-nodes .*comfyui_layerdiffuse .*facerestore_cf .*kumiho-comfyui'
ok "one that writes beside itself can" test -w "$T/work/custom_nodes/ComfyUI-SiberiaNodes/__init__.py" -a ! -L "$T/work/custom_nodes/ComfyUI-SiberiaNodes"
ok "it renders a picture" test -s "$T/picture.png"
like "ComfyUI-Manager is at work" "$(cat "$T/first")" '^manager: V4'
is "and finds all that it asks uv for: it installs nothing" "$(grep -ciE 'failed to restore|pip install comfyui-frontend|Failed to fetch' "$T/first.log")" 0
like "it starts again, and that is told truly" "$(cat "$T/second.log")" '^comfyui-start: ComfyUI answers at '

# ---- checks of nodes ----
cp -r "$project" "$T/project"
chmod -R u+w "$T/project"
pack() {
	mkdir -p "$T/project/nodes/$1"
	cat >"$T/project/nodes/$1/__init__.py"
	cat >"$T/project/.flox/pkgs/$1.nix" <<NIX
{ python3, comfyuiNode, comfyui }:
comfyuiNode {
  pname = "$1";
  version = "1.0";
  src = ../../nodes/$1;
  dependencies = [ python3.pkgs.torch ];
  inherit comfyui;
}
NIX
}
pack asking <<'PY'
import urllib.request
try:
    urllib.request.urlopen("http://example.org/nodes.json", timeout=2)
except OSError:
    pass
NODE_CLASS_MAPPINGS = {}
PY
pack missing <<'PY'
import aiofiles_that_nobody_has
NODE_CLASS_MAPPINGS = {}
PY
pack fine <<'PY'
import torch
class Fine:
    CATEGORY, FUNCTION, RETURN_TYPES = "image", "run", ("IMAGE",)
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",), "red": ("FLOAT", {"default": 1.0, "min": 0.0, "max": 1.0})}}
    def run(self, image, red):
        return (image * red,)
NODE_CLASS_MAPPINGS = {"Fine": Fine}
PY
said=$(in_full check --project "$T/project" fine asking missing 2>&1) && status=0 || status=$?
is "what is wrong fails" "$status" 100
is "what is right passes" "$(in_full check --project "$T/project" fine 2>/dev/null)" "fine-1.0: passed"
like "a pack that asks the network is named, with the place" "$said" "custom_nodes/asking/__init__.py' line 3 asks the network for 'example.org' when it is loaded"
like "so is one that misses a module" "$said" "No module named 'aiofiles_that_nobody_has'"
like "with the line of its recipe" "$said" "^hint: recipe 'missing' lacks the package that has 'aiofiles_that_nobody_has': add it at .*missing.nix, line 6$"

# ---- all workflows of the templates ----
checks=$(in_full build --project "$T/project" --no-link comfyui-check fine-check 2>"$T/log" | sed 's/^/--nodes /') || tail -n 20 "$T/log" >&2
site=$(grep -o '/nix/store/[a-z0-9]*-python3-[0-9.]*-env' "$FULL$comfyui/bin/comfyui" | head -n 1)/lib/python3.13/site-packages
# The site has links: they lead somewhere where the store is at its place.
in_full run --slot torch=none "$comfyui" -- find -L "$site" -path "$site/comfyui_workflow_templates*" -name '*.json' ! -name 'index*' \
	! -name manifest.json ! -name '* *' | sort >"$T/files"
ok "there are templates" [ "$(wc -l <"$T/files")" -gt 100 ]
# shellcheck disable=SC2046,SC2086 # lists
in_full run --slot torch=none "$comfyui" -- comfyui-workflow-check $checks $(cat "$T/files") >"$T/told" 2>&1
is "each of them is told" "$(grep -cE ': [0-9]+ nodes?, ' "$T/told")" "$(wc -l <"$T/files")"
# These are wrong as they are shipped: two have values of a node as it was, one wants nodes that no package here has.
is "all but three fit ComfyUI's nodes" "$(sed -n 's|.*/\(.*\)\.json: [0-9]* nodes, [0-9]* broken$|\1|p' "$T/told" | sort | paste -sd ' ')" \
	"api_moonvalley_video_to_video_motion_transfer api_moonvalley_video_to_video_pose_control video_wan2_2_14B_animate"
echo '{"1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 0}}, "2": {"class_type": "Fine", "inputs": {"image": ["1", 0], "red": 2.0}}, "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "x"}}}' >"$T/flow.json"
# shellcheck disable=SC2086 # a list
is "with nodes of a pack, too" "$(in_full run --slot torch=none "$comfyui" -- comfyui-workflow-check $checks "$T/flow.json" 2>&1 | head -n 1)" \
	"$T/flow.json: node 2 (Fine): input 'red': 2.0 is more than 1.0"
