#!/bin/sh
# The same paths and NAR hashes whoever builds, beside whose /nix, and under whatever umask, locale, time
# zone, number of CPUs and order of folders. Each build starts from sources, in a store of its own.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
shuffle="$KILN_BUILD/tests/full/libshuffle.so"
[ -e "$shuffle" ] || skip_all "no $shuffle"
plan 7
full_store
serve_sources 0
chmod 755 "$T"

# What is compared: the closure of comfyui has the rest, but busybox.
busybox=$(in_full build --no-link --expr "(import $top/pkgs { system = builtins.currentSystem; }).busyboxStatic" 2>"$T/log") ||
	cat "$T/log"
# shellcheck disable=SC2046 # a list of paths
hashes "$FULL" "$busybox" $(in_full store -qR "$comfyui") >"$T/expected"
ok "the closure has glibc, bash, python, numpy and an environment" awk '
	/-glibc-2/ { n++ } /-bash-5/ { n++ } /-python3-3[0-9.]*-env / { n++ } /-python3\.13-numpy-/ { n++ }
	END { exit n < 4 }' "$T/expected"

cat >"$T/variant" <<'SH'
# variant PROJECT TOP: builds, and prints name and NAR hash of everything
kiln=$KILN_BUILD/kiln
set -e
busybox=$("$kiln" build --no-link --expr "(import $2/pkgs { system = builtins.currentSystem; }).busyboxStatic")
comfyui=$("$kiln" build --no-link --project "$1" comfyui)
for path in "$busybox" $("$kiln" store -qR "$comfyui"); do
	echo "$path $("$kiln" store -q --hash "$path")"
done
"$kiln" store --verify --check-contents
SH

# Root in a root of the same folders, but with somebody else's /nix in it.
cat >"$T/foreign-nix" <<'SH'
set -e
r=$1; shift
mount -t tmpfs none "$r"
for entry in /*; do
	name=${entry#/}
	[ "$name" != nix ] || continue
	if [ -L "$entry" ]; then ln -s "$(readlink "$entry")" "$r/$name"
	elif [ -d "$entry" ]; then mkdir "$r/$name"; mount --rbind "$entry" "$r/$name"
	fi
done
mkdir -p "$r/nix/store/00000000000000000000000000000000-unrelated/bin" "$r/nix/var/nix/db" "$r/old"
echo theirs >"$r/nix/store/00000000000000000000000000000000-unrelated/bin/python3"
cd "$r"
pivot_root . old
umount -l /old
"$@"
status=$?
[ "$(cat /nix/store/*-unrelated/bin/python3)" = theirs ] && [ "$(ls /nix/store)" = 00000000000000000000000000000000-unrelated ]
exit $status
SH

# In memory a folder's order is another than on a disk; the preloaded library shuffles what kiln reads.
cat >"$T/perturbed" <<'SH'
set -e
mkdir -p "$KILN_STORE"
[ "$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)" -lt 8000000 ] || mount -t tmpfs -o size=6g none "$KILN_STORE"
umask 077
export LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8 TZ=Pacific/Kiritimati LD_PRELOAD="$SHUFFLE"
exec taskset -c 0 "$@"
SH

# same WHAT COMMAND…: its builds are those of the full store.
same() {
	what=$1
	shift
	if "$@" >"$T/got" 2>"$T/err"; then pass "$what: builds"; else fail "$what: builds" "$(tail -n 20 "$T/err")"; fi
	if cmp -s "$T/expected" "$T/got"; then
		pass "$what: the same hashes"
	else
		fail "$what: the same hashes" "$(diff "$T/expected" "$T/got" | head -n 20)"
	fi
	chmod -R u+w "$T/root" "$T/theirs" 2>/dev/null
	rm -rf "$T/root" "$T/theirs"
}

# A user without rights, whose store is below the home folder, and sees neither the checkout's results
# nor the full store.
if [ "$(id -u)" = 0 ]; then
	mkdir -p "$T/theirs/home"
	chown -R 65534:65534 "$T/theirs"
	same "as nobody" setpriv --reuid=65534 --regid=65534 --clear-groups env -u KILN_STORE -u XDG_CACHE_HOME \
		-u XDG_CONFIG_HOME HOME="$T/theirs/home" KILN_BUILD="$KILN_BUILD" sh "$T/variant" "$project" "$top"
else
	pass "as nobody: builds # SKIP not root"
	pass "as nobody: the same hashes # SKIP not root"
fi

mkdir -p "$T/other"
export KILN_BUILD
same "beside another /nix" unshare --user --map-root-user --mount sh "$T/foreign-nix" "$T/other" sh "$T/variant" "$project" "$top"

SHUFFLE=$shuffle
export SHUFFLE
same "perturbed" unshare --user --map-root-user --mount sh "$T/perturbed" sh "$T/variant" "$project" "$top"
stop_serving
