# shellcheck shell=sh disable=SC2034,SC2016 # what is set here is read by the tests; an inner shell's words
# For what compares with real Nix: each nix-instantiate under one name, after lib.sh. None keeps what
# it writes.
#
# KILN_NIX_UNSTABLE_ROOT is an unpacked root with a Nix of today, as `./dev newest DIR` makes it: no
# package of a release brings one.
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
newest=${KILN_NIX_UNSTABLE_ROOT:-}

# need_2_8: where words and odd corners are compared, the version is part of the oracle.
need_2_8() {
	case $(nix-store --version) in
	*\ 2.8*) ;;
	*) no_oracle "$(nix-store --version) is not Debian 12's Nix 2.8" ;;
	esac
}
# need_no_chroot: Nix enters its first mount namespace again before it starts git or a shell, whose root
# is not that of a plain chroot.
need_no_chroot() {
	awk '$5 == "/" { there = 1 } END { exit !there }' /proc/self/mountinfo ||
		no_oracle "real Nix leaves a chroot whose / is no mount"
}
need_nix() {
	command -v python3 >/dev/null || skip_all "no python3"
	command -v nix-instantiate >/dev/null || skip_all "no nix-instantiate (Debian's nix-bin)"
}
# have_newest: or $why_not says why it cannot be asked.
have_newest() {
	why_not="KILN_NIX_UNSTABLE_ROOT names no root with nix-instantiate"
	[ -n "$newest" ] && [ -x "$newest/usr/bin/nix-instantiate" ] || return 1
	why_not="the newest Nix does not run here: it needs to mount its /usr over this one's"
	nix_newest --eval -E 1 >/dev/null 2>&1
}
skip() { pass "$1 # SKIP $2"; }

nix_old() { nix-instantiate --store dummy:// "$@"; }
# Its programs and libraries stand in for this system's within a mount namespace, where all other
# files, /proc too, stay what they are.
nix_newest() {
	unshare -m sh -c 'mount --bind "$0/usr" /usr && exec nix-instantiate "$@"' "$newest" \
		--store dummy:// --extra-experimental-features flakes "$@"
}
nix_kiln() { compat nix-instantiate "$@"; }

# The text of the last line that begins with "error:".
last_error() { sed -n 's/^ *error: //p' | tail -n 1; }
