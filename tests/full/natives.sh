#!/bin/sh
# Native packages, built from the lock: the NAR hashes that builtin:kiln-deb-1 must always give
# (natives.golden), programs in a root that has nothing but their closure, and DESIGN's rule 6: under a
# host whose /usr, /lib and /etc are decoys, every file that is opened is on a list: by python and torch, and
# by each package of natives.tsv, doing there what it is for.
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
export KILN_DATA_DIR="$top"

unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
command -v strace >/dev/null || skip_all "no strace"

# build EXPRESSION…: store paths of attributes of the set
build() {
	for attr in "$@"; do
		compat nix-build --no-out-link -E "with import $top/pkgs { system = builtins.currentSystem; }; $attr" ||
			return
	done
}

# in_root ROOTS COMMAND…: in an empty root with the closure of ROOTS, /dev, /proc and decoys that no
# program can use: folders in place of the libraries and files that a host has.
in_root() {
	roots=$1
	shift
	# shellcheck disable=SC2086 # a list of paths
	closure=$(compat nix-store -qR $roots) || return
	export closure KILN_STORE shell
	# shellcheck disable=SC2016 # for the inner shell
	# shellcheck disable=SC2086 # prefix is a command line, or nothing
	$prefix unshare --user --map-root-user --mount sh -c '
		set -e
		r=$1; shift
		mkdir -p "$r/nix/store" "$r/tmp" "$r/dev" "$r/proc" "$r/sys" "$r/lib/x86_64-linux-gnu/libm.so.6" \
			"$r/lib64/ld-linux-x86-64.so.2" "$r/usr/lib/x86_64-linux-gnu/libstdc++.so.6" \
			"$r/usr/lib/locale" "$r/usr/share/zoneinfo" "$r/etc"
		echo decoy >"$r/etc/ld.so.preload"
		if [ -n "$shell" ]; then
			mkdir -p "$r/bin"
			: >"$r/bin/sh"
			mount --bind "$KILN_STORE$shell" "$r/bin/sh"
			echo "root:x:0:0::/tmp:/bin/sh" >"$r/etc/passwd"
		fi
		for p in $closure; do
			mkdir -p "$r$p"
			[ -d "$KILN_STORE$p" ] || { rmdir "$r$p"; : >"$r$p"; }
			mount --bind "$KILN_STORE$p" "$r$p"
		done
		mount --rbind /dev "$r/dev"
		mount --rbind /proc "$r/proc"
		mount --rbind /sys "$r/sys"
		exec env -i HOME=/tmp TERM=xterm LANG=C.UTF-8 "$(command -v chroot)" "$r" "$@"' sh "${root:-$T/r}" "$@"
}

rows=$(grep -c -v '^#' "$here/natives.tsv")
plan $((12 + 1 + rows + 14))
prefix='' shell='' root=''

names='bash coreutils gnugrep gawk debian.openssl glibc debian.python313 debian.torchCpu debian.torchvisionCpu debian.torchaudioCpu'
# shellcheck disable=SC2086 # a list of names
if paths=$(build $names 2>"$T/log"); then pass "builds"; else fail "builds" "$(tail -n 20 "$T/log")"; fi
for p in $paths; do
	echo "${p#/nix/store/*-} $(compat nix-store -q --hash "$p")"
done >"$T/hashes"
ok "gives the golden hashes" diff "$here/natives.golden" "$T/hashes"

python=$(build debian.python313)
# shellcheck disable=SC2016 # a dollar of awk
is "programs run in an empty root" \
	"$(in_root "$(build gawk)" "$(build gawk)/bin/awk" 'BEGIN { printf "%d", 6 * 7 }' 2>&1)" 42
ok "python has its extension modules" in_root "$python" "$python/bin/python3" -c \
	'import bz2, ctypes, curses, decimal, hashlib, lzma, readline, sqlite3, ssl, uuid, zlib, locale
locale.setlocale(locale.LC_ALL, "")
assert ssl.create_default_context().cert_store_stats()["x509_ca"] > 100'
like "ctypes finds libraries in the store" "$(in_root "$python" "$python/bin/python3" -c \
	'import ctypes.util; print(ctypes.util.find_library("c"))' 2>&1)" '^/nix/store/.*/lib/libc.so.6$'
ok "a venv has pip" in_root "$python" "$python/bin/python3" -c \
	'import subprocess, venv
venv.create("/tmp/venv", with_pip=True, symlinks=True)
subprocess.run(["/tmp/venv/bin/pip", "--version"], check=True)'

# What is missing is told when a package is built, not when it runs.
gawk() {
	compat nix-build --no-out-link -E "with import $top/pkgs { system = builtins.currentSystem; };
		derivation (gawk.drvAttrs // { deps = map (p: p.outPath) ($1); rules = \"$2\"; })"
}
all='with debian.packages; [ libmpfr6 libgmp10 libsigsegv2 bash ]'
fails_like "a library that no dependency has" "'bin/gawk': it needs 'libreadline.so.8', which neither" \
	gawk "$all" 'drop\tbin/gawkbug'
fails_like "a script whose program no dependency has" "'bin/gawkbug' is a script for 'sh', which no" \
	gawk '[ ]' ''
partial=$(gawk "$all" 'drop\tbin/gawkbug\nmissing\tlibreadline.so.8\nsearch\tbin/gawk\tlib/extra' 2>"$T/log")
like "a library that is missing on purpose, and a folder to search" \
	"$(in_root "$partial $(build patchelf)" "$(build patchelf)/bin/patchelf" --print-rpath "$partial/bin/gawk" 2>&1)" \
	":$partial/lib/extra\$"

env=$(build 'python3.withPackages (p: with p; [ numpy scipy pillow av aiohttp tokenizers sympy networkx jinja2 filelock fsspec typing-extensions setuptools ])')
slots=$(build debian.torchCpu debian.torchvisionCpu debian.torchaudioCpu)
cat >"$T/program.py" <<'PY'
import sys
sys.path += sys.argv[1:]
import PIL.Image, aiohttp, av, ctypes.util, locale, numpy, scipy.linalg, ssl, time, tokenizers, zoneinfo
import torch, torchaudio, torchvision
a = torch.randn(32, 32)
assert torch.linalg.svd(a @ a)[1].shape == (32,)
assert torch.nn.functional.conv2d(torch.ones(1, 3, 8, 8), torch.ones(4, 3, 3, 3)).shape == (1, 4, 6, 6)
assert torch.from_numpy(numpy.ones(3)).sum() == 3
assert torchvision.io.encode_png(torch.zeros(3, 8, 8, dtype=torch.uint8)).numel() > 50
ctypes.util.find_library("c"), zoneinfo.ZoneInfo("Europe/Berlin"), time.localtime()
ssl.create_default_context()
outside = [m for m in open("/proc/self/maps").read().split() if m.startswith("/") and not m.startswith("/nix/store/")]
assert not outside, outside
PY
mkdir -p "$T/r/tmp" && cp "$T/program.py" "$T/r/tmp/"
folders=
for p in $slots; do folders="$folders $p/lib/python3.13/site-packages"; done
prefix="strace -f -qq -s 4096 -e trace=open,openat,execve -o $T/trace"
# shellcheck disable=SC2086 # lists of paths
ok "numpy, scipy, PIL, av, aiohttp, tokenizers and torch run there" \
	in_root "$env $slots" "$env/bin/python3" /tmp/program.py $folders

# What they opened: the store and the empty part of /nix beside it, the kernel, devices, temporary files,
# the host's own settings; and one name of another system that Pillow tries.
allowed='/nix/|/proc/|/sys/(devices/system/(cpu|node)|fs/cgroup|kernel/mm)|/dev/|/tmp(/|$)'
allowed="$allowed|/etc/(resolv.conf|hosts|host.conf|nsswitch.conf|passwd|group|localtime|inputrc)\$"
allowed="$allowed|/usr/local/lib/libfribidi.dylib\$|[^/]"
# opened: what the last traced program opened
opened() { awk -F'"' '/execve\("\/nix\/store/ { on = 1 } on && /open/ { print $2 }' "$T/trace" | sort -u; }
opened >"$T/opened"
ok "the trace has what python opened" grep -q '/libtorch_cpu.so' "$T/opened"
is "nothing else of the host is opened" "$(grep -vE "^($allowed)" "$T/opened")" ""

# The table. As in a build, /bin/sh is the static busybox; the host's settings of git, users and mail are its own.
prefix="strace -f -qq -s 4096 -e trace=open,openat,execve -o $T/trace"
allowed="$allowed|/(bin/sh|proc)?\$|/etc/(gitconfig|netsvc.conf|svc.conf|gitattributes|mailname|login.defs|default/useradd)\$"
grep -v '^#' "$here/natives.tsv" >"$T/rows"
names=$(printf 'bash\ncoreutils\nglibc\nbusybox\n%s' "$(cut -f 1 "$T/rows" | tr ' ' '\n')" | sort -u)
terminfo=debian.ncurses
# variable NAME: of an attribute
variable() { printf %s "$1" | tr '.-' '__'; }
{
	# shellcheck disable=SC2016 # dollars of Nix
	echo 'with import '"$top"'/pkgs { system = builtins.currentSystem; }; let terminfo = debian.ncurses; in "" + '"''"
	for name in terminfo $names; do echo "$(variable "$name")=\${$name}"; done
	echo "''"
} >"$T/names.nix"
# shellcheck disable=SC2086 # a list of names
if build $terminfo $names >"$T/paths" 2>"$T/log" && kiln eval --raw --file "$T/names.nix" >"$T/variables" 2>>"$T/log"; then
	pass "builds what the table names"
else
	fail "builds what the table names" "$(tail -n 20 "$T/log")"
fi
# path NAME: of an attribute
path() { sed -n "s/^$(variable "$1")=//p" "$T/variables"; }
shell=$(path busybox)/bin/busybox
count=0
tab=$(printf '\t')
while IFS=$tab read -r attrs command want; do
	count=$((count + 1))
	root=$T/root/$count
	mkdir -p "$root"
	paths='' folders=''
	for name in $attrs bash coreutils; do
		paths="$paths $(path "$name")"
		folders="$folders:$(path "$name")/bin"
	done
	# shellcheck disable=SC2046 # words
	got=$(in_root "$paths $(path terminfo) $(path glibc)" "$(path coreutils)/bin/env" $(cat "$T/variables") PATH="${folders#:}" \
		LOCPATH="$(path glibc)/lib/locale" "$(path bash)/bin/bash" -c "cd /tmp; $command" 2>&1 </dev/null)
	outside=$(opened | grep -vE "^($allowed)")
	if [ -n "$outside" ]; then
		fail "$attrs, row $count" "$command" "opens $outside"
	else
		like "$attrs, row $count" "$got" "$want"
	fi
	rm -rf "${root:?}"
done <"$T/rows"

# What recipes make of the libraries: it runs there, and nothing that only builds is in its closure.
while IFS='|' read -r name want; do
	root=$T/root/$name
	mkdir -p "$root"
	path=$(compat nix-build --no-out-link "$here/libraries.nix" -A "$name" 2>"$T/log") || tail -n 20 "$T/log" >&2
	is "$name: what is built runs on a poisoned host" "$(in_root "$path" "$path/bin/check" 2>&1 </dev/null)" "$want"
	is "$name: its closure has nothing that builds" \
		"$(compat nix-store -qR "$path" | grep -E -- '-dev-|[0-9a-z]{32}-(gcc-[0-9]|gcc-wrapper|binutils|cmake|meson|perl|pkgconf|stdenv)')" ""
done <<'END'
pkgconfig|1 32 1
plain|1 32 1
cmake|-211111
meson|2 61 5
autotools|1 1
programs|{"frames":5}
servers|0 29.0.0
END
