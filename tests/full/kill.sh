#!/bin/sh
# kill -9 of a build at seeded moments ($KILN_KILLS of them): the store always verifies, nothing that
# was fetched is fetched again, and at last the build completes with the right hash.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
: "${KILN_KILLS:=50}" "${KILN_SEED:=1}"
unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
plan 7
full_store
serve_sources 30000000
python3 -c 'import random, sys
r = random.Random(int(sys.argv[1]))
for _ in range(int(sys.argv[2])): print(round(r.uniform(0.02, 2.5), 3))' "$KILN_SEED" "$KILN_KILLS" >"$T/moments"

build() { exec "$KILN_BUILD/kiln" build --project "$project" --no-link comfyui; }

# What the store had when a kiln died: neither it nor a partial file of full length is asked for again.
mark_fetched() {
	find "$KILN_STORE/nix/store" -mindepth 1 -maxdepth 1 -type f ! -name '*.drv' 2>/dev/null |
		sed 's|.*/[a-z0-9]\{32\}-||' >"$T/had.new"
	kiln store --dump-db 2>/dev/null | sed -n 's|^/nix/store/[a-z0-9]\{32\}-||p' | sort -u >"$T/valid"
	sort -u "$T/had.new" | comm -12 - "$T/valid" >"$T/had"
}
: >"$T/bad"
: >"$T/again"
killed=0 rounds=0
while read -r moment; do
	before=$(wc -l <"$T/served")
	mark_fetched
	build >"$T/out" 2>"$T/err" &
	pid=$!
	sleep "$moment"
	if kill -9 $pid 2>/dev/null; then killed=$((killed + 1)); fi
	wait $pid 2>/dev/null
	status=$?
	kiln store --verify --check-contents >"$T/verify" 2>&1 || {
		echo "killed after $moment s:"
		cat "$T/verify"
	} >>"$T/bad"
	tail -n +$((before + 1)) "$T/served" | awk '$4 > 0 { print $1 }' | sort -u | comm -12 - "$T/had" >>"$T/again"
	# It was done before it could be killed: what was built is built once more, from the same sources.
	if [ $status = 0 ]; then
		rounds=$((rounds + 1))
		find "$KILN_STORE/nix/store" -mindepth 1 -maxdepth 1 -type d ! -name .links | sed "s|^$KILN_STORE||" >"$T/built"
		xargs "$KILN_BUILD/kiln" store --delete --ignore-liveness <"$T/built" >/dev/null 2>"$T/err" ||
			cat "$T/err" >>"$T/bad"
	fi
done <"$T/moments"
echo "# $killed kills, $rounds builds completed between them"
ok "it was killed while it worked" test "$killed" -ge $((KILN_KILLS * 3 / 4))
is "the store verified after each" "$(cat "$T/bad")" ""
is "what was in the store was not fetched again" "$(cat "$T/again")" ""

before=$(wc -l <"$T/served")
mark_fetched
is "the build completes" "$( (build) 2>"$T/err")" "$comfyui"
tail -n +$((before + 1)) "$T/served" | awk '$4 > 0 { print $1 }' | sort -u | comm -12 - "$T/had" >"$T/again"
is "without fetching again" "$(cat "$T/again")" ""
is "its hash is right" "$(hashes "$KILN_STORE" "$comfyui")" "$(hashes "$FULL" "$comfyui")"

# Bytes sent to a kiln that died before it could write them are lost: at most what the sockets hold.
sleep 1
stop_serving
lost=$(awk '{ sent += $4; size[$1] = $2 } END { for (f in size) all += size[f]; printf "%d", (sent - all) / 1048576 }' "$T/served")
ok "$lost MiB were sent twice, in $killed kills" test "$lost" -le $((killed * 4))
