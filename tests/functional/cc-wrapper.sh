#!/bin/sh
# The wrappers of compiler and linker (pkgs/stdenv/wrapper) by themselves, made with the host's compiler: the
# real programs are stand-ins that print their words, so that each of these can be told.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
cc=$(command -v "${CC:-cc}") || skip_all "no C compiler"
sources=$(cd "$(dirname "$0")/../../pkgs/stdenv/wrapper" && pwd)
plan 51

store=$T/store
gcc=$store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-gcc glibc=$store/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-glibc
dev=$store/cccccccccccccccccccccccccccccccc-glibc-dev binutils=$store/dddddddddddddddddddddddddddddddd-binutils
zlib=$store/ffffffffffffffffffffffffffffffff-zlib headers=$store/gggggggggggggggggggggggggggggggg-zlib-dev
mkdir -p "$gcc/bin" "$glibc/lib" "$dev/lib" "$binutils/bin" "$zlib/lib" "$headers/lib" "$T/bin" "$T/build/own" "$T/host"
for program in "$gcc/bin/gcc" "$gcc/bin/g++" "$gcc/bin/cpp" "$gcc/bin/gfortran" "$binutils/bin/ld.bfd"; do
	# shellcheck disable=SC2016 # for the stand-in
	printf '#!/bin/sh\nfor word in "${0##*/}" "$@"; do printf "%%s\\n" "$word"; done\n' >"$program"
	chmod +x "$program"
done
define() { echo "#define $1 \"$2\""; }
{
	define SALT some_machine
	define LD_FLAGS_ARE_SET NIX_LDFLAGS_SET_some_machine
	define GCC "$gcc"
	define GCC_MASKED /masked
	define GLIBC "$glibc"
	define GLIBC_DEV "$dev"
	define GLIBC_DEV_MASKED /masked
	define GCC_LIBS "$store/libs"
	define BINTOOLS "$store/bintools"
	define BINUTILS "$binutils"
	define LOADER "$glibc/lib/ld.so"
} >"$T/config.h"
for tool in cc ld; do
	"$cc" -Wall -Wextra -Werror -D_GNU_SOURCE -I"$T" -I"$sources" -o "$T/bin/$tool" "$sources/$tool.c" "$sources/words.c" \
		"$sources/environment.c" "$sources/hardening.c" 2>"$T/err" || {
		sed 's/^/# /' "$T/err"
		echo "Bail out! the wrappers do not compile"
		exit 1
	}
done
for name in gcc c++ g++ cpp gfortran f77 clang; do ln -s cc "$T/bin/$name"; done

# Libraries: of glibc behind linker scripts, of zlib behind a link in its headers.
elf() { printf '\177ELF' >"$1"; }
elf "$glibc/lib/libc.so.6" && elf "$glibc/lib/libgcc_s.so.1" && elf "$zlib/lib/libz.so.1" && elf "$T/build/own/libown.so"
printf '/* GNU ld script */\nGROUP ( %s/lib/libc.so.6 %s/lib/libc_nonshared.a AS_NEEDED ( ld.so ) )\n' "$glibc" "$dev" >"$dev/lib/libc.so"
printf 'GROUP ( libgcc_s.so.1 -lgcc )\n' >"$dev/lib/libgcc_s.so"
ln -s "$zlib/lib/libz.so.1" "$headers/lib/libz.so"
ln -s libz.so.1 "$zlib/lib/libz.so"
touch "$headers/lib/libstatic.a"

# told [VAR=VALUE…] PROGRAM WORD…: the words of the real program in a line, with short names for folders, and
# without those that always come.
told() {
	(cd "$T/build" && env -i NIX_STORE="$store" NIX_BUILD_TOP="$T/build" PATH="$T/bin" "$@" 2>&1) |
		sed "s,$store/[a-z]*-,,g; s,$store/,,g; s,$T,T,g" | grep -vxE -e '-Bbintools/bin/|-Bglibc-dev/lib/|-ffile-prefix-map=.*|--enable-new-dtags' |
		paste -sd ' ' - | sed 's/ -Lglibc-dev\/lib -Lglibc\/lib -Llibs\/lib//'
}
# gives WHAT EXPECTED [VAR=VALUE…] PROGRAM WORD…
gives() {
	what=$1 expected=$2
	shift 2
	is "$what" "$(told "$@")" "$expected"
}
after="-idirafter glibc-dev/include"

# --- cc
gives "words stay in their order" "gcc -c a.c -o a.o $after" cc -c a.c -o a.o
gives "a name for each language" "g++ -c a.cc $after" c++ -c a.cc
gives "Fortran's old name" "gfortran -c a.f $after" f77 -c a.f
gives "another name is none" "cc-wrapper: it is no compiler's name: 'clang'" clang a.c
gives "what comes before, and behind" "gcc -DA -c a.c -DB -DC $after" NIX_CFLAGS_COMPILE_BEFORE=-DA NIX_CFLAGS_COMPILE=" -DB  -DC" cc -c a.c
gives "-nostdinc" "gcc -nostdinc -c a.c" cc -nostdinc -c a.c
link='NIX_LDFLAGS=-lx -L/x' before=NIX_LDFLAGS_BEFORE=-ly
gives "linking" "gcc -Wl,-ly a.c $after -pthread -Wl,-lx -L/x" "$link" "$before" NIX_CFLAGS_LINK=-pthread cc a.c
for word in -c -S -E -M -MM; do gives "nothing is linked with $word" "gcc $word a.c $after" "$link" "$before" cc $word a.c; done
gives "nor without an input" "gcc -print-file-name=x $after" "$link" cc -print-file-name=x
gives "a - is one" "gcc -x c - $after -Wl,-lx -L/x" "$link" cc -x c -
gives "a header is compiled" "gcc -x c-header a.h $after" "$link" cc -x c-header a.h
gives "-v alone" "gcc -v" NIX_CFLAGS_COMPILE=-DA cc -v
gives "a static program has no run path" "gcc -static a.c $after -Wl,-lx" "NIX_LDFLAGS=-rpath /x -lx" cc -static a.c
gives "what is for C++" "g++ -c a.cc -DX $after" NIX_CXXSTDLIB_COMPILE=-DX g++ -c a.cc
gives "is not for C" "gcc -c a.c $after" NIX_CXXSTDLIB_COMPILE=-DX gcc -c a.c
gives "-x c++ makes it so" "gcc -x c++ -c a.c -DX $after" NIX_CXXSTDLIB_COMPILE=-DX gcc -x c++ -c a.c
gives "-nostdinc++" "g++ -nostdinc++ -c a.c $after" NIX_CXXSTDLIB_COMPILE=-DX g++ -nostdinc++ -c a.c
# roles
gives "one role" "gcc -c a.c -DB $after" NIX_CC_WRAPPER_TARGET_BUILD_some_machine=1 NIX_CFLAGS_COMPILE=-DA NIX_CFLAGS_COMPILE_FOR_BUILD=-DB cc -c a.c
gives "two roles" "gcc -c a.c -DB -DA $after" NIX_CC_WRAPPER_TARGET_BUILD_some_machine=1 NIX_CC_WRAPPER_TARGET_HOST_some_machine=1 \
	NIX_CFLAGS_COMPILE=-DA NIX_CFLAGS_COMPILE_FOR_BUILD=-DB cc -c a.c
gives "the wrapper's own" "gcc -c a.c -DO -DA $after" NIX_CFLAGS_COMPILE_some_machine=-DO NIX_CFLAGS_COMPILE=-DA cc -c a.c
# hardening
gives "hardening" "gcc -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fPIC -c a.c $after" NIX_HARDENING_ENABLE="fortify fortify3 pic relro" cc -c a.c
gives "the weaker kind" "gcc -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -c a.c $after" NIX_HARDENING_ENABLE=fortify cc -c a.c
gives "formats are C's" "gfortran -c a.f $after" NIX_HARDENING_ENABLE=format gfortran -c a.f
gives "pie, where a program is linked" "gcc -fPIE -pie a.c $after" NIX_HARDENING_ENABLE=pie cc a.c
gives "and not for a library" "gcc -fPIE -shared a.c $after" NIX_HARDENING_ENABLE=pie cc -shared a.c
# purity
gives "the host's folders are left out" "gcc -Iown -c a.c $after" NIX_ENFORCE_PURITY=1 cc -I/usr/include -isystem /usr/include -L /usr/lib -Iown -c a.c
gives "those of the store and the build stay" "gcc -Izlib/include -IT/build/x -c a.c $after" NIX_ENFORCE_PURITY=1 cc "-I$zlib/include" "-I$T/build/x" -c a.c
gives "all of them without purity" "gcc -I/usr/include -c a.c $after" cc -I/usr/include -c a.c
gives "code for this machine alone" "cc-wrapper: '-march=native' is left out: the result must run on other machines, too gcc -c a.c $after" cc -march=native -c a.c
gives "may be asked for" "gcc -march=native -c a.c $after" NIX_ENFORCE_NO_NATIVE=0 cc -march=native -c a.c
# response files
printf -- '-DA="x y"\n-c\n' >"$T/build/words"
printf -- '-I/usr/include -c "a b.c"' >"$T/build/impure"
gives "a response file stays" "gcc @words a.c $after" "$link" cc @words a.c
gives "unless a word of it may not" "gcc -c a b.c $after" NIX_ENFORCE_PURITY=1 cc @impure
gives "one that is not there is told by gcc" "gcc -c @none $after" cc -c @none
gives "NIX_DEBUG tells" "extra flags before to gcc/bin/gcc: original flags to gcc/bin/gcc:   -v extra flags after to gcc/bin/gcc: gcc -v" NIX_DEBUG=1 cc -v

# --- ld
loader="-dynamic-linker glibc/lib/ld.so"
gives "the loader" "ld.bfd $loader a.o" ld a.o
gives "instead of the host's" "ld.bfd $loader a.o" ld -dynamic-linker /lib64/ld.so a.o
gives "a library's folder is searched, through links and scripts" \
	"ld.bfd $loader -Lzlib-dev/lib a.o -lz -lc -lgcc_s -rpath zlib/lib -rpath glibc/lib" ld "-L$headers/lib" a.o -lz -lc -lgcc_s
gives "a library by its path" "ld.bfd $loader a.o zlib/lib/libz.so -rpath zlib/lib" ld a.o "$zlib/lib/libz.so"
gives "by its file" "ld.bfd $loader -Lzlib/lib a.o -l:libz.so.1 -rpath zlib/lib" ld "-L$zlib/lib" a.o -l:libz.so.1
gives "not twice" "ld.bfd $loader -rpath zlib/lib -Lzlib/lib -lz" ld -rpath "$zlib/lib" "-L$zlib/lib" -lz
gives "not outside of the store" "ld.bfd $loader -Lown a.o -lown" ld -Lown a.o -lown
gives "not of what is linked statically" "ld.bfd $loader -Lzlib-dev/lib a.o -Bstatic -lz -Bdynamic -lstatic" ld "-L$headers/lib" a.o -Bstatic -lz -Bdynamic -lstatic
gives "nor where it is not wanted" "ld.bfd $loader -Lzlib/lib -lz" NIX_DONT_SET_RPATH=1 ld "-L$zlib/lib" -lz
gives "objects are put together as they are" "ld.bfd -r -Lzlib/lib a.o -lz" ld -r "-L$zlib/lib" a.o -lz
gives "hardening, and a build id" "ld.bfd $loader a.o -z relro -z now --build-id=sha1" NIX_HARDENING_ENABLE="relro bindnow" NIX_SET_BUILD_ID=1 ld a.o
gives "the host's folders" "ld.bfd $loader a.o" NIX_ENFORCE_PURITY=1 ld -L/usr/lib -rpath /usr/lib a.o
gives "and files" "cc-wrapper: impure path '/usr/lib/libx.so' used in link" NIX_ENFORCE_PURITY=1 ld a.o /usr/lib/libx.so
