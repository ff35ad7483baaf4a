#!/bin/sh
# ComfyUI's page in a browser without a screen: it knows the server's nodes, loads a template, and makes
# pictures by its button, with nodes of comfyui-nodes-pypi in the graph, too. Screenshots stay in
# $KILN_SCREENSHOTS, which is build/screenshots.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
	skip_all "no chromium (Debian's package of that name)"
plan 9
full_store
nodes=$(in_full build --project "$project" --no-link comfyui-nodes-pypi 2>"$T/log") || tail -n 20 "$T/log" >&2
shots=${KILN_SCREENSHOTS:-$KILN_BUILD/screenshots}
mkdir -p "$shots"
rm -f "$shots"/*.png
unset COMFYUI_DEVICE COMFYUI_BASE_DIR COMFYUI_DATABASE_URL COMFYUI_EXTRA_MODEL_PATHS COMFYUI_ENABLE_MANAGER COMFYUI_RESET
export COMFYUI_WORK_DIR="$T/work" COMFYUI_LISTEN=127.0.0.1 no_proxy='*'
pids=
end_all() {
	for pid in $pids; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; done
	pids=
}
trap 'end_all; finish' EXIT

# wait_for SECONDS PID COMMAND…
wait_for() {
	left=$(($1 * 10)) pid=$2
	shift 2
	until "$@" 2>/dev/null; do
		left=$((left - 1))
		{ [ $left -gt 0 ] && kill -0 "$pid" 2>/dev/null; } || return 1
		sleep 0.1
	done
}
python() { in_full run --slot torch=none "$comfyui" -- python3 "$@"; }

COMFYUI_PORT=$(python "$top/tests/demo_client.py" free-port)
COMFYUI_NODES=$nodes/share/comfyui/custom_nodes
export COMFYUI_PORT COMFYUI_NODES
# A program of its own, so that a signal reaches it and no shell around it.
KILN_STORE=$FULL "$KILN_BUILD/kiln" run --slot torch=cpu "$comfyui" -- comfyui-start >"$T/server.log" 2>&1 &
server=$!
pids=$server
wait_for 180 $server grep -q 'ComfyUI answers at' "$T/server.log" || tail -n 20 "$T/server.log" >&2
like "ComfyUI answers" "$(cat "$T/server.log")" "^comfyui-start: ComfyUI answers at http://127.0.0.1:$COMFYUI_PORT"
# root has no sandbox of the browser's
if [ "$(id -u)" = 0 ]; then set -- --no-sandbox; else set --; fi
"$browser" --headless "$@" --disable-dev-shm-usage --no-first-run --no-proxy-server --user-data-dir="$T/profile" \
	--remote-debugging-port=0 about:blank >"$T/browser.log" 2>&1 &
pids="$! $pids"
wait_for 60 $! test -s "$T/profile/DevToolsActivePort" || tail -n 20 "$T/browser.log" >&2
echo "# $("$browser" --version 2>/dev/null)"
said=$(python "$top/tests/browser.py" "$T/profile" "http://127.0.0.1:$COMFYUI_PORT" "$shots" plain packs 2>&1)
echo "$said" | sed 's/^/# /'
like "its page loads a template" "$said" '^template: image2image, [1-9][0-9]* nodes$'
like "it knows every node of the server" "$said" '^nodes: [5-9][0-9][0-9], all known to the page'
like "its list has ComfyUI's and those of the packs" "$said" ' its list: .*sampling, .*_external_tooling'
like "its button makes a picture" "$said" '^picture: plain, EmptyImage -> ImageScale -> SaveImage, 96x64$'
like "nodes of the packs do their part" "$said" '^picture: packs, EmptyImage -> ImageToPIL -> PILToImage -> ETN_CropImage -> ImageScale -> SaveImage, 96x64$'
is "both are in the folder for them" "$(cd "$T/work/output" && echo *)" "packs_00001_.png plain_00001_.png"
is "screenshots of it all are there" "$(find "$shots" -name '*.png' -size +20k | wc -l)" 5
end_all
is "what was started has ended" "$(kill -0 "$server" 2>&1 | grep -c .)" 1
