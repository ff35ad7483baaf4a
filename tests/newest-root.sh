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
mkdir -p "$dir.part" || exit 1
# What it mounts goes with the namespace.
if unshare -m debootstrap --variant=minbase --include=nix-bin sid "$dir.part"; then
	mv "$dir.part" "$dir"
	exit
fi
log=$(tail -n 1 "$dir.part/debootstrap/debootstrap.log" 2>/dev/null)
rm -rf "$dir.part"
no "debootstrap failed${log:+: $log}"
