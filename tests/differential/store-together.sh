#!/bin/sh
# One store, Nix and kiln at work in it at the same time: each adds while the other collects.
. "$(dirname "$0")/../lib.sh"
command -v nix-store >/dev/null || skip_all "no nix-store (Debian's nix-bin)"
plan 7
cd "$T" || exit 1
bin="$KILN_BUILD/compat/nix-store"
theirs() { nix-store --store "$KILN_STORE" "$@" 2>/dev/null; }
clean() { theirs --verify --check-contents && "$bin" --verify --check-contents; }

for i in $(seq 1 30); do
	mkdir -p "src/t$i/sub"
	for j in 1 2 3 4 5; do seq "$i" 700 | sed "s/$/ $j/" >"src/t$i/sub/f$j"; done
done
# add_all TOOL…: every tree, telling which could not be added.
add_all() { for i in $(seq 1 30); do "$@" --add "src/t$i" >/dev/null 2>&1 || echo "$i"; done; }

add_all "$bin" >failed &
adding=$!
collections=0
while kill -0 $adding 2>/dev/null || [ $collections -lt 3 ]; do
	theirs --gc >/dev/null || echo "collection $collections" >>failed
	collections=$((collections + 1))
done
wait $adding
is "we add while Nix collects" "$(cat failed)" ""
ok "and both find the store clean" clean

add_all nix-store --store "$KILN_STORE" >failed &
adding=$!
collections=0
while kill -0 $adding 2>/dev/null || [ $collections -lt 3 ]; do
	"$bin" --gc >/dev/null 2>&1 || echo "collection $collections" >>failed
	collections=$((collections + 1))
done
wait $adding
is "Nix adds while we collect" "$(cat failed)" ""
ok "and both find the store clean" clean

# The same paths from both sides, under each other's locks.
add_all "$bin" >failed &
adding=$!
add_all nix-store --store "$KILN_STORE" >failed.theirs
wait $adding
is "both add the same" "$(cat failed failed.theirs)" ""
is "once" "$(theirs --dump-db | grep -c '^/nix/store')" 30
ok "and both find the store clean" clean
