#!/bin/sh
# Binary caches without Nix: filled, read, and what they may do wrong.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v python3 >/dev/null || skip_all "no python3"
plan 54
# shellcheck source=tests/small-set.sh
. "$(dirname "$0")/../small-set.sh"
cd "$T" || exit 1
export no_proxy='*'
cat >e.nix <<NIX
let b = name: text: import $T/made.nix name text [ "out" ];
in b "top" "refers to \${b "mid" "refers to \${b "low" "nothing"}"}"
NIX
public=$(kiln key generate -o key k-1 2>/dev/null)
other=$(kiln key generate -o key2 k-2 2>/dev/null)
top=$(kiln build -f e.nix --no-link --print-out-paths 2>/dev/null)
mid=$(kiln store --query --references "$top")

hash_part() { basename "$1" | cut -c1-32; }
# apart COMMAND…: with an empty store.
apart() {
	chmod -R u+w "$T/apart" 2>/dev/null
	rm -rf "$T/apart"
	KILN_STORE="$T/apart" kiln "$@"
}
# pulls WHAT OPTION…: all comes from a cache, and is what it was.
pulls() {
	what=$1
	shift
	if apart cache pull "$@" "$top" >out 2>err && KILN_STORE="$T/apart" kiln store --verify --check-contents 2>>err &&
		[ "$(KILN_STORE="$T/apart" kiln store --query --hash "$top")" = "$(kiln store --query --hash "$top")" ]; then
		pass "$what"
	else
		fail "$what" "$(cat out err)"
	fi
}
keys="--trusted-public-keys $public"

# ---- push ----
fails_like "a cache has to be named" "no cache is named" kiln cache push "$top"
ok "a folder becomes a cache" kiln cache init --to "file://$T/init" --priority 7
is "that says what it is" "$(cat init/nix-cache-info)" "StoreDir: /nix/store
WantMassQuery: 1
Priority: 7"
is "a closure is pushed" "$(kiln cache push --json --to "file://$T/c" -k ./key "$top" 2>/dev/null | grep -o '"paths": [0-9]*, "there": [0-9]*')" '"paths": 3, "there": 0'
is "three narinfos, three NARs" "$(find c -name '*.narinfo' | wc -l) $(find c/nar -type f | wc -l)" "3 3"
ok "what is there stays" kiln cache push --to "file://$T/c" -k ./key "$top"
is "and nothing is left beside" "$(find c -type f | wc -l)" 7
ok "unpacked, by the URL's own key" kiln cache push --to "file://$T/plain?compression=none&secret-key=$T/key" "$top"
is "both say the same hash" "$(grep NarHash c/*.narinfo | sed 's/.*info://')" "$(grep NarHash plain/*.narinfo | sed 's/.*info://')"
ok "unsigned" kiln cache push --to "file://$T/unsigned" "$top"
ok "by two" kiln cache push --to "file://$T/two" -k ./key -k ./key2 "$top"
fails_like "what is not built" "is not valid|not in the store" kiln cache push --to "file://$T/c" /nix/store/00000000000000000000000000000000-x
fails_like "an unknown packing" "nothing is packed as 'xz' here" kiln cache push --to "file://$T/xz?compression=xz" "$top"
fails_like "a server that is down" "Could.*connect" kiln cache push --to http://127.0.0.1:1 "$top"
echo "StoreDir: /gnu/store" >init/nix-cache-info
fails_like "a cache for another store" "is for stores at '/gnu/store'" kiln cache push --to "file://$T/init" "$top"
cp -r "$KILN_STORE" altered
chmod -R u+w altered
echo other >"altered$mid"
fails_like "an altered path is not pushed" "hash of path .* has changed" env KILN_STORE="$T/altered" "$KILN_BUILD/kiln" cache push --to "file://$T/c3" "$top"
is "nor told of" "$(find c3 -name "$(hash_part "$mid")*" -o -name "$(hash_part "$top")*")" ""

# ---- pull ----
# shellcheck disable=SC2086 # words
pulls "from a folder" --from "file://$T/c" $keys
# shellcheck disable=SC2086
pulls "not packed" --from "file://$T/plain" $keys
pulls "a cache that is trusted" --from "file://$T/unsigned?trusted=true"
pulls "no signature is asked for" --from "file://$T/unsigned" --no-require-sigs
fails_like "otherwise none is no path" "no cache gives it" apart cache pull --from "file://$T/unsigned" --trusted-public-keys "$public" "$top"
like "and the reason is told" "$out" "^warning: '$top' of 'file://$T/unsigned' is not signed"
fails_like "another's signature" "has 0 of 1 signatures by trusted keys" apart cache pull --from "file://$T/c" --trusted-public-keys "$other" "$top"
fails_like "one where two are needed" "has 1 of 2 signatures" apart cache pull --from "file://$T/c" --required-signatures 2 --trusted-public-keys "$public $other" "$top"
pulls "two of two" --from "file://$T/two" --required-signatures 2 --trusted-public-keys "$public $other"
apart build -f e.nix --no-link --print-out-paths -v --substituters "file://$T/c" --trusted-public-keys "$public" >out 2>err
is "a build takes what is there" "$(cat out) $(grep -c 'started: building' err)" "$top 0"
apart build -f e.nix --no-link --print-out-paths -v --no-substitute --substituters "file://$T/c" --trusted-public-keys "$public" >out 2>err
is "unless that is switched off" "$(cat out) $(grep -c 'started: building' err)" "$top 3"
fails_like "a word that is no URL" "is no URL of a cache" apart cache pull --from cache.example "$top"

# ---- what is wrong ----
cp -r plain bad
for f in bad/nar/*; do printf 'XXXX' | dd of="$f" bs=1 seek=112 conv=notrunc 2>/dev/null; done
pulls "the next cache where one gives other bytes" --from "file://$T/bad?priority=1" --from "file://$T/c" --trusted-public-keys "$public"
like "which is told" "$(cat err)" "came from another cache than the first: .*padding is not zero"
fails_like "alone it fails" "^error: path .$top. cannot be substituted" apart cache pull --from "file://$T/bad" --trusted-public-keys "$public" "$top"
is "and leaves nothing" "$(find apart/nix/store -mindepth 1 ! -name .links)" ""
apart build -f e.nix --no-link --print-out-paths --fallback --substituters "file://$T/bad" --trusted-public-keys "$public" >out 2>err
is "with --fallback it is built" "$(cat out)" "$top"
cp -r c forged
sed -i 's/^References: .*/References: /' "forged/$(hash_part "$top").narinfo"
fails_like "forged references" "has 0 of 1 signatures" apart cache pull --from "file://$T/forged" --trusted-public-keys "$public" "$top"
cp "c/$(hash_part "$mid").narinfo" "forged/$(hash_part "$top").narinfo"
fails_like "another path's narinfo" "it tells of '$mid'" apart cache pull --from "file://$T/forged" --trusted-public-keys "$public" "$top"
echo '<html>200 OK</html>' >"forged/$(hash_part "$top").narinfo"
fails_like "a page" "narinfo:1: " apart cache pull --from "file://$T/forged" --trusted-public-keys "$public" "$top"
rm "c/$(hash_part "$mid").narinfo"
fails_like "a path that a cache has without what it refers to" "refers to '$mid', which no cache has" \
	apart cache pull --from "file://$T/c" --trusted-public-keys "$public" "$top"
ok "a push fills the gap" kiln cache push --to "file://$T/c" -k ./key "$top"

# ---- recipes ----
mkdir -p p/.flox/pkgs
sed "s/[(]*^let/{ }: let/" e.nix >p/.flox/pkgs/top.nix
(cd p && kiln build --no-link >/dev/null 2>&1)
ok "a recipe's result is pushed by its name" env -C p "$KILN_BUILD/kiln" cache push --to "file://$T/recipes" -k ../key top
is "and pulled by it" "$(cd p && apart cache pull -v --from "file://$T/recipes" --trusted-public-keys "$public" top 2>../err)" "$(cd p && kiln build --no-link --print-out-paths 2>/dev/null)"
is "without building" "$(grep -c 'started: building' err)" 0
is "where no cache has it, it is built" "$(cd p && apart cache pull -v top 2>../err)" "$(cd p && kiln build --no-link --print-out-paths 2>/dev/null)"

# ---- servers ----
python3 -c '
import functools, http.server, os, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_PUT(self):
        n = int(self.headers["Content-Length"])
        body = self.rfile.read(n)
        status = 507 if "/full/" in self.path and "/nar/" in self.path else 201
        if status == 201:
            to = self.translate_path(self.path)
            os.makedirs(os.path.dirname(to), exist_ok=True)
            open(to, "wb").write(body)
            open(sys.argv[1] + "/puts", "a").write(self.path + "\n")
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()
h = functools.partial(Handler, directory=sys.argv[1])
s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), h)
open(sys.argv[2], "w").write(f"{s.server_port}\n")
s.serve_forever()' "$T" "$T/port" 2>/dev/null &
server=$!
trap 'kill $server 2>/dev/null; finish' EXIT
while [ ! -s port ]; do sleep 0.05; done
port=$(cat port)
pulls "from a server, beside one that is down" --from http://127.0.0.1:1/none --from "http://127.0.0.1:$port/c" --trusted-public-keys "$public"
like "which is told once" "$(grep -c "the cache 'http://127.0.0.1:1/none' is not used" err)" '^1$'
fails_like "offline no server is asked" "not in the store" apart --offline cache pull --from "http://127.0.0.1:$port/c" --trusted-public-keys "$public" "$top"
ok "a server that takes PUT is filled" kiln cache push --to "http://127.0.0.1:$port/put/c" -k ./key "$top"
like "narinfos come last" "$(tail -n 1 puts)" "/put/c/$(hash_part "$top").narinfo"
pulls "and gives it back" --from "http://127.0.0.1:$port/put/c" --trusted-public-keys "$public"
is "what is there is not sent again" "$(wc -l <puts; kiln cache push --to "http://127.0.0.1:$port/put/c" "$top" 2>/dev/null; wc -l <puts)" "7
7"
fails_like "a server that is full" "HTTP status 507" kiln cache push --to "http://127.0.0.1:$port/full/c" "$top"
is "tells of nothing" "$(find full -name '*.narinfo')" ""
python3 -c '
import socket, sys
s = socket.create_server(("127.0.0.1", 0))
open(sys.argv[1], "w").write(f"{s.getsockname()[1]}\n")
kept = []
while True: kept.append(s.accept())' "$T/mute" &
mute=$!
trap 'kill $server $mute 2>/dev/null; finish' EXIT
while [ ! -s mute ]; do sleep 0.05; done
begin=$(date +%s)
pulls "beside one that says nothing" --from "http://127.0.0.1:$(cat mute)" --from "file://$T/c" --trusted-public-keys "$public"
took=$(($(date +%s) - begin))
ok "which costs seconds, once" [ "$took" -lt 15 ]
