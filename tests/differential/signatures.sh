#!/bin/sh
# Keys and signatures beside real Nix: each signs, and the other verifies, on one store.
. "$(dirname "$0")/../lib.sh"
command -v nix-store >/dev/null || skip_all "no nix-store (Debian's nix-bin)"
plan 13
cd "$T" || exit 1
export NIX_CONFIG='experimental-features = nix-command flakes
substituters =
build-users-group ='
# theirs_verify KEY PATH…: does Nix take what is registered as signed by KEY?
theirs_verify() {
	key=$1
	shift
	nix store verify --store "$KILN_STORE" --no-contents --sigs-needed 1 \
		--option trusted-public-keys "$key" "$@"
}
not() { ! "$@"; }

mkdir -p "$KILN_STORE/nix/store"
d=/nix/store/3jmiqxxd2z4ypk8am71rc6kffqzgma57-d t=/nix/store/2jmiqxxd2z4ypk8am71rc6kffqzgma57-t
echo dep >"$KILN_STORE$d"
echo hi >"$KILN_STORE$t"
# t refers to d and to itself.
printf '%s\n\n0\n%s\n\n2\n%s\n%s\n' $d $t $d $t | kiln store --register-validity

nix-store --generate-binary-cache-key theirs-1 theirs theirs.pub
chmod 600 theirs
ours_pub=$(kiln key generate -o ours ours-1 2>/dev/null)
is "both write secret keys alike" "$(sed 's/:.*//' ours; wc -c <ours)" "$(sed 's/theirs.*/ours-1/' theirs; wc -c <theirs | awk '{ print $1 - 2 }')"
is "Nix reads kiln's key" "$(nix key convert-secret-to-public <ours)" "$ours_pub"
ok "Nix sees no signature" not theirs_verify "$ours_pub" $t
ok "kiln signs" kiln key sign -r -k ./ours $t
ok "Nix verifies" theirs_verify "$ours_pub" -r $t
ok "Nix refuses it for another key of that name" not theirs_verify "$(kiln key generate -o other ours-1 2>/dev/null)" $t
ok "kiln signs with Nix's key" kiln key sign -k ./theirs $d
ok "Nix verifies that" theirs_verify "$(cat theirs.pub)" $d
ok "Nix signs beside" nix store sign --store "$KILN_STORE" -k theirs $t
ok "kiln verifies both" kiln key verify -n 2 -k "$ours_pub" -k ./theirs.pub $t
is "both are there" "$(nix path-info --store "$KILN_STORE" --sigs $t | grep -o '[a-z]*-1:' | grep -c .)" 2
kiln store --export $d $t >closure
nix-store --store "$T/apart" --import --option require-sigs false <closure >/dev/null 2>&1
ok "Nix signs a copy in its own store" nix store sign --store "$T/apart" -k theirs -r $t
is "with the same signature" "$(nix path-info --store "$T/apart" --sigs $t | grep -o 'theirs-1:.*')" \
	"$(nix path-info --store "$KILN_STORE" --sigs $t | grep -o 'theirs-1:.*')"
