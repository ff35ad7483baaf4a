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

plan 37

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

# What was updated is laid over the suite, in one run, and what moved is told.
echo "mirror.debian = file://$data/pockets" >"$KILN_CONF"
sed 's/^Suite: suite/Suite: suite\nPockets: security/' "$data/roots.control" >"$T/roots"
# relock [OPTION…]: over the lock that is there
relock() { kiln lock debian --roots "$T/roots" -o "$T/lock.json" --keyring "$data/pockets/keys.gpg" "$@"; }
cp "$data/lock.json" "$T/lock.json"
is "the lock is compared" "$(relock --check --quiet; echo "$?")" "amd64: lib 1.10-1 -> 1.10-1+security1
1"
ok "and stays" cmp "$data/lock.json" "$T/lock.json"
is "what moved" "$(relock --quiet)" "amd64: lib 1.10-1 -> 1.10-1+security1"
like "the higher version is locked, with its source" "$(cat "$T/lock.json")" \
	'"lib": {"version": "1.10-1.security1", "source": "library", "file": "pool/updates/'
like "and when each pocket was signed" "$(cat "$T/lock.json")" '"pockets": {"security": "Sat, 01 Jan 2022'
is "nothing moves twice" "$(relock --check --quiet; echo "$?")" 0
# A signature never ends: what was signed long ago is told.
sed 's/"date": "Sat, 01 Jan/"date": "Tue, 01 Feb/' "$T/lock.json" >"$T/later"
cp "$T/lock.json" "$T/earlier"
cp "$T/later" "$T/lock.json"
fails_like "an index from before the lock's" \
	"InRelease of 'suite': it is of Sat, 01 Jan 2022 00:00:00 UTC, and what is locked is newer: of Tue, 01 Feb 2022" relock
like "with the cure" "$out" "^hint: .*--accept-old goes back"
ok "leaves the lock" cmp "$T/later" "$T/lock.json"
sed 's/"security": "Sat, 01 Jan 2022/"security": "Sat, 01 Jan 2023/' "$T/earlier" >"$T/lock.json"
fails_like "a pocket's, too" "InRelease of 'suite-security': it is of .* newer: of Sat, 01 Jan 2023" relock
ok "unless going back is meant" relock --quiet --accept-old
ok "which it then does" cmp "$T/earlier" "$T/lock.json"
sed 's/"date": "Sat, 01/"date": "Sat, 32/' "$T/earlier" >"$T/lock.json"
fails_like "a date that is none" "the old lock's date is none: 'Sat, 32 Jan" relock
cp "$T/earlier" "$T/lock.json"
mkdir "$T/expired" && cp -r "$data/pockets/dists" "$T/expired/" && cp "$data/expired/dists/suite/InRelease" "$T/expired/dists/suite/"
echo "mirror.debian = file://$T/expired" >"$KILN_CONF"
fails_like "an index that is past its time" \
	"InRelease of 'suite': it is of Sat, 01 Jan 2022 00:00:00 UTC and was valid until Sat, 08 Jan 2022" relock
like "with its cure" "$out" "^hint: .*--accept-old takes it"
ok "unless it is meant" relock --quiet --accept-old
echo "mirror.debian = file://$data/pockets" >"$KILN_CONF"
sed 's/^Roots: app/Roots: lib, one-service/' "$T/roots" >"$T/roots2" && mv "$T/roots2" "$T/roots"
is "as JSON" "$(relock --quiet --json)" '[
  {"architecture": "amd64", "package": "app", "from": "2:1.0-1", "to": null, "otherBytes": false},
  {"architecture": "amd64", "package": "one-service", "from": null, "to": "1", "otherBytes": false},
  {"architecture": "amd64", "package": "other-service", "from": "1", "to": null, "otherBytes": false}
]'
sed 's/000022/000023/' "$T/lock.json" >"$T/other" && cp "$T/other" "$T/lock.json"
fails_like "other bytes under one version" "'lib' 1.10-1.security1 for 'amd64' has other bytes than the lock says" relock
ok "leave the lock" cmp "$T/other" "$T/lock.json"
is "unless they are meant" "$(relock --quiet --accept-changed)" "amd64: lib 1.10-1+security1 has other bytes"
rm "$T/lock.json" && ln -s lock.json "$T/lock.json"
fails_like "a lock that cannot be read" "cannot open '.*lock.json'" relock
ok "is not written over" test -L "$T/lock.json"
rm "$T/lock.json"
echo '{"architectures": {"amd64": {"lib": {"version": "1"}}}}' >"$T/lock.json"
fails_like "a lock that somebody wrote by hand" "the old lock: entry 'lib': it has no 'sha256'" relock
