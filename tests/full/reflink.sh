#!/bin/sh
# On a file system that shares blocks, adding a tree costs no space: its big files are clones, hashed
# as clones. Tried on xfs and btrfs, each in a file of its own; where the kernel mounts neither, skipped.
. "$(dirname "$0")/../lib.sh"
plan 12
cd "$T" || exit 1
bin="$KILN_BUILD/compat/nix-store"

mounted=
unmount_all() {
	for m in $mounted; do umount "$m"; done
	finish
}
trap unmount_all EXIT

# attach KIND: a file system of that kind in ./KIND, or the reason why not in $why.
attach() {
	why='' must=''
	command -v "mkfs.$1" >/dev/null || {
		why="no mkfs.$1"
		must=${MUST_WORK:-}
		return 1
	}
	truncate -s 600M "$1.img"
	mkdir "$1"
	why=$({ "mkfs.$1" -q "$1.img" && mount -o loop "$1.img" "$1"; } 2>&1) || {
		why="this machine mounts no $1: $(echo "$why" | tail -n 1)"
		return 1
	}
	mounted="$mounted $T/$1"
}
# The kilobytes in use; what is freed and written settles with a sync.
used() {
	sync -f "$1"
	df -k --output=used "$1" | tail -n 1 | tr -d ' '
}

for kind in xfs btrfs; do
	if ! attach $kind; then
		for i in 1 2 3 4 5 6; do
			if [ -n "$must" ]; then fail "$kind: $i of 6" "must work here, but: $why"; else pass "$kind: $i of 6 # SKIP $why"; fi
		done
		continue
	fi
	mkdir -p $kind/src/sub
	for i in 1 2 3; do head -c 30000000 /dev/urandom >$kind/src/sub/big$i; done
	echo small >$kind/src/small
	chmod +x $kind/src/sub/big2
	ln -s big1 $kind/src/sub/link
	KILN_STORE="$T/$kind/store"
	"$bin" --init
	before=$(used $kind)
	path=$("$bin" --add $kind/src 2>err) || cat err
	grown=$(($(used $kind) - before))
	ok "$kind: 90 MB are added for $grown kB" test "$grown" -lt 9000
	is "$kind: the contents are the same" "$("$bin" --dump "$KILN_STORE$path" | sha256sum)" "$("$bin" --dump $kind/src | sha256sum)"
	is "$kind: its metadata are the store's" "$(stat -c '%a %Y' "$KILN_STORE$path/sub/big1" "$KILN_STORE$path/sub/big2" | tr '\n' ' ')" "444 1 555 1 "
	echo changed >>$kind/src/sub/big1
	ok "$kind: it stays when the source changes" "$bin" --verify --check-contents
	flat=$("$bin" --add-fixed sha512 $kind/src/sub/big3)
	is "$kind: a flat file, too" "$(cmp "$KILN_STORE$flat" $kind/src/sub/big3 2>&1)" ""
	ok "$kind: for no space" test $(($(used $kind) - before)) -lt 9000
done
