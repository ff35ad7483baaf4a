#!/bin/sh
# An older kiln ($KILN_OLD: its program, beside which are its compat names) and this one on one store: one
# after the other in both orders, at once, and after the older one was killed midway. Each finds what the
# other made, nothing is lost, all verifies.
. "$(dirname "$0")/../lib.sh"
[ -n "${KILN_OLD:-}" ] || no_oracle "KILN_OLD names no older kiln"
[ -x "$KILN_OLD" ] || skip_all "no $KILN_OLD"
. "$(dirname "$0")/../small-set.sh"
plan 23
cd "$T" || exit 1
old="$(dirname "$KILN_OLD")" new=$KILN_BUILD
verified() {
	ok "$1: this one verifies the store" "$new/compat/nix-store" --verify --check-contents
	ok "$1: the older one does" "$old/compat/nix-store" --verify --check-contents
}
valid() { "$new/compat/nix-store" --dump-db | grep -c '^/nix/store/'; }
mkdir -p src/tree
i=0
while [ $i -lt 60 ]; do
	i=$((i + 1))
	echo $i >src/f$i
	seq $((i * 9)) >src/tree/$i
done
cat >graph.nix <<'NIX'
let
  made = import ./made.nix;
  low = map (n: made "low${toString n}" (toString n) [ "out" "dev" ]) (builtins.genList (n: n) 6);
in map (n: made "high${toString n}" "${builtins.elemAt low n}" [ "out" ]) (builtins.genList (n: n) 6)
NIX

# both WHAT FIRST SECOND: what the first built the second has; then each collects beside the other.
both() {
	empty_store
	first=$("$2/compat/nix-build" graph.nix -o result 2>err)
	had=$(valid)
	second=$("$3/compat/nix-build" graph.nix -o other 2>err.second)
	is "$1: the same paths" "$second" "$first"
	is "$1: none is built again" "$(grep -c building err.second) $(valid)" "0 $had"
	"$3/compat/nix-store" --add src/tree >/dev/null
	"$2/compat/nix-store" --gc >/dev/null 2>&1
	# shellcheck disable=SC2086 # a list of paths
	is "$1: what the other has rooted outlives a collection" "$("$3/compat/nix-store" -qR $first | wc -l)" 12
	rm result* other*
	"$3/compat/nix-store" --gc >/dev/null 2>&1
	is "$1: without roots all goes" "$(valid)" 0
	verified "$1"
}
both "the older one first" "$old" "$new"
both "this one first" "$new" "$old"

# ---- at once: each adds, builds and collects in turn ----
empty_store
work() {
	round=0
	while [ $round -lt 4 ]; do
		round=$((round + 1))
		"$1/compat/nix-store" --add src/tree src/f* || echo "$2: adding failed"
		"$1/compat/nix-build" graph.nix -o "link-$2" || echo "$2: building failed"
		"$1/compat/nix-store" --gc >/dev/null || echo "$2: collecting failed"
		[ "$("$1/compat/nix-store" -qR "$(readlink "link-$2")" | wc -l)" -ge 2 ] || echo "$2: what is rooted is gone"
	done
}
work "$old" old >said.old 2>err.old &
other=$!
work "$new" new >said.new 2>err.new
wait $other
is "both at once" "$(grep -h -E '(failed|gone)$' said.old said.new)$(grep -h '^error:' err.old err.new)" ""
verified "both at once"
is "what is built has its roots" "$("$new/compat/nix-store" -qR link-old link-new link-old-2 | sort -u | wc -l)" \
	"$("$old/compat/nix-store" -qR link-old link-new link-old-2 | sort -u | wc -l)"

# ---- what an older one left that was killed midway ----
turn=0
: >wrong
while [ $turn -lt 12 ]; do
	turn=$((turn + 1))
	empty_store
	"$old/compat/nix-build" graph.nix --no-out-link >/dev/null 2>&1 &
	pid=$!
	sleep "$(awk "BEGIN { print $turn * 0.02 }")"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	"$new/compat/nix-store" --verify --check-contents >said 2>&1 || cat said >>wrong
	"$new/compat/nix-build" graph.nix --no-out-link >said 2>err || cat err >>wrong
	[ "$(wc -l <said)" = 6 ] || echo "not all is built" >>wrong
	"$new/compat/nix-store" --gc >/dev/null 2>err || cat err >>wrong
	find "$KILN_STORE/nix/store" -mindepth 1 -maxdepth 1 ! -name .links >>wrong
done
is "the older one killed midway: this one goes on" "$(cat wrong)" ""

# ---- its cache of evaluations ----
empty_store
mkdir -p project/.flox/pkgs && cp made.nix project/
echo 'import ../../made.nix "named" "1" [ "out" ]' >project/.flox/pkgs/named.nix
one=$("$old/kiln" build --project project --no-link named 2>err.old)
two=$("$new/kiln" build --project project --no-link named 2>err.new)
is "what the older one's cache has is the same" "$two" "$one"
sed -i 's/"1"/"2"/' project/.flox/pkgs/named.nix
two=$("$new/kiln" build --project project --no-link named 2>err.new)
is "a change is seen" "$(cat "$KILN_STORE$two")" 2
is "by the older one as well" "$("$old/kiln" build --project project --no-link named 2>err.old)" "$two"
find "$XDG_CACHE_HOME" -type f -exec sh -c 'head -c 40 "$1" >"$1.half" && mv "$1.half" "$1"' - {} \;
is "half a cache is none" "$("$new/kiln" build --project project --no-link named 2>err.new)" "$two"
verified "in the end"
