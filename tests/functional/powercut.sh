#!/bin/sh
# A power cut at random moments ($KILN_CUTS of them) of additions, imports, registrations and
# collections: what was flushed is on the disk, of the rest some is not (powercut.py). The store
# verifies clean, and the command completes. $KILN_SEED names the moments.
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
recorder="$KILN_BUILD/tests/functional/librecord.so"
[ -e "$recorder" ] || skip_all "no $recorder"
: "${KILN_CUTS:=200}" "${KILN_SEED:=$(date +%s)}"
export KILN_BUILD
plan 8
echo "# seed $KILN_SEED"
cd "$T" || exit 1
bin="$KILN_BUILD/compat/nix-store"

mkdir -p src/tree/a/b
seq 3000 >src/tree/a/long
echo run >src/tree/a/run && chmod +x src/tree/a/run
echo b >src/tree/a/b/file
ln -s nowhere src/tree/link
for i in 1 2 3 4 5 6; do seq "$i" 40 >"src/f$i"; done
head -c 9000000 /dev/urandom >src/big
cat >drvs.nix <<'END'
map (n: derivation { name = "d${toString n}"; system = "x86_64-linux"; builder = "/bin/sh"; text = builtins.toFile "t" (toString n); }) [ 1 2 3 ]
END

# cut PERCENT COMMAND…: of the points, on the store in $T/root; says what went wrong.
cut() {
	points=$((KILN_CUTS * $1 / 100))
	shift
	rm -rf work log && mkdir work
	python3 "$here/powercut.py" "$T/work" "$KILN_SEED" "$points" $flush "$KILN_STORE" "$recorder" -- "$@"
}
flush=
fresh() {
	chmod -R u+w "$KILN_STORE" 2>/dev/null
	rm -rf "$KILN_STORE"
	mkdir "$KILN_STORE"
}
filled() {
	fresh
	"$bin" --add src/tree src/f* >added
	"$bin" --realise --add-root "$T/keep" "$(head -n 1 added)" >/dev/null
}

fresh
ok "adding to a new store" cut 25 "$bin" --add src/tree src/f1 src/f2 src/f3 src/f4 src/f5 src/f6
filled
ok "adding to one with contents" cut 15 "$bin" --add-fixed --recursive sha1 src/tree src/f1 src/f2
fresh
ok "adding what is big" cut 5 "$bin" --add src/big src/f1
filled
# shellcheck disable=SC2046 # a list of paths
"$bin" --export $(cat added) >all.export
fresh
ok "importing" cut 15 sh -c "'$bin' --import <'$T/all.export'"
fresh
ok "instantiating" cut 15 "$KILN_BUILD/compat/nix-instantiate" drvs.nix
filled
"$bin" --dump-db >registration
# shellcheck disable=SC2046 # a list of paths
sqlite3 "$KILN_STORE/nix/var/nix/db/db.sqlite" "pragma foreign_keys = on; delete from ValidPaths" 2>/dev/null
ok "registering what is there" cut 10 sh -c "'$bin' --load-db <'$T/registration'"
filled
ok "collecting" cut 15 "$bin" --gc

# Where no flush counts, damage is to be found.
flush=--no-flush
filled
fails_like "without flushes the damage is found" "disappeared|modified|no such table|malformed|corrupt" \
	cut 50 "$bin" --gc
