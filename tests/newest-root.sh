#!/bin/sh
# A root with the newest Nix, Debian unstable's, for KILN_NIX_UNSTABLE_ROOT: debootstrap unpacks it into
# DIR, from its own default mirror. What is there already stays; remove it for a newer one. Says why
# when it cannot, on the last line.
set -u
dir=${1:?"usage: $0 DIR"}
[ ! -x "$dir/usr/bin/nix-instantiate" ] || exit 0
no() {
	echo "$1"
	exit 1
}
[ "$(id -u)" = 0 ] || no "unpacking a root needs root"
command -v debootstrap >/dev/null || no "no debootstrap"
# Unpacked, not installed: no package's script needs to run for its programs to.
if debootstrap --foreign --variant=minbase --include=nix-bin sid "$dir.part" &&
	for deb in "$dir.part"/var/cache/apt/archives/*.deb; do
		dpkg-deb -x "$deb" "$dir.part" && rm "$deb" || exit 1
	done; then
	mv "$dir.part" "$dir"
	exit
fi
log=$(tail -n 1 "$dir.part/debootstrap/debootstrap.log" 2>/dev/null)
rm -rf "$dir.part"
no "debootstrap failed${log:+: $log}"
