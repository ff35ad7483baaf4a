#!/bin/sh
# The cases of functional/restrict beside a Nix of today: what it answers is what the cases expect.
# KILN_NIX_UNSTABLE_ROOT is an unpacked root that has one.
# shellcheck disable=SC2016
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")/../functional/restrict" && pwd)
# shellcheck source=tests/functional/restrict/tree.sh
. "$here/tree.sh"
root=${KILN_NIX_UNSTABLE_ROOT:-}
if [ -z "$root" ] || [ ! -x "$root/usr/bin/nix-instantiate" ]; then no_oracle "KILN_NIX_UNSTABLE_ROOT names no root with nix-instantiate"; fi
[ "$(id -u)" = 0 ] || skip_all "only root can enter another root"
plan 2

# In the other root the scratch folder is /tmp, in a namespace of its own: nothing is written there.
restrict_tree "$T/tree"
ln -sfn /tmp/tree/closed "$T/tree/open/absolute"
nix_says() {
	if out=$(unshare --mount sh -c 'root=$1 from=$2 && shift 2 && mount --bind "$from" "$root/tmp" && mount --rbind /proc "$root/proc" && exec chroot "$root" "$@"' sh "$root" "$T" \
		nix-instantiate --store 'dummy://' --extra-experimental-features 'flakes fetch-tree' --eval --strict "$@" 2>"$T/err"); then
		printf '%s\n' "$out"
	else
		grep -E '^ *error:' "$T/err" | tail -n 1 | sed 's/^ *//'
	fi
}
tab=$(printf '\t')
sed "s|@|/tmp/tree|g" "$here/cases" >"$T/all"
while IFS="$tab" read -r mode expression _; do
	case $mode in
	r) flag=--restrict-eval ;;
	p) flag=--pure-eval ;;
	n) flag=--impure ;;
	*) continue ;;
	esac
	printf '%s\t%s\t%s\n' "$mode" "$expression" "$(nix_says "$flag" -I "open=/tmp/tree/open" -E "$expression")"
done <"$T/all" >"$T/theirs"
grep '^[rpn]	' "$T/all" >"$T/ours"
count=$(wc -l <"$T/theirs")
if [ "$count" -gt 100 ]; then pass "$count cases"; else fail "$count cases, expected more than a hundred"; fi
if difference=$(diff "$T/ours" "$T/theirs"); then pass "Nix says the same"; else fail "Nix says the same" "$difference"; fi
