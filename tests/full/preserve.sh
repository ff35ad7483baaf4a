#!/bin/sh
# Sources that never vanish: two releases of ComfyUI from .flox/sources alone, in a fresh store without a
# network, to the same bits; the same from one kit by the kiln in it, in a root without any file of this
# machine; and how long a check of what is vendored takes beside sha256sum. $KILN_FULL_STORE, where it is
# there, is what is compared with; else that is built first, from mirrors.
# shellcheck source=tests/lib.sh
full=${KILN_FULL_STORE:-}
. "$(dirname "$0")/../lib.sh"
unshare -rmn true 2>/dev/null || skip_all "no namespaces here"
plan 10
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$T" || exit 1
export KILN_STORE="${full:-$T/root}"
unset KILN_DATA_DIR
# Of kiln's own tree, so that there is no pin; what git tracks, and nothing else.
mkdir tree && git -C "$root" ls-files -z comfyui pkgs | (cd "$root" && xargs -0 tar -cf - --ignore-failed-read) | tar -xf - -C tree
KILN_DATA_DIR=$T/tree
export KILN_DATA_DIR
cd tree/comfyui || exit 1
cp -r .flox/sources "$T/committed"

ok "0.3.75 is vendored" kiln vendor comfyui --natives
ok "and 0.3.52" kiln vendor comfyui --release 0.3.52 --natives
is "as it is committed" "$(diff -r "$T/committed" .flox/sources | grep -v "^Only in .flox/sources")" ""
new=$(kiln build --no-link comfyui)
old=$(kiln build --no-link comfyui --release 0.3.52)
hashes() { for path in $(compat nix-store -qR "$new" "$old"); do echo "$path $(compat nix-store -q --hash "$path")"; done | sort; }
hashes >"$T/expected"

# Every origin is one that has nothing, and the network has nobody.
printf 'mirror.pypi = http://127.0.0.1:9/simple\nmirror.debian = http://127.0.0.1:9/debian\n' >"$T/kiln.conf"
export KILN_CONF="$T/kiln.conf"
origin=$KILN_STORE
export KILN_STORE="$T/fresh"
ok "it builds from there alone" unshare -rmn "$KILN_BUILD/kiln" build --no-link comfyui
ok "the older release, too" unshare -rmn "$KILN_BUILD/kiln" build --offline --no-link comfyui --release 0.3.52
is "every path of both to the same bits" "$(hashes | diff - "$T/expected")" ""
chmod -R u+w "$KILN_STORE" && rm -rf "$KILN_STORE" "$XDG_CACHE_HOME"

KILN_STORE=$origin kiln kit make comfyui comfyui@0.3.52 -o "$T/kit" >/dev/null 2>&1
ok "a kit of both" kiln kit verify "$T/kit"
# A root with the kit, its kiln and nothing else: no shell, no library.
mkdir -p "$T/bare/proc" "$T/bare/dev" "$T/bare/tmp" "$T/bare/s"
tar --zstd -xf "$T/kit" -C "$T/bare" kiln
mv "$T/kit" "$T/bare/"
# In a changed root only the machine's own root makes namespaces.
if [ "$(id -u)" = 0 ]; then
	is "is built by its own kiln where there is nothing else" "$(unshare -mn --fork --pid sh -c "mount -t proc proc '$T/bare/proc' && mount --rbind /dev '$T/bare/dev' &&
	exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp TMPDIR=/tmp KILN_STORE=/s chroot '$T/bare' /kiln/bin/kiln kit rebuild /kit" 2>"$T/err")" \
		"$(wc -l <"$T/expected") of $(wc -l <"$T/expected") paths were built to the same bits"
else
	pass "is built by its own kiln where there is nothing else # SKIP not root"
fi

# ---- time ----
took() { python3 -c 'import subprocess, sys, time
best = 9e9
for _ in range(5):
    t = time.monotonic(); subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); best = min(best, time.monotonic() - t)
print(round(best * 1000))' "$@"; }
export KILN_STORE="$origin"
kiln vendor --check >/dev/null 2>&1
ours=$(took "$KILN_BUILD/kiln" vendor --check)
theirs=$(cd .flox/sources && took sha256sum -c --quiet SHA256SUMS.txt)
echo "# vendor --check $ours ms, sha256sum -c $theirs ms"
ok "a check takes at most 1.2 of sha256sum's time" test $((ours * 10)) -le $((theirs * 12))
ok "and finds all well" kiln vendor --check
