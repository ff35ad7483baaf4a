#!/bin/sh
# The store under rough handling: kill -9 at many moments, a full disk, damaged streams, another
# user. Afterwards it verifies clean and the same command completes.
. "$(dirname "$0")/../lib.sh"
plan 18
cd "$T" || exit 1
store() { compat nix-store "$@"; }
bin="$KILN_BUILD/compat/nix-store"
skip() { if [ -n "${MUST_WORK:-}" ]; then fail "$1" "must work here, but: $2"; else pass "$1 # SKIP $2"; fi; }

for i in 1 2 3 4 5 6 7 8; do
	mkdir -p "src/t$i/sub"
	for j in 1 2 3 4 5; do yes "$i $j" | head -c 9000 >"src/t$i/sub/f$j"; done
done

# ---- kill -9 ----
first=$(store --add src/t1)
store --export "$first" >t1.export
round=0
while [ $round -lt 50 ]; do
	"$bin" --add src/t$((round % 8 + 1)) >/dev/null 2>&1 &
	a=$!
	"$bin" --import <t1.export >/dev/null 2>&1 &
	b=$!
	"$bin" --gc >/dev/null 2>&1 &
	c=$!
	sleep "0.00$((round % 10))$((round * 7 % 10))"
	kill -9 $a $b $c 2>/dev/null
	wait $a $b $c 2>/dev/null
	round=$((round + 1))
done
ok "after 50 kills of additions, imports and collections the store is clean" store --verify --check-contents
for i in 1 2 3 4 5 6 7 8; do store --add "src/t$i" || break; done >added
is "everything can be added" "$(wc -l <added)" 8
is "with the same contents" "$(store --dump "$KILN_STORE$(tail -1 added)" | sha256sum)" "$(store --dump src/t8 | sha256sum)"
ok "and collected" store --gc
is "to the last byte" "$(ls "$KILN_STORE/nix/store")" ""

# ---- damaged streams ----
head -c 5000 t1.export >cut.export
fails_like "a cut export is refused" "importing: .*(end|at byte)" sh -c "'$bin' --import <cut.export"
is "the whole one gives its path" "$(store --import <t1.export)" "$first"
store --dump src/t1 >nar
fails_like "an archive over a path that is there is refused" "exists" sh -c "'$bin' --restore src/t2 <nar"
ok "which is left as it was" test -f src/t2/sub/f5
fails_like "what is no archive is refused" "bad NAR at byte 8" sh -c "echo 'not a NAR at all, but text long enough' | '$bin' --restore out"
ok "and leaves nothing" test ! -e out
fails_like "a record cut short is refused, with its line" "registration text, line 3: the text ends" sh -c "printf '%s\n%064d\n8\n' $first 0 | '$bin' --load-db"

# ---- a full disk ----
if mkdir small && mount -t tmpfs -o size=300k tmpfs small 2>/dev/null; then
	mkdir src/big && head -c 400000 /dev/zero >src/big/zero
	fails_like "a full disk is an error that says so" "No space left" env KILN_STORE="$T/small" "$bin" --add src/big
	ok "that leaves a clean store" env KILN_STORE="$T/small" "$bin" --verify --check-contents
	is "and no remains" "$(ls small/nix/store)" ""
	umount small
else
	for what in "a full disk is an error that says so" "that leaves a clean store" "and no remains"; do
		skip "$what" "no tmpfs can be mounted"
	done
fi

# ---- somebody without rights ----
here=$(store --add src/t1)
if [ "$(id -u)" = 0 ]; then
	chmod 755 "$T" && mkdir nobody && chown 65534 nobody && cp "$bin" nobody/nix-store
	as_nobody() { env -u KILN_STORE HOME="$T/nobody" setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
	is "another user's store gives the same path" "$(as_nobody "$T/nobody/nix-store" --add src/t1)" "$here"
	ok "in their data folder" test -d "nobody/.local/share/kiln$here"
	rest=$(as_nobody env KILN_STORE="$KILN_STORE" "$T/nobody/nix-store" -q --hash "$here" 2>&1)
	is "and they can read a store that they cannot write" "$rest" "$(store -q --hash "$here")"
else
	for what in "another user's store gives the same path" "in their data folder" "and they can read a store that they cannot write"; do
		skip "$what" "not root"
	done
fi
