#!/bin/sh
# Library paths that kiln edits itself are, byte for byte, those that the pinned patchelf makes: of shared
# libraries of the wheels and packages in a store, with paths that fit and that do not, again and again.
. "$(dirname "$0")/../lib.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
export KILN_DATA_DIR="$top"
driver=$KILN_BUILD/tests/differential/patchelf_driver
store=${KILN_FULL_STORE:-$T/store}
plan 3
cd "$T" || exit 1

build() {
	KILN_STORE=$store compat nix-build --no-out-link -E "with import $top/pkgs { system = builtins.currentSystem; }; $1"
}
glibc=$(build glibc) || exit 1
unrelocated=$(build debian.patchelfRaw) || exit 1
build '[ python3 python3.pkgs.numpy python3.pkgs.scipy python3.pkgs.pillow ffmpeg-headless gcc.cc ]' >/dev/null || exit 1
patchelf() {
	"$store$glibc/lib/ld-linux-x86-64.so.2" --library-path "$store$unrelocated/lib:$store$glibc/lib" "$store$unrelocated/bin/patchelf" "$@"
}
[ "$(uname -m)" = x86_64 ] || skip_all "the tool is for x86_64"

find "$store/nix/store" -name '*.so*' -type f -size -20M | sort >all
ok "there are many" [ "$(wc -l <all)" -gt 300 ]
# of a big store some, all over it
awk -v "step=$(($(wc -l <all) / 500 + 1))" 'NR % step == 0' all >files
long=/nix/store/0123456789abcdfghijklmnpqrsvwxyz-a-library-with-a-long-name-1.0/lib
edited=0
: >differ
mkdir own other
while read -r file; do
	[ "$(head -c 4 "$file" | tail -c 3)" = ELF ] || continue
	cp "$file" own/a && cp "$file" other/a && chmod u+w own/a other/a
	for edit in "runpath \$ORIGIN/../lib:$long" "rpath $long:$long:$long" "runpath /s" "rpath $long:$long:$long:$long:/x"; do
		path=${edit#* } force=
		[ "${edit%% *}" = runpath ] || force=--force-rpath
		case $("$driver" "${edit%% *}" "$path" own/a) in
		edited*) edited=$((edited + 1)) ;;
		left*) break ;;
		*) echo "$file: failed" >>differ ;;
		esac
		# shellcheck disable=SC2086 # an option or none
		patchelf $force --set-rpath "$path" other/a || echo "$file: the tool failed" >>differ
		cmp -s own/a other/a || echo "$file: $edit" >>differ
	done
done <files
is "equal bytes" "$(head -n 20 differ)" ""
if [ "$edited" -gt 1000 ]; then pass "of $edited edits"; else fail "of $edited edits" "more were expected"; fi
