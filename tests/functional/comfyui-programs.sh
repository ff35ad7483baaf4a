#!/bin/sh
# The programs of the comfyui package, on a ComfyUI that only answers: comfyui-start with its work folder,
# comfyui-download, comfyui-workflow-check.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
command -v python3 >/dev/null || skip_all "no python3"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || skip_all "python3 is older than 3.11"
plan 98
cd "$T" || exit 1
unset COMFYUI_PORT COMFYUI_LISTEN COMFYUI_DEVICE COMFYUI_WORK_DIR COMFYUI_BASE_DIR COMFYUI_NODES COMFYUI_RESET
unset COMFYUI_DATABASE_URL COMFYUI_EXTRA_MODEL_PATHS COMFYUI_MODELS_DIR COMFYUI_DOWNLOAD_TOKEN
unset COMFYUI_OUTPUT_DIR COMFYUI_INPUT_DIR COMFYUI_USER_DIR COMFYUI_TEMP_DIR COMFYUI_ENABLE_MANAGER
servers=
stop() { for pid in $servers; do kill "$pid" 2>/dev/null; done; }
trap 'stop; finish' EXIT

# ---- a package ----
# package DIR VERSION
package() {
	mkdir -p "$1/libexec" "$1/share/comfyui/alembic_db/versions" "$1/share/comfyui-seed/custom_nodes" \
		"$1/share/comfyui-seed/models/checkpoints" "$1/share/comfyui-seed/input" "$1/share/comfyui/custom_nodes"
	cp "$top"/comfyui/scripts/*.py "$1/libexec/"
	echo "__version__ = '$2'" >"$1/share/comfyui/comfyui_version.py"
	echo "revision = 'known'" >"$1/share/comfyui/alembic_db/versions/1.py"
	echo ship >"$1/share/comfyui-seed/custom_nodes/shipped.py"
	echo x >"$1/share/comfyui-seed/input/example.png"
	cp "$T/main.py" "$1/share/comfyui/main.py"
}
cat >main.py <<'PY'
import http.server, json, os, sys, time
print("git:", os.environ.get("GIT_PYTHON_REFRESH"))
print("flags:", *sys.argv[1:], flush=True)
port = int(sys.argv[sys.argv.index("--port") + 1])
version = open(os.path.join(os.path.dirname(__file__), "comfyui_version.py")).read().split("'")[1]
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args): pass
    def do_GET(self):
        body = json.dumps({"system": {"comfyui_version": version}}).encode()
        self.send_response(200 if self.path == "/system_stats" else 404)
        self.end_headers()
        self.wfile.write(body)
time.sleep(float(os.environ.get("SLOW", "0.05")))
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
PY
mkdir -p torch/torch torch/torchvision torch/torchaudio
for name in torch torchvision torchaudio; do : >"torch/$name/__init__.py"; done
echo "cuda = None" >torch/torch/version.py
package one 1.0
package two 2.0
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port=$(free_port)
start() {
	out=$1
	shift
	PYTHONPATH=$T/torch timeout 60 python3 "$T/$out/libexec/comfyui_start.py" --port "$port" "$@" 2>&1
}
# Starts it, waits until it answers or has ended, and stops it; what it said goes to `log`.
run() {
	out=$1
	shift
	: >log # before it is looked into
	PYTHONPATH=$T/torch timeout 60 python3 "$T/$out/libexec/comfyui_start.py" --port "$port" "$@" >>log 2>&1 &
	pid=$!
	servers="$servers $pid"
	for _ in $(seq 100); do
		grep -q 'answers at\|^error' log && break
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	kill "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
}
work=$HOME/comfyui-work
nodes=$work/custom_nodes

said=$(python3 one/libexec/comfyui_start.py --check 2>&1) && status=0 || status=$?
is "without torch it does not start" "$status" 1
like "and says so" "$said" '^error: torch, torchvision, torchaudio cannot be imported: the torch slot is not filled$'
like "with the cure" "$said" '^hint: start it with `kiln run --slot torch=cpu'
is "a look says that all is well" "$(start one --check)" "comfyui-start: ComfyUI 1.0 can start on http://127.0.0.1:$port (cpu), its folders are in '$work'"
ok "and writes nothing" test ! -e "$work"
run one
like "a start tells when ComfyUI answers" "$(cat log)" "^comfyui-start: ComfyUI answers at http://127.0.0.1:$port, [0-9.]+ s after the start$"
like "it has its folders, and the CPU" "$(cat log)" "^flags: --base-directory $work --listen 127.0.0.1 --port $port --database-url sqlite:///$work/user/comfyui.db --cpu$"
is "the work folder is there" "$(cd "$work" && for f in custom_nodes input models output temp user workflows extra_model_paths.yaml models/checkpoints input/example.png user/default/workflows; do test -e "$f" && echo "$f"; done | wc -l)" 11
is "what is shipped is linked" "$(cat "$nodes/shipped.py") $(readlink "$nodes/shipped.py")" "ship $T/one/share/comfyui-seed/custom_nodes/shipped.py"
like "packs that import GitPython need no git" "$(cat log)" "^git: quiet$"
GIT_PYTHON_REFRESH=warn run one
like "unless it is to be told" "$(cat log)" "^git: warn$"
run one --cpu --verbose DEBUG
like "other options are ComfyUI's" "$(cat log)" "--cpu --verbose DEBUG$"

# ---- what it is told ----
like "a device that is none" "$(COMFYUI_DEVICE=tpu start one --check)" "^error: COMFYUI_DEVICE is 'tpu'$"
like "no GPU where one is wanted" "$(COMFYUI_DEVICE=gpu start one --check)" '^error: torch is built without a GPU$'
like "a port that is none" "$(start one --port 99999)" "'99999' is not a port"
like "in the environment, too" "$(PYTHONPATH=$T/torch COMFYUI_PORT=web python3 one/libexec/comfyui_start.py --check 2>&1)" "'web' is not a port"
like "another folder" "$(COMFYUI_WORK_DIR=$T/w start one --check)" "its folders are in '$T/w'$"
like "a folder by its option" "$(COMFYUI_WORK_DIR=$T/w start one --check --base-directory "$T/v")" "its folders are in '$T/v'$"
like "ComfyUI's own tree is no work folder" "$(COMFYUI_BASE_DIR=$T/one/share/comfyui start one --check)" "in '$work'$"
printf 'mine:\n  base_path: /mnt\n' >>"$work/extra_model_paths.yaml"
COMFYUI_OUTPUT_DIR=$T/pictures run one
like "folders elsewhere, and more models" "$(cat log)" "--output-directory $T/pictures --extra-model-paths-config $work/extra_model_paths.yaml$"
ok "they are made" test -d "$T/pictures"

# ---- what is in the way ----
python3 one/share/comfyui/main.py --port "$port" >/dev/null 2>&1 &
servers="$servers $!"
for _ in $(seq 50); do python3 -c "import socket; socket.create_connection(('127.0.0.1', $port))" 2>/dev/null && break; sleep 0.1; done
said=$(start one) && status=0 || status=$?
is "a port in use ends it" "$status" 1
like "who uses it is told" "$said" "^error: cannot listen on 127.0.0.1, port $port: ComfyUI 1.0 answers there already$"
like "with the cure" "$said" "^hint: stop what uses it, or choose another port: --port, or COMFYUI_PORT$"
kill $! && wait $! 2>/dev/null
: >file
like "no folder" "$(COMFYUI_WORK_DIR=$T/file/work start one)" "^error: '$T/file' is no folder$"
if [ "$(id -u)" = 0 ]; then
	mkdir theirs && chown 4321 theirs
	like "somebody else's folder" "$(COMFYUI_WORK_DIR=$T/theirs start one)" "^error: '$T/theirs' belongs to the user 4321, and this is root$"
else
	mkdir locked && chmod 500 locked
	like "a folder that cannot be written" "$(COMFYUI_WORK_DIR=$T/locked/w start one)" "^error: '$T/locked' cannot be written$"
fi
mkdir small
if unshare -rm mount -t tmpfs none small 2>/dev/null; then
	like "a read-only home" "$(unshare -rm sh -c "mount -t tmpfs -o ro none '$T/small'; PYTHONPATH=$T/torch COMFYUI_WORK_DIR=$T/small/w python3 '$T/one/libexec/comfyui_start.py' --port $port 2>&1")" "^error: '$T/small' is on a read-only file system$"
	like "a full disk" "$(unshare -rm sh -c "mount -t tmpfs -o size=1m none '$T/small'; PYTHONPATH=$T/torch COMFYUI_WORK_DIR=$T/small/w python3 '$T/one/libexec/comfyui_start.py' --port $port 2>&1")" "^error: only 1 MiB are free for '$T/small/w'$"
else
	pass "a read-only home # SKIP no user namespaces"
	pass "a full disk # SKIP no user namespaces"
fi

# ---- packs ----
bundle() {
	mkdir -p "$1/share/comfyui/custom_nodes/plain" "$1/share/comfyui/custom_nodes/writes/sub" "$1/share/comfyui/workflows/sd"
	echo "$2" >"$1/share/comfyui/custom_nodes/plain/__init__.py"
	echo "$2" >"$1/share/comfyui/custom_nodes/writes/__init__.py"
	echo "$2" >"$1/share/comfyui/custom_nodes/writes/sub/config.json"
	echo "$2" >"$1/share/comfyui/workflows/sd/a.json"
	mkdir "$1/share/comfyui/node-info"
	echo "{\"name\": \"plain\", \"writable\": [], \"pythonPath\": [\"$T/needs-plain\"]}" >"$1/share/comfyui/node-info/plain.json"
	echo "{\"name\": \"writes\", \"writable\": [\"sub\"], \"pythonPath\": [\"$T/needs-writes\"]}" >"$1/share/comfyui/node-info/writes.json"
	chmod -R a-w "$1/share/comfyui/custom_nodes/writes"
}
bundle b1 v1
bundle b2 v2
mkdir b1/share/comfyui/custom_nodes/gone
with() {
	COMFYUI_NODES=$T/$1/share/comfyui/custom_nodes
	export COMFYUI_NODES
}
with b1
run one
is "packs are linked" "$(readlink "$nodes/plain")" "$T/b1/share/comfyui/custom_nodes/plain"
ok "one that writes beside itself is copied, to be written" test ! -L "$nodes/writes" -a -w "$nodes/writes/sub/config.json"
is "what both need is found" "$(PYTHONPATH=$top/comfyui/scripts python3 -c "import packaged_nodes, sys; print(*packaged_nodes.listing('$nodes')); print(*(p for p in sys.path if 'needs-' in p))")" "gone plain shipped.py writes
$T/needs-plain $T/needs-writes"
is "workflows are copied" "$(cat "$work/workflows/sd/a.json")" v1
echo mine >"$nodes/writes/sub/config.json"
echo mine >"$nodes/writes/new"
mkdir "$nodes/own" && echo mine >"$nodes/own/__init__.py"
rm "$work/workflows/sd/a.json"
before=$(stat -c %Y.%i "$nodes/plain" "$nodes/writes")
run one
is "nothing is renewed without need" "$(stat -c %Y.%i "$nodes/plain" "$nodes/writes")" "$before"
ok "a workflow that was removed stays away" test ! -e "$work/workflows/sd/a.json"
# turned off by hand, and as the manager does it
mv "$nodes/plain" "$nodes/plain.disabled"
run one
ok "a pack that was turned off stays away" test ! -e "$nodes/plain" -a -L "$nodes/plain.disabled"
like "which is told" "$(cat log)" "the packaged 'plain' is turned off in '$nodes'$"
mkdir "$nodes/.disabled" && mv "$nodes/plain.disabled" "$nodes/.disabled/Plain@1_0_2" && mv "$nodes/writes" "$nodes/.disabled/writes"
run one
is "so are those of the manager" "$(cd "$nodes" && ls -d plain writes 2>/dev/null; grep -c 'is turned off' "$OLDPWD/log")" 2
mv "$nodes/.disabled/Plain@1_0_2" "$nodes/plain" && mv "$nodes/.disabled/writes" "$nodes/writes" && rmdir "$nodes/.disabled"
run one
is "turned on again they are what they were" "$(readlink "$nodes/plain") $(cat "$nodes/writes/new")" "$T/b1/share/comfyui/custom_nodes/plain mine"
with b2
run two
is "links follow an upgrade" "$(readlink "$nodes/plain") $(readlink "$nodes/shipped.py")" "$T/b2/share/comfyui/custom_nodes/plain $T/two/share/comfyui-seed/custom_nodes/shipped.py"
is "so do copies" "$(cat "$nodes/writes/__init__.py")" v2
is "what was changed in them stays" "$(cat "$nodes/writes/sub/config.json" "$nodes/writes/new")" "mine
mine"
ok "a pack that is packaged no longer goes" test ! -L "$nodes/gone"
like "which is told" "$(cat log)" "'gone' is packaged no longer: its link is removed$"
is "the user's own stays" "$(cat "$nodes/own/__init__.py")" mine
rm "$nodes/plain" && mkdir "$nodes/plain" && echo mine >"$nodes/plain/__init__.py"
run two
like "the user's own goes before a packaged one" "$(cat log)" "'$nodes/plain' is your own, so that the packaged 'plain' is not used$"
is "and stays" "$(cat "$nodes/plain/__init__.py")" mine
run two --reset
is "--reset makes copies anew" "$(cat "$nodes/writes/sub/config.json")" v2
is "and keeps what was changed" "$(cat "$nodes"/writes.*.disabled/sub/config.json)" mine
is "and what is the user's" "$(cat "$nodes/plain/__init__.py")" mine
unset COMFYUI_NODES
run two
ok "a copy that was not changed goes with its package" test ! -e "$nodes/writes" -a ! -e "$work/.comfyui-packaged.json"
rm -r "$work/temp" "$nodes/shipped.py" && ln -s /gone/share/comfyui/custom_nodes/shipped.py "$nodes/shipped.py"
run two
is "a link that leads nowhere is renewed" "$(cat "$nodes/shipped.py")" ship
ln -s /elsewhere/of/mine "$nodes/dangling"
run two
ok "but not the user's" test -L "$nodes/dangling"

mv "$nodes" "$T/nodes-elsewhere" && ln -s "$T/nodes-elsewhere" "$nodes"
run two
like "the folder may be a link" "$(cat log)" "^comfyui-start: ComfyUI answers"
ok "and stays one" test -L "$nodes"
mv "$T/nodes-elsewhere" "$T/nodes-away"
said=$(start two)
like "but not to nowhere" "$said" "^error: '$nodes': it is a link to '$T/nodes-elsewhere', which is not there$"
like "with the cure" "$said" "^hint: make the folder that it leads to, or remove the link$"
rm "$nodes" && mv "$T/nodes-away" "$nodes"

# ---- the database ----
db=$work/user/comfyui.db
revision() { python3 -c "import sqlite3; c = sqlite3.connect('$db'); c.execute('create table if not exists alembic_version (version_num text)'); c.execute('delete from alembic_version'); c.execute(\"insert into alembic_version values ('$1')\"); c.commit()"; }
revision known
run two
ok "a database of this release stays" test -f "$db"
revision other
like "one of another is told by a look" "$(start two --check)" "the database '$db' is of another release: a start will set it aside$"
ok "which leaves it" test -f "$db"
run two
like "a start keeps it" "$(cat log)" "the database is of another release: it is kept as '$db.stale-[0-9]+'$"
ok "aside" test ! -f "$db"
echo nonsense-that-is-long-enough-to-be-read-as-a-header-of-a-database-which-it-is-not-at-all-as-anybody-sees-1234567890 >"$db"
run two
like "as one that is broken" "$(cat log)" "the database is no database: it is kept as "

# What is collected while ComfyUI is on its way has descriptors whose numbers are others' by then.
cat >torch/sitecustomize.py <<'PY'
import gc, os
gc.disable()
ring = [open("/dev/null")]
ring.append(ring)
del ring
os.register_at_fork(after_in_child=lambda: (gc.set_threshold(gc.get_count()[0] + 60), gc.enable()))
PY
SLOW=1 run two
like "what is told of a slow start is true" "$(cat log)" "^comfyui-start: ComfyUI answers at "
rm torch/sitecustomize.py

# ---- comfyui itself, in an environment that has nothing ----
mkdir -p env/bin env/lib/python3.13/site-packages/torch
printf '#!/bin/sh\necho "$@"\n' >env/bin/python3 && chmod +x env/bin/python3
sed "s|@coreutils@/bin|/usr/bin:/bin|; s|@pythonEnv@|$T/env|g; s|@out@|$T/two|g" "$top/comfyui/scripts/comfyui.sh" >comfyui
said=$(env -i /bin/bash comfyui 2>&1)
like "without a home it says so" "$said" "^error: neither HOME nor COMFYUI_WORK_DIR is set$"
like "with the cure" "$said" "^hint: set COMFYUI_WORK_DIR to a folder of yours$"
like "with one it starts" "$(env -i HOME="$T/alone" /bin/bash comfyui --cpu 2>&1)" "main.py --base-directory $T/alone/comfyui-work --database-url .* --cpu$"

# ---- download ----
python3 "$top/tests/server.py" "$T/server.port" "$T/server.log" >/dev/null 2>&1 &
servers="$servers $!"
for _ in $(seq 50); do test -s server.port && break; sleep 0.1; done
base=http://127.0.0.1:$(cat server.port)
sha_of() { python3 -c "import hashlib, random; print(hashlib.sha256(random.Random($1).randbytes($1)).hexdigest())"; }
COMFYUI_MODELS_DIR=$T/models
export COMFYUI_MODELS_DIR
download() { timeout 60 python3 "$T/one/libexec/comfyui_download.py" "$@" 2>&1; }
sum=$(sha_of 300000)
is "a dry run tells" "$(download --dry-run "$base/file/300000" "$sum" checkpoints/a.bin)" "checkpoints/a.bin: would come from $base/file/300000"
ok "and does nothing" test ! -e models
is "a model comes" "$(download "$base/file/300000" "$sum" checkpoints/a.bin)" "checkpoints/a.bin: downloaded, 293.0 KiB"
is "whole" "$(sha256sum <models/checkpoints/a.bin)" "$sum  -"
: >server.log
is "once" "$(download "$base/file/300000" "$sum" checkpoints/a.bin) $(wc -l <server.log)" "checkpoints/a.bin: is there 0"
said=$(download "$base/droponce/100000/300000" "$sum" b.bin)
like "what breaks off is tried again" "$said" "it ended after 100000 of 300000 bytes; trying again"
like "from where it was" "$(cat server.log)" "^/droponce/100000/300000 bytes=100000-"
is "and fits" "$(sha256sum <models/b.bin)" "$sum  -"
part=models/.c.bin.$(printf %.8s "$sum").part
head -c 1000 models/b.bin >"$part"
: >server.log
is "a dry run tells what there is of it" "$(download -n "$base/file/300000" "$sum" c.bin)" "c.bin: would come from $base/file/300000, 1000 B of it are there"
is "what a call left is continued by the next" "$(download "$base/file/300000" "$sum" c.bin; cut -d' ' -f2 server.log)" "c.bin: downloaded, 293.0 KiB
bytes=1000-"
part=models/.d.bin.$(printf %.8s "$sum").part
head -c 1000 /dev/zero >"$part"
like "what does not fit is begun anew" "$(download "$base/file/300000" "$sum" d.bin)" "^d.bin: downloaded"
head -c 1000 models/b.bin >"models/.r.bin.$(printf %.8s "$sum").part"
like "a part that is called the whole" "$(download "$base/range200/300000" "$sum" r.bin)" "^r.bin: downloaded"
said=$(download "$base/wrong/300000" "$sum" e.bin) && status=0 || status=$?
like "other bytes are refused" "$status $said" "^1 error: $base/wrong/300000 is something else$"
like "with both hashes" "$said" "^  specified: $sum$"
ok "and not put in place" test ! -e models/e.bin
echo mine >models/f.bin
fails_like "nor over what is there" "^error: '$T/models/f.bin' is there, and is something else$" download "$base/file/300000" "$sum" f.bin
fails_like "what is no hash" "^error: 'abc' is no SHA-256$" download "$base/file/1" abc g.bin
fails_like "a place outside" "^error: '../g.bin' is no place below the models folder$" download "$base/file/1" "$sum" ../g.bin
fails_like "what is not there" "^error: $base/status/404/1: the server says 404$" download "$base/status/404/1" "$sum" g.bin
printf '# models\n%s vae/h.bin %s/status/404/1 %s/file/300000 # two\n\nbad line\n' "$sum" "$base" "$base" >list
fails_like "a list is read whole first" "^error: list, line 4: a hash, a place and a URL are expected$" download --list list
sed -i '$d' list
like "another URL of it" "$(download --list list)" "^vae/h.bin: downloaded"

# ---- workflows ----
check() { timeout 60 python3 "$T/one/libexec/comfyui_workflow_check.py" "$@" 2>&1; }
mkdir -p facts/nix-support
cat >facts/nix-support/facts.json <<'JSON'
{"nodes": {
 "Empty": {"inputs": {"required": {"width": {"type": "INT", "min": 0, "max": 100}, "seed": {"type": "INT"}, "mode": {"type": "COMBO", "options": ["slow", "fast"]}}, "optional": {}}, "order": ["width", "seed", "mode"], "outputs": [{"type": "IMAGE"}], "output_node": false},
 "Load": {"inputs": {"required": {"name": {"type": "COMBO", "options": ["none"], "files": ["loras"]}}}, "order": ["name"], "outputs": [{"type": "MODEL"}, {"type": "CLIP,TEXT"}], "output_node": false},
 "Record": {"inputs": {"required": {"sound": {"type": "MICROPHONE"}}}, "order": ["sound"], "outputs": [{"type": "AUDIO"}], "output_node": false},
 "Any": {"inputs": {"required": {"thing": {"type": "*"}}}, "order": ["thing"], "outputs": [], "output_node": true},
 "Save": {"inputs": {"required": {"images": {"type": "IMAGE"}}, "optional": {"text": {"type": "TEXT"}}}, "order": ["images", "text"], "outputs": [], "output_node": true}
}}
JSON
cat >good.json <<'JSON'
{"1": {"class_type": "Empty", "inputs": {"width": 5, "seed": 1, "mode": "fast"}},
 "2": {"class_type": "Load", "inputs": {"name": "mine.safetensors"}},
 "3": {"class_type": "Save", "inputs": {"images": ["1", 0], "text": ["2", 1]}},
 "4": {"class_type": "Any", "inputs": {"thing": ["2", 0]}}}
JSON
is "a prompt that fits" "$(check --nodes facts good.json)" "good.json: 4 nodes, none broken"
is "as it is sent to ComfyUI" "$(echo "{\"prompt\": $(cat good.json), \"client_id\": \"x\"}" | check --nodes facts -)" "-: 4 nodes, none broken"
cat >bad.json <<'JSON'
{"1": {"class_type": "Empty", "inputs": {"width": 500, "seed": "x", "mode": "fst", "colour": 1}},
 "2": {"class_type": "Lode", "inputs": {}},
 "3": {"class_type": "Save", "inputs": {"images": ["9", 0], "text": ["1", 0]}},
 "4": {"class_type": "Save", "inputs": {"images": ["1", 3]}},
 "5": {"class_type": "Any", "inputs": {}}, "6": {"inputs": {}}}
JSON
said=$(check --nodes facts bad.json) && status=0 || status=$?
is "every broken node is told" "$status $said" "1 bad.json: node 1 (Empty): input 'width': 500 is more than 100
bad.json: node 1 (Empty): input 'seed': \"x\" is no whole number
bad.json: node 1 (Empty): input 'mode': \"fst\" is none of its values: \"slow\", \"fast\"; did you mean 'fast'?
bad.json: warning: node 1 (Empty): it has no input 'colour'
bad.json: node 2 (Lode): there is no node 'Lode'; did you mean 'Load'?
bad.json: node 3 (Save): input 'images' comes from node 9, which is not there
bad.json: node 3 (Save): input 'text' takes TEXT, but node 1 gives IMAGE
bad.json: node 4 (Save): input 'images' comes from output 3 of node 1, which has 1
bad.json: node 5 (Any): input 'thing' is missing
bad.json: node 6: it has no class_type
bad.json: 6 nodes, 6 broken"
is "as JSON" "$(check --nodes facts --json bad.json | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["broken"])')" "['1', '2', '3', '4', '5', '6']"
cat >page.json <<'JSON'
{"nodes": [
 {"id": 1, "type": "Empty", "inputs": [], "widgets_values": [7, 42, "randomize", "slow"]},
 {"id": 2, "type": "Record", "inputs": [], "widgets_values": ["x"]},
 {"id": 3, "type": "Save", "inputs": [{"name": "images", "type": "IMAGE", "link": 1}, {"name": "text", "link": null}]},
 {"id": 4, "type": "Note"}, {"id": 5, "type": "Reroute"}, {"id": 6, "type": "sub-1"}, {"id": 7, "type": "workflow>mine"},
 {"id": 8, "type": "Save", "mode": 4, "inputs": [{"name": "images", "link": null}]}],
 "links": [[1, 1, 0, 3, 0, "IMAGE"]], "extra": {"groupNodes": {"mine": {}}},
 "definitions": {"subgraphs": [{"id": "sub-1", "name": "Inner", "nodes": [
  {"id": 9, "type": "Save", "inputs": [{"name": "images", "link": 3}]}], "links": [{"id": 3, "origin_id": -10, "origin_slot": 0, "target_id": 9, "target_slot": 0}]}]}}
JSON
is "a graph that fits" "$(check --nodes facts page.json)" "page.json: 9 nodes, none broken"
sed -e 's/"slow"/"slw"/' -e 's/"link": 1}/"link": null}/' -e 's/"type": "Record"/"type": "Recorder"/' -e 's/\[{"name": "images", "link": 3}\]/[{"name": "images", "link": 4}]/' page.json >page-bad.json
is "one that does not" "$(check --nodes facts page-bad.json)" "page-bad.json: node 1 (Empty): 'mode': \"slw\" is none of its values: \"slow\", \"fast\"; did you mean 'slow'?
page-bad.json: node 2 (Recorder): there is no node 'Recorder'; did you mean 'Record'?
page-bad.json: node 3 (Save): input 'images' is not connected
page-bad.json: node Inner:9 (Save): input 'images' has link 4, which is not there
page-bad.json: 9 nodes, 4 broken"
printf '{"nodes": [\n  {"id": 1,, "type": "x"}]}' >broken.json
said=$(check --nodes facts broken.json good.json) && status=0 || status=$?
is "what is no JSON is told with its place, and others are read" "$status $said" "2 error: 'broken.json' is no JSON: expecting property name enclosed in double quotes at line 2, column 12
    {\"id\": 1,, \"type\": \"x\"}]}
             ^
good.json: 4 nodes, none broken"
echo '{"a": 1}' >other.json
fails_like "what is no workflow" "^error: 'other.json' is no workflow$" check --nodes facts other.json
fails_like "what says nothing of nodes" "^error: 'other.json' does not say what nodes there are$" check --nodes other.json good.json
echo '{"Save": {"input": {"required": {"images": ["IMAGE"], "how": [["a", "b"], {}]}}, "output": []}}' >object_info.json
echo '{"1": {"class_type": "Save", "inputs": {"images": ["1", 0], "how": "c"}}}' >how.json
like "what a server answers serves, too" "$(check --nodes object_info.json how.json)" "^how.json: node 1 \(Save\): input 'how': \"c\" is none of its values"
like "without ComfyUI's nodes the cure is told" "$(check good.json)" "^hint: fill the torch slot \(kiln run --slot torch=cpu RESULT -- comfyui-workflow-check FILE\)"
