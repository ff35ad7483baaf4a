#!/bin/sh
# Checkouts of nixpkgs beside real Nix: every attribute that Nix can instantiate, thousands of them, has
# the same derivation path with kiln. KILN_NIXPKGS names the checkouts, with colons between; LIMIT is how
# many attributes of a set are looked at (0: all).
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../lib-nix.sh"
[ -n "${KILN_NIXPKGS:-}" ] || no_oracle "KILN_NIXPKGS names no checkout of nixpkgs"
need_nix
checkouts=$(echo "$KILN_NIXPKGS" | tr : '\n')
plan "$(echo "$checkouts" | wc -l)"

# Each evaluator as a command.
cat >"$T/newest" <<EOF
unshare -m sh -c 'mount --bind "\$0/usr" /usr && exec nix-instantiate "\$@"' '$newest' --store dummy:// "\$@"
EOF
set -- "nix-instantiate --store dummy://"
if have_newest; then set -- "$@" "sh $T/newest"; else echo "# $why_not"; fi
# Some take parts from another nixpkgs, which they fetch: these parts fail, and both catch it.
mkdir "$T/nixpkgs"
echo '{ ... }: { fetchFromGitHub = _: throw "nothing is fetched"; }' >"$T/nixpkgs/default.nix"
export NIX_PATH="nixpkgs=$T/nixpkgs"

for checkout in $checkouts; do
	python3 "$here/nixpkgs.py" "$checkout" "${LIMIT:-0}" "$KILN_BUILD/compat/nix-instantiate" "$@" >"$T/report"
	status=$?
	grep '^#' "$T/report"
	if [ "$status" = 0 ]; then
		pass "$(basename "$checkout"): $(tail -n 1 "$T/report")"
	else
		fail "$(basename "$checkout"): $(tail -n 1 "$T/report")" "$(grep -v '^#' "$T/report" | head -n 40)"
	fi
done
