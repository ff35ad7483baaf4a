#!/bin/sh
# The whole thread, as a user meets it: builds ComfyUI from the recipes in comfyui/, starts it with
# CPU torch, renders EmptyImage -> ImageScale -> SaveImage through its API, checks the pixels, tells
# the sizes and stops it. The last line on success begins with "demo:".
set -eu
cd "$(dirname "$0")/.."
top=$(pwd)
kiln=${KILN_BUILD:-$top/build}/kiln
export KILN_DATA_DIR="${KILN_DATA_DIR:-$top}"
work=$(mktemp -d "${TMPDIR:-/tmp}/kiln-demo.XXXXXX")
server=
stop() {
	status=$?
	trap - EXIT INT TERM
	if [ -n "$server" ]; then
		kill "$server" 2>/dev/null || true
		wait "$server" 2>/dev/null || true
	fi
	if [ "$status" != 0 ]; then
		[ ! -f "$work/server.log" ] || tail -n 40 "$work/server.log" >&2
		echo "demo failed; its files are in $work" >&2
	fi
	exit "$status"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

now() { date +%s; }
mib() { echo "$(($1 / 1048576)) MiB"; }
# The NAR bytes of a closure.
closure_size() {
	# shellcheck disable=SC2046 # paths without blanks
	"$kiln" store -q --size $("$kiln" store -qR "$@") | awk '{ n += $1 } END { printf "%d\n", n }'
}

begin=$(now)
echo "building comfyui, comfyui-ultralytics and comfyui-timm"
(cd comfyui && "$kiln" build comfyui comfyui-ultralytics comfyui-timm)
"$kiln" build --project comfyui --slot torch=cpu --no-link
built=$(now)

result=$(readlink comfyui/result-comfyui)
for name in comfyui comfyui-ultralytics comfyui-timm; do
	if "$kiln" store -qR "$(readlink "comfyui/result-$name")" | grep -E -- '-(libtorch|torch|torchvision|torchaudio|triton)[0-9.-]*(-|$)'; then
		echo "the closure of $name has torch in it" >&2
		exit 1
	fi
done
without=$(closure_size "$result")

export COMFYUI_WORK_DIR="$work/comfyui-work" COMFYUI_LISTEN=127.0.0.1
COMFYUI_PORT=$("$kiln" run --slot torch=none "$result" -- python3 "$top/tests/demo_client.py" free-port)
export COMFYUI_PORT
address="http://127.0.0.1:$COMFYUI_PORT"
echo "starting it at $address"
"$kiln" run --slot torch=cpu "$result" -- comfyui-start >"$work/server.log" 2>&1 &
server=$!
"$kiln" run --slot torch=none "$result" -- python3 "$top/tests/demo_client.py" render "$address" "$work/picture.png" "$server"
rendered=$(now)
kill "$server"
wait "$server" 2>/dev/null || true
server=

filling=$("$kiln" build --project comfyui --slot torch=cpu --no-link)
# shellcheck disable=SC2086 # paths without blanks
with=$(closure_size "$result" $filling)
echo "closure without torch: $(mib "$without"); with CPU torch: $(mib "$with")"
echo "time: built in $((built - begin)) s, started and rendered in $((rendered - built)) s"
echo "to use it yourself: cd comfyui && ../build/kiln run --slot torch=cpu result-comfyui -- comfyui-start, then open http://127.0.0.1:8188"
[ "$without" -le 1073741824 ] || {
	echo "the torch-free closure is over 1 GiB" >&2
	exit 1
}
echo "demo: $work/picture.png"
