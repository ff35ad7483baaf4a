#!/bin/sh
# The set's compiler by recipes as people write them (cc.nix): what is built runs in a root that has nothing
# but its closure and decoys, and nothing of the compiler is in that; the compiler finds nothing of its host.
# $KILN_CC_STORE is a store to build in, which stays.
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
export KILN_DATA_DIR="${here%/tests/full}"
unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
[ -z "${KILN_CC_STORE:-}" ] || KILN_STORE=$KILN_CC_STORE
plan 65

build() { compat nix-build --no-out-link "$here/cc.nix" -A "$1" 2>"$T/log" || { tail -n 20 "$T/log" >&2 && false; }; }

# in_root PATH COMMAND…: a root with PATH's closure, and folders and texts where a host has its libraries,
# programs and headers.
in_root() {
	closure=$(compat nix-store -qR "$1") || return
	shift
	scratch=$T/scratch
	mkdir -p "$scratch"
	export closure scratch KILN_STORE
	# shellcheck disable=SC2016 # for the inner shell
	# shellcheck disable=SC2086 # prefix is a command line, or nothing
	$prefix unshare --user --map-root-user --mount sh -c '
		set -e
		r=$1; shift
		mkdir -p "$r"
		mount -t tmpfs none "$r"
		mkdir -p "$r/nix/store" "$r/tmp" "$r/scratch" "$r/dev" "$r/proc" "$r/lib/x86_64-linux-gnu/libc.so.6" "$r/bin" \
			"$r/lib64/ld-linux-x86-64.so.2" "$r/usr/lib/x86_64-linux-gnu/libstdc++.so.6" "$r/usr/include" "$r/etc"
		for program in sh gcc cc ld as; do echo decoy >"$r/bin/$program"; chmod +x "$r/bin/$program"; done
		echo decoy | tee "$r/etc/ld.so.preload" "$r/etc/ld.so.cache" "$r/usr/include/stdio.h" >/dev/null
		for p in $closure; do
			if [ -d "$KILN_STORE$p" ]; then mkdir -p "$r$p"; else : >"$r$p"; fi
			mount --bind "$KILN_STORE$p" "$r$p"
		done
		mount --rbind /dev "$r/dev"
		mount --bind "$scratch" "$r/scratch"
		mount --rbind /proc "$r/proc"
		exec env -i HOME=/tmp PATH=/bin "$(command -v chroot)" "$r" "$@"' sh "$T/r" "$@"
}

prefix=
while IFS='|' read -r name expected; do
	path=$(build "builds.$name") || path=/none
	is "$name runs on a poisoned host" "$(in_root "$path" "$path/bin/check" 2>&1)" "$expected"
	is "$name: its closure has no compiler" \
		"$(compat nix-store -qR "$path" | grep -E -- '-(gcc-[0-9]|gcc-wrapper|binutils|glibc-dev|stdenv)')" ""
done <<'END'
plain|plain
libraries|libraries
cxx|cxx
assertions|assertions
included|included
fortran|fortran
another|hello from afar
static|static
lto|lto
archive|archive
cmake|cmake 1.3.1
meson|meson 1.3.1
autotools|autotools 1.3.1
hello|Hello, world!
END
big=$(build big)
like "cppcheck runs there" "$(in_root "$big" "$big/bin/cppcheck" --version 2>&1)" '^Cppcheck 2.17.1$'
is "cppcheck: its closure has no compiler" "$(compat nix-store -qR "$big" | grep -cE -- '-(gcc-[0-9]|gcc-wrapper|binutils|glibc-dev|stdenv)')" 0
zlib=$(build builds.zlib)
like "zlib's own test runs there" "$(in_root "$zlib" "$zlib/bin/check" 2>&1)" 'inflate\(\): hello, hello!'

build outputs.all >"$T/outputs"
{ read -r out && read -r dev && read -r debug; } <"$T/outputs"
is "the library is in its output" "$(cd "$KILN_STORE$out" && find lib -name 'libz.so*' | sort | tr '\n' ' ')" \
	"lib/libz.so lib/libz.so.1 lib/libz.so.1.3.1 "
is "headers and pkg-config's file are in dev" "$(cd "$KILN_STORE$dev" && find include lib -type f | sort | tr '\n' ' ')" \
	"include/zconf.h include/zlib.h lib/pkgconfig/zlib.pc "
is "dev brings the library" "$(cat "$KILN_STORE$dev/nix-support/propagated-build-inputs")" "$out"
id=$(readelf -n "$KILN_STORE$out/lib/libz.so.1.3.1" | sed -n 's/.*Build ID: //p')
debug_file=$KILN_STORE$debug/lib/debug/.build-id/$(echo "$id" | cut -c1-2)/$(echo "$id" | cut -c3-).debug
like "debug information is in debug" "$(readelf -S "$debug_file" 2>&1)" ' \.debug_info '
is "and not in the library" "$(readelf -S "$KILN_STORE$out/lib/libz.so.1.3.1" | grep -c '\.debug_info')" 0
is "which knows its own folder, and glibc's" \
	"$(readelf -d "$KILN_STORE$out/bin/check" | sed -n 's/.*path: \[\(.*\)\]/\1/p' | tr : '\n' | sed 's/.*-\(glibc\|zlib\)/\1/' | tr '\n' ' ')" \
	"zlib-1.3.1/lib glibc-2.41/lib "
symbols=$(readelf -W --dyn-syms "$KILN_STORE$(build builds.libraries)/bin/check")
like "calls are fortified" "$symbols" '__memcpy_chk|__puts_chk|__stack_chk_fail'
like "and bound at start" "$(readelf -d "$KILN_STORE$(build builds.plain)/bin/check")" BIND_NOW

host=$KILN_STORE$(build host)
is "headers are searched in the store only" \
	"$(sed -n '/search starts/,/End of search/s/^ //p' "$host/search" | grep -v '^/nix/store/')" ""
is "libraries, too" "$(sed -n 's/^attempt to open \(.*\) \(succeeded\|failed\)/\1/p' "$host/link" | grep -vE '^(/nix/store/|/build/|[^/])')" ""
like "a file of the host is no input" "$(cat "$host/impure")" "impure path '/usr/lib/x86_64-linux-gnu/libc.so.6' used in link"
like "-march=native is left out" "$(cat "$host/link")" "'-march=native' is left out"

# The compiler by itself, in that root: what it opens.
compiler=$(build compiler)
mkdir -p "$T/scratch"
printf '#include <iostream>\nextern "C" void hi_();\nint main() { std::cout << "mixed" << std::endl; hi_(); }\n' >"$T/scratch/a.cc"
printf '      subroutine hi\n      print *, 6 * 7\n      end\n' >"$T/scratch/b.f"
prefix="strace -f -qq -s 4096 -e trace=open,openat,execve,stat,lstat,newfstatat,access,faccessat,faccessat2,readlink,statx -o $T/trace"
ok "three languages, in a root of decoys" in_root "$compiler" "$compiler/bin/gfortran" -O2 -flto /scratch/a.cc /scratch/b.f -lstdc++ -o /scratch/mixed
prefix=
is "and what they make" "$(in_root "$compiler" /scratch/mixed | tr -d '\n ')" mixed42
awk -F'"' '/execve\("\/nix\/store/ { on = 1 } on && NF > 2 { print $2 }' "$T/trace" | grep -v '^$' | sort -u >"$T/named"
ok "the trace has what was compiled" grep -q '/glibc-dev-.*/stdio.h\|-gcc-.*/iostream' "$T/named"
# collect2 looks for what it calls nm and strip on PATH, and for options as if they were files
is "nothing of the host is named" "$(grep -vE '^(/nix/|/proc/|/sys/|/dev/|/scratch|/tmp|[^/]|/$|/nix$|/-l|/bin/g(nm|strip)$)' "$T/named")" ""

words=$KILN_STORE$(build words)
# position WORD FILE
position() { grep -nxF -e "  $1" "$2" | head -n 1 | cut -d: -f1; }
ok "words before and after the user's" test "$(position -DBEFORE "$words/compile")" -lt "$(position a.c "$words/compile")" -a \
	"$(position a.c "$words/compile")" -lt "$(position -DAFTER "$words/compile")"
is "what is disabled is not said" "$(grep -cE 'fzero-call|FORTIFY' "$words/compile")" 0
is "nothing is linked where nothing is asked for" "$(grep -c -e -Wl "$words/compile")" 0
ok "linking, NIX_LDFLAGS and NIX_CFLAGS_LINK are told" test "$(position -pthread "$words/link")" -gt 0 -a "$(position -Wl,-lm "$words/link")" -gt 0
is "the linker is not told twice" "$(grep -cx '  -lm' "$words/link")" 1
is "a response file is understood, and stays" "$(grep -cxF '  @response' "$words/response.words")-$(grep -c -e -Wl "$words/response.words")" 1-0
is "-v alone is told nothing" "$(sed -n '/^extra flags after/{n;p;}' "$words/version" | cut -c1-5)" Using
like "-print-file-name answers" "$(cat "$words/file")" '^/nix/store/.*-glibc-dev-.*/lib/libc.so$'
is "another role's flags are not told" "$(grep -c BUILD "$words/build")" 0
is "NIX_DONT_SET_RPATH" "$(readelf -d "$words/bare" | grep -c 'path:.*glibc')-$(readelf -d "$words/a" | grep -c 'path:.*glibc')" 0-1

like "a recipe that names the compiler keeps it" "$(cat "$KILN_STORE$(build wrapper)/bin/check")" 'gcc-wrapper-.*/bin/cc'
while IFS='|' read -r name what pattern; do
	fails_like "$what" "$pattern" build "fail.$name"
done <<'END'
trace|one that has its name by mistake is an error|the outputs refer to the compiler
rpath|so is a run path into the build's folder|searches libraries in the build's folder
header|a header of the host is not found|curl/curl.h: No such file
none|runCommand has no compiler|in stdenv and runCommandCC, not in
hardening|a hardening flag that nobody knows|'everything' is no hardening flag
format|formats are checked|format not a string literal
END
is "wheels have none in their closure" "$(compat nix-store -qR "$(compat nix-instantiate -E "(import $KILN_DATA_DIR/pkgs { }).python3.withPackages (p: [ p.numpy ])" 2>/dev/null)" |
	grep -cE -- '-(gcc-unwrapped|gcc-wrapper|gcc-14.2.0)')" 0
