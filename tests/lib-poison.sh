# shellcheck shell=sh
# For tests/full, after lib.sh and lib-full.sh: a root with a closure of the store $FULL, whose host is a decoy
# or nothing at all.
#
# poison_possible: or else the script is skipped. poison_prepare SLOT_PATH: after $T/scratch/closure was written,
# a path a line. root KIND COMMAND…, traced WHAT COMMAND…: see below.
poison_possible() {
	unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
	command -v strace >/dev/null || skip_all "no strace"
	"${CC:-cc}" --version >/dev/null 2>&1 || skip_all "no C compiler"
}

poison_prepare() {
	SLOT_PATH=$1
	UNSHARE=$(command -v unshare)
	export SLOT_PATH UNSHARE
	mkdir "$T/r"
	# Libraries of the right names that end whoever loads them.
	echo '#include <stdlib.h>
		__attribute__((constructor)) static void loaded(void) { abort(); }' >"$T/abort.c"
	"${CC:-cc}" -shared -fPIC -o "$T/scratch/decoy.so" "$T/abort.c" || exit 1
cat >"$T/enter" <<'SH'
set -e
kind=$1 r=$2 full=$3 work=$4; shift 4
mount -t tmpfs none "$r"
mkdir -p "$r/nix/store" "$r/proc" "$r/dev" "$r/scratch"
while read -r path; do
	if [ -d "$full$path" ]; then mkdir "$r$path"; else : >"$r$path"; fi
	mount --bind "$full$path" "$r$path"
done <"$work/closure"
mount --rbind /proc "$r/proc"
mount --bind "$work" "$r/scratch"
if [ "$kind" = empty ]; then
	for device in urandom null; do : >"$r/dev/$device"; mount --bind /dev/$device "$r/dev/$device"; done
else
	mkdir "$r/sys"
	mount --rbind /dev "$r/dev"
	mount --rbind /sys "$r/sys"
	for folder in lib lib64 lib/x86_64-linux-gnu usr/lib usr/lib64 usr/lib/x86_64-linux-gnu usr/local/lib; do
		mkdir -p "$r/$folder"
		for name in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 ld-linux-x86-64.so.2 libgcc_s.so.1 \
			libstdc++.so.6 libz.so.1 libgomp.so.1 libgfortran.so.5 libssl.so.3 libcrypto.so.3 libffi.so.8 \
			libexpat.so.1 libsqlite3.so.0 libtorch.so libtorch_cpu.so libc10.so libpython3.13.so.1.0; do
			cp "$work/decoy.so" "$r/$folder/$name"
		done
	done
	mkdir -p "$r/bin" "$r/usr/bin" "$r/sbin" "$r/usr/share/zoneinfo" "$r/usr/lib/locale" "$r/etc/ssl/certs" \
		"$r/usr/lib/python3.13" "$r/usr/lib/python3/dist-packages" "$r/etc/python3.13"
	for program in sh bash python3 ldconfig gcc cc ld objdump uname file env; do
		printf 'not a program\n' >"$r/bin/$program"
		cp "$r/bin/$program" "$r/usr/bin/$program"
		chmod 755 "$r/bin/$program" "$r/usr/bin/$program"
	done
	cp "$r/bin/ldconfig" "$r/sbin/ldconfig"
	echo 'import os; os.abort()' | tee "$r/usr/lib/python3.13/os.py" "$r/usr/lib/python3/dist-packages/numpy.py" \
		"$r/etc/python3.13/sitecustomize.py" >/dev/null
	cp "$work/decoy.so" "$r/etc/decoy.so"
	echo /etc/decoy.so >"$r/etc/ld.so.preload"
	echo poison >"$r/etc/ld.so.cache"
	echo poison >"$r/etc/ssl/openssl.cnf"
	echo poison >"$r/etc/localtime"
fi
exec env -i HOME=/scratch TMPDIR=/scratch PATH=/usr/bin:/bin LANG=C.UTF-8 KILN_SLOT_PATH="$SLOT_PATH" \
	"$UNSHARE" --root="$r" --wd=/scratch "$@"
SH
}

prefix=
# root KIND COMMAND…: in a root with the closure, /proc, /dev and the work folder /scratch; "poisoned" has
# the decoys as well, "empty" has of /dev only urandom and null.
root() {
	kind=$1
	shift
	# shellcheck disable=SC2086 # prefix is a command line, or nothing
	timeout 300 $prefix unshare --user --map-root-user --mount sh "$T/enter" "$kind" "$T/r" "$FULL" "$T/scratch" "$@"
}

# What may be named beside the store, the kernel's folders and the work folder, and why:
#   the rest of /nix, where relocation lets the default folders of libraries miss; the folders on the way;
#   the host's own settings that libc and python ask for: names, time zone, mime types, terminals;
#   what av's and Pillow's wheels were built to look for.
allowed='/nix/|/proc/|/sys/|/dev/|/scratch/|/(nix|proc|sys|dev|scratch)?$'
allowed="$allowed|/etc/(resolv.conf|hosts|host.conf|nsswitch.conf|passwd|group|localtime|inputrc)\$"
allowed="$allowed|/(etc|etc/httpd|etc/httpd/conf|etc/apache|etc/apache2|usr/local/etc|usr/local/etc/httpd/conf|usr/local/lib/netscape)/mime.types\$"
allowed="$allowed|/tmp/vendor/etc/gnutls/config\$|/usr/local/lib/libfribidi.dylib\$|[^/]"

# traced WHAT COMMAND…: it works on the poisoned host, and names nothing but what is allowed there.
traced() {
	what=$1
	shift
	prefix="strace -f -qq -s 4096 -e trace=open,openat,execve,stat,lstat,newfstatat,access,faccessat,faccessat2,readlink,statx -o $T/trace"
	ok "$what" root poisoned "$@"
	prefix=
	awk -F'"' '/execve\("\/nix\/store/ { on = 1 } on && NF > 2 { print $2 }' "$T/trace" | grep -v '^$' | sort -u >"$T/named"
	is "$what: nothing of the host is named" "$(grep -vE "^($allowed)" "$T/named")" ""
	rm -f "$T/trace"
}
