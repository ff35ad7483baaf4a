#!/bin/sh
# The set for arm64, made and at work on this machine: python3, numpy and the compiler are fetched, relocated
# and run through qemu-user, whose registration is made in a user namespace of the test's own (Linux 6.7)
# that nobody else sees. $KILN_ARM64_STORE is a store to build in, which stays.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
export KILN_DATA_DIR="$top" KILN_BUILD
registration=/usr/lib/binfmt.d/qemu-aarch64.conf

if [ -z "${FOREIGN:-}" ]; then
	[ "$(uname -m)" = x86_64 ] || skip_all "this is no x86_64"
	[ -r "$registration" ] || no_oracle "no qemu-user: Debian's package is qemu-user-static, later qemu-user-binfmt"
	mkdir "$T/binfmt"
	# shellcheck disable=SC2016 # for the inner shell
	set -- unshare --user --map-root-user --mount sh -c \
		'mount -t binfmt_misc none "$1" && cat "$2" >"$1/register" && shift 2 && exec "$@"' sh "$T/binfmt" "$registration"
	"$@" true 2>"$T/err" || no_oracle "no binfmt_misc in a user namespace: $(cat "$T/err")"
	FOREIGN=1 "$@" sh "$0"
	exit
fi
[ -z "${KILN_ARM64_STORE:-}" ] || KILN_STORE=$KILN_ARM64_STORE
plan 11

cat >"$T/arm.nix" <<NIX
let
  pkgs = import $top/pkgs { system = "aarch64-linux"; };
  here = import $top/pkgs { };
in {
  set = builtins.attrValues pkgs.debian.packages;
  environment = pkgs.python3.withPackages (p: [ p.numpy ]);
  hello = pkgs.runCommandCC "hello" { buildInputs = [ pkgs.zlib.dev pkgs.zlib ]; text = ''
    #include <iostream>
    #include <zlib.h>
    int main() { std::cout << "hello from " << ARCH << ", " << (zlibVersion()[0] == '1') << std::endl; }
  ''; } ''
    printf %s "\$text" >hello.cc
    mkdir -p \$out/bin
    c++ -O2 -DARCH="\"\$(uname -m)\"" hello.cc -lz -o \$out/bin/hello
    \$out/bin/hello >\$out/said
  '';
  # the other machine's, in a build of this one
  both = here.runCommand "both" { } "\${pkgs.coreutils}/bin/uname -m >\$out; uname -m >>\$out";
}
NIX
build() { kiln build --no-link --extra-platforms aarch64-linux -f "$T/arm.nix" -A "$1" 2>"$T/log" || { tail -n 20 "$T/log" >&2 && false; }; }
# machine FILE: what an ELF file is for; 183 is AArch64
machine() { od -An -t u2 -j 18 -N 2 "$1" | tr -d ' '; }

if build set >/dev/null; then pass "every package of the lock"; else fail "every package of the lock" "$(tail -n 20 "$T/log")"; fi
if env=$(build environment); then pass "an environment with numpy"; else fail "an environment with numpy" "$(tail -n 20 "$T/log")"; fi
is "its python is for aarch64" "$(machine "$KILN_STORE$env/bin/python3.13")" 183
is "and prints" "$(kiln run "$env" -- python3 -c 'import platform; print(6 * 7, platform.machine())' 2>&1)" "42 aarch64"
is "numpy computes" "$(kiln run "$env" -- python3 -c \
	'import numpy; print(numpy.linalg.det(numpy.eye(3) * 2).round(), numpy.show_config(mode="dicts")["Machine Information"]["host"]["cpu"])' 2>&1)" \
	"8.0 aarch64"
is "so do the modules of Python's own" "$(kiln run "$env" -- python3 -c \
	'import bz2, ctypes.util, hashlib, lzma, sqlite3, ssl, zlib
print(len(ssl.create_default_context().get_ca_certs()) > 100, sqlite3.connect(":memory:").execute("select 6 * 7").fetchone()[0])' 2>&1 |
	head -c 7)" "True 42"
if hello=$(build hello); then pass "a C++ program with zlib"; else fail "a C++ program with zlib" "$(tail -n 20 "$T/log")"; fi
is "it is for aarch64" "$(machine "$KILN_STORE$hello/bin/hello")" 183
is "ran in its own build" "$(cat "$KILN_STORE$hello/said")" "hello from aarch64, 1"
is "and nothing of the compiler is in its closure" \
	"$(compat nix-store -qR "$hello" | grep -cE -- '-(gcc-[0-9]|gcc-wrapper|binutils|glibc-dev|stdenv)')" 0
both=$(build both)
is "a build of this machine calls a program of that one" "$(tr '\n' ' ' <"$KILN_STORE$both")" "aarch64 x86_64 "
