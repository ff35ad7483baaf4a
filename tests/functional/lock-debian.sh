#!/bin/sh
# kiln lock debian over a mirror of its own, signed by two keys that were made for this test. A machine
# knows the first: gpgv then fails by its exit code, for want of the second, and is right all the same.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

command -v gpgv >/dev/null || skip_all "gpgv is not installed"
data=$(cd "$(dirname "$0")/lock-debian" && pwd)
export KILN_CONF="$T/kiln.conf"
echo "mirror.debian = file://$T/mirror" >"$KILN_CONF"
cp -r "$data/mirror" "$T/mirror"
release=$T/mirror/dists/suite/InRelease
packages=$T/mirror/dists/suite/main/binary-amd64/Packages.xz

# lock [ROOTS [KEYRING]]
# shellcheck disable=SC2120 # they are passed through ok and fails_like
lock() {
	rm -f "$T/lock.json"
	kiln lock debian --roots "${1:-$data/roots.control}" -o "$T/lock.json" --keyring "${2:-$data/first.gpg}"
}
# restore: the mirror as it was
restore() { cp "$data/mirror/dists/suite/InRelease" "$release"; }

plan 14

if gpgv --keyring "$data/first.gpg" "$release" 2>/dev/null; then
	fail "gpgv's exit code counts the absent key"
else
	pass "gpgv's exit code counts the absent key"
fi
ok "one valid signature is enough" lock
ok "gives the lock" diff "$data/lock.json" "$T/lock.json"
ok "and beside it what people are told" grep -q packages "$T/about.json"

sed 's/^Version: 1.0/Version: 6.6/' "$data/mirror/dists/suite/InRelease" >"$release"
fails_like "a changed text" "InRelease of 'suite': its signature is bad: BADSIG" lock
ok "leaves no lock" test ! -e "$T/lock.json"
sed '/^-----BEGIN PGP SIG/,$d; /^-----BEGIN/d; /^Hash:/d' "$data/mirror/dists/suite/InRelease" >"$release"
fails_like "an unsigned text" "no key of the archive signed it" lock
{
	printf 'Version: 6.6\nSHA256:\n\n'
	cat "$data/mirror/dists/suite/InRelease"
} >"$release"
# shellcheck disable=SC2119
lock >/dev/null 2>&1
is "text before the signed one is never read" "$(grep -s -c 6.6 "$T/lock.json" || true)" 0
restore

: >"$T/empty.gpg"
fails_like "a keyring without the key" "no key of the archive signed it" lock "" "$T/empty.gpg"
fails_like "no keyring" "cannot read the keyring '$T/none.gpg'" lock "" "$T/none.gpg"

xz -dc "$packages" | sed 's/Size: 100/Size: 101/' | xz >"$T/other.xz"
cp "$T/other.xz" "$packages"
fails_like "an index that the release does not vouch for" "specified:|expected|size" lock
cp "$data/mirror/dists/suite/main/binary-amd64/Packages.xz" "$packages"

sed 's/^Suite: suite/Suite: another/' "$data/roots.control" >"$T/roots"
fails_like "a suite that the mirror does not have" "another" lock "$T/roots"
mkdir -p "$T/mirror/dists/another" && cp "$release" "$T/mirror/dists/another/"
fails_like "a mirror that answers with another suite" \
	"the mirror answers for 'another' with the suite 'suite'" lock "$T/roots"
sed '/^Prefer/d' "$data/roots.control" >"$T/roots"
fails_like "a choice that is left open" "'service' is provided by several packages" lock "$T/roots"
