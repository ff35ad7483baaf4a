# Builds one of the two wrappers: `tool` is cc or ld. The real compiler is told everything by hand here.
export PATH=$coreutils/bin
mkdir -p "$out/bin" "$out/nix-support" "$out/libexec"
masked() { printf '%s/%s-%s' "$NIX_STORE" eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee "${1#"$NIX_STORE"/*-}"; }
define() { printf '#define %s "%s"\n' "$1" "$2"; }
{
	define SALT "$salt"
	define LD_FLAGS_ARE_SET "NIX_LDFLAGS_SET_$salt"
	define GLIBC "$glibc"
	define GLIBC_DEV "$glibcDev"
	define LOADER "$loader"
	if [ "$tool" = cc ]; then
		define GCC "$gcc"
		define GCC_MASKED "$(masked "$gcc")"
		define GLIBC_DEV_MASKED "$(masked "$glibcDev")"
		define BINTOOLS "$bintools"
	else
		define GCC_LIBS "$gccLibs"
		define BINUTILS "$binutils"
	fi
} >config.h
"$gcc/bin/gcc" -O2 -Wall -Wextra -static -s -D_GNU_SOURCE -I. -I"$sources" -idirafter "$glibcDev/include" \
	-B"$binutils/bin/" -B"$glibcDev/lib/" "-ffile-prefix-map=$sources=." "-ffile-prefix-map=$glibcDev=." \
	-o "$out/libexec/$tool-wrapper" "$sources/$tool.c" "$sources/words.c" "$sources/environment.c" "$sources/hardening.c"
for name in $names; do ln -s "../libexec/$tool-wrapper" "$out/bin/$name"; done

# Those that look into objects find what reads those of -flto below the folder that they lie in.
if [ "$tool" = cc ]; then
	for name in ar nm ranlib; do cp -L "$binutils/bin/$name" "$out/bin/$name"; done
	mkdir -p "$out/lib/bfd-plugins"
	ln -s "$gcc"/libexec/gcc/*/*/liblto_plugin.so "$out/lib/bfd-plugins/"
fi

# The rest of both packages as it is.
for from in $programs; do
	for program in "$from"/bin/*; do
		name=${program##*/}
		case $name in *-linux-gnu-* | *-[0-9]* | gfortran) continue ;; esac
		[ -e "$out/bin/$name" ] || ln -s "$program" "$out/bin/$name"
	done
done

# What recipes read.
printf '%s\n' "$loader" >"$out/nix-support/dynamic-linker"
printf '%s\n' "$glibc" >"$out/nix-support/orig-libc"
printf '%s\n' "$glibcDev" >"$out/nix-support/orig-libc-dev"
if [ "$tool" = cc ]; then
	printf '%s\n' "$gcc" >"$out/nix-support/orig-cc"
	printf '%s\n' "$bintools" >"$out/nix-support/propagated-native-build-inputs"
	printf '%s\n' "-B$glibcDev/lib/ -idirafter $glibcDev/include" >"$out/nix-support/libc-cflags"
	printf '%s\n' "-B$glibcDev/lib/" >"$out/nix-support/libc-crt1-cflags"
	: >"$out/nix-support/cc-cflags"
	: >"$out/nix-support/cc-ldflags"
else
	printf '%s\n' "$binutils" >"$out/nix-support/orig-bintools"
	printf '%s\n' "-L$glibcDev/lib -L$glibc/lib" >"$out/nix-support/libc-ldflags"
fi
hook=$(<"$setupHook")
hook=${hook//@out@/$out}
hook=${hook//@salt@/$salt}
hook=${hook//@glibcDev@/$glibcDev}
printf '%s\n' "${hook//@hardening@/$hardening}" >"$out/nix-support/setup-hook"
