#!/bin/sh
# Sixteen causes of nondeterminism, each planted alone in a build: `kiln verify --rebuild --vary all` names it as
# diffoscope(1) sees it in the two outputs, and reprotest(1), whose variations they are, finds the same program's
# outputs different, too. Then fifty packages of the set and more, which are clean: no alarm.
#
# Debian's packages of these names; reprotest varies the time and the order of folders with faketime and
# disorderfs, which are other packages. $KILN_FULL_STORE and $KILN_CLEAN (how many packages are rebuilt).
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
command -v diffoscope >/dev/null || skip_all "no diffoscope (Debian's diffoscope-minimal)"
unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
: "${KILN_CLEAN:=50}"
mkdir -p "$T/project/.flox/pkgs" "$FULL"
cd "$T/project" || exit 1

# plant NAME KILN DIFFOSCOPE VARIATION: a program on standard input, which writes below $out; how kiln must name its
# cause ("CONDITION CAUSE", as patterns; "-" where two builds already differ), what diffoscope shows of it, and
# reprotest's variation.
planted=
plant() {
	cat >"$1.sh"
	cat >".flox/pkgs/$1.nix" <<NIX
{ bash, coreutils, gnutar, gcc, binutils, gawk, xz, python3, lib }:
derivation {
  name = "$1"; system = builtins.currentSystem; builder = "\${bash}/bin/bash"; args = [ "-euc" "mkdir \$out; . \${../../$1.sh}" ];
  PATH = lib.makeBinPath [ coreutils gnutar gcc binutils gawk xz python3 ];
}
NIX
	planted="$planted $1"
	printf '%s\n' "$2" >"$1.kiln"
	printf '%s\n' "$3" >"$1.diffoscope"
	printf '%s\n' "$4" >"$1.reprotest"
}
plant timestamp "- timestamp" '^.*-built [0-9]{4}-' +time <<'S'
date '+built %F %T.%N' >$out/about
S
plant bytecode "- (timestamp|bytecode)" '-moddate:' +time <<'S'
unset SOURCE_DATE_EPOCH
sleep 1.1 # a file's time has no parts of a second there
echo 'x = 1' >m.py
python3 -c "import py_compile; py_compile.compile('m.py', '$out/m.pyc', 'm.py')"
S
plant archive-order "folder-order archive-order" 'file list' +fileordering <<'S'
mkdir d
for n in z c m a k b y; do echo $n >d/$n; done
tar --mtime=@1 --owner=0 --group=0 --mode=644 -C d -cf $out/files.tar .
S
plant file-order "folder-order order" 'Ordering differences only' +fileordering <<'S'
mkdir d
for n in z c m a k b y; do echo $n >d/$n; done
python3 -c 'import os; print(*os.listdir("d"), sep="\n")' >$out/list
S
plant link-order "folder-order order" 'Ordering differences only|readelf|strings' +fileordering <<'S'
mkdir d
for n in z c m a k b y; do echo "int function_$n(void) { return 1; }" >d/$n.c; gcc -c d/$n.c -o d/$n.o && rm d/$n.c; done
ld -shared --build-id=none $(python3 -c 'import os; print(*("d/" + n for n in os.listdir("d")))') -o $out/lib.so
S
plant hash-seed "- order" 'Ordering differences only' +environment <<'S'
python3 -c 'print(*{"red", "green", "blue", "white", "black", "grey", "brown"}, sep="\n")' >$out/colours
S
plant build-path "build-path build-path" '(another-build|build)' +build_path <<'S'
echo 'int main(void) { return 0; }' >m.c
gcc -g -c m.c -o $out/m.o
S
plant locale "locale content" '-messages of ' +locales <<'S'
echo "messages of ${LANGUAGE:-C}" >$out/about
S
plant time-zone "time-zone timestamp" '-released 2001-09-09' +timezone <<'S'
date -d @1000000000 '+released %F %H:%M' >$out/about
S
plant umask "umask mode" '-rw-------' +umask <<'S'
echo x >file
tar --sort=name --mtime=@1 --owner=0 --group=0 -cf $out/files.tar file
S
plant build-id "- build-id" 'Build ID: ' +time <<'S'
echo 'int main(void) { return 0; }' >m.c
gcc -Wl,--build-id=uuid m.c -o $out/m
S
plant cores "cores compression" 'XZ compressed data' +num_cpus <<'S'
seq 99999 >n
xz --block-size=65536 -T ${NIX_BUILD_CORES:-$(nproc)} -c n >$out/n.xz
S
plant host "host content" '-built on ' +domain_host <<'S'
echo "built on $(uname -n)" >$out/about
S
plant kernel "kernel content" '-built for Linux ' +kernel <<'S'
echo "built for Linux $(uname -r)" >$out/about
S
plant addresses "addresses address" '-<object object at 0x' +aslr <<'S'
python3 -c 'print(object())' >$out/about
S
plant random "- random" '-prefix ' +time <<'S'
echo "prefix $(mktemp -u XXXXXXXX)" >$out/about
S
# What is no cause at all, looked at in the same way.
plant clean "same" '^$' -all <<'S'
echo 'int main(void) { return 0; }' >m.c
gcc -c m.c -o $out/m.o
S
# shellcheck disable=SC2086 # words
set -- $planted
plan $(($# + 3))

# named NAME: "CONDITIONS CAUSE" of the first difference, or "same".
cat >"$T/named.py" <<'P'
import json, sys
for o in json.load(sys.stdin)["outputs"]:
    if o["same"]:
        print("same")
    else:
        print(",".join(o["conditions"]) or "-", o["differences"][0]["cause"] if o["differences"] else "not again")
P
in_full build --no-link "$@" >"$T/paths" 2>"$T/err" || { tail -n 20 "$T/err" >&2 && echo "Bail out! the plants cannot be built" && exit 1; }
right=0
for name; do
	said=$(in_full verify --rebuild --vary all --keep --json "$name" 2>"$T/err" | python3 "$T/named.py")
	path=$FULL$(in_full build --no-link "$name" 2>/dev/null)
	: >"$T/seen"
	[ ! -e "$path.check" ] || diffoscope --text "$T/seen" "$path" "$path.check" 2>/dev/null
	if echo "$said" | grep -qxE -e "$(cat "$name.kiln")" && { [ "$said" = same ] || grep -qE -e "$(cat "$name.diffoscope")" "$T/seen"; }; then
		ok "$name: $said" true
		right=$((right + 1))
	elif grep -q 'folder-order is not varied' "$T/err" && [ "$said" = same ]; then
		pass "$name # SKIP no other file system with another order"
	else
		fail "$name" "kiln: $said; diffoscope: $(tail -n +3 "$T/seen" | head -n 12)"
	fi
	chmod -R u+w "$path.check" 2>/dev/null
	rm -rf "$path.check"
done
echo "# named as diffoscope sees it: $right of $#"

# The same programs with this machine's own tools: reprotest finds them different, too, each by its variation alone.
if command -v reprotest >/dev/null && command -v gcc >/dev/null && [ "$(id -u)" = 0 ]; then
	alike=
	for name; do
		mkdir "$T/at-$name"
		# shellcheck disable=SC2016 # of the other shell
		printf 'out=$PWD/out; mkdir "$out"; . ./program\n' >"$T/at-$name/build"
		cp "$name.sh" "$T/at-$name/program"
		case $(cat "$name.reprotest") in
		+time) command -v faketime >/dev/null || continue ;;
		+fileordering) command -v disorderfs >/dev/null || continue ;;
		esac
		reprotest --no-diffoscope --vary="-all,$(cat "$name.reprotest")" -c 'bash build' "$T/at-$name" 'out/*' >"$T/reprotest-$name" 2>&1
		status=$?
		case $name:$status in
		clean:0) ;;
		clean:*) alike="$alike $name" ;;
		*:1) ;;
		*) alike="$alike $name($status)" ;;
		esac
	done
	is "reprotest finds them, too" "$alike" ""
else
	pass "reprotest finds them, too # SKIP no reprotest, or not root"
fi

# ---- no false alarm ----
# Wheels, natives, sdists, environments and small things, whatever of it is quickly built.
cat >"$T/clean.nix" <<NIX
with import $top/pkgs { system = builtins.currentSystem; };
let
  p = python3.pkgs;
  small = builtins.genList (i: stdenv.mkDerivation {
    name = "small-\${toString i}"; dontUnpack = true;
    buildPhase = "echo 'int f(int x) { return x + \${toString i}; }' >f.c; \$CC -O2 -shared -fPIC f.c -o libf.so";
    installPhase = "mkdir -p \$out/lib \$out/share; cp libf.so \$out/lib; tar -cf \$out/share/f.tar --sort=name --mtime=@1 --owner=0 --group=0 f.c; gzip -n \$out/share/f.tar";
  }) 5;
in
small ++ [
  hello jq ripgrep gnutar gzip xz zstd file tree less which gawk gnused gnugrep findutils diffutils patch gnumake bc m4
  p.numpy p.pillow p.requests p.idna p.urllib3 p.certifi p.packaging p.click p.jinja2 p.markupsafe p.pyyaml p.tqdm p.attrs
  p.wheel p.filelock p.fsspec p.typing-extensions p.einops p.safetensors p.psutil p.regex p.wget p.antlr4-python3-runtime
  (python3.withPackages (ps: [ ps.requests ps.pyyaml ])) (python3.withPackages (ps: [ ps.numpy ps.pillow ]))
  (writeText "text" "words") (writeShellScriptBin "run" "echo it runs") (symlinkJoin { name = "joined"; paths = [ hello jq ]; })
  (runCommand "made" { } "mkdir \$out; date -u -d @\$SOURCE_DATE_EPOCH >\$out/about")
]
NIX
in_full build --no-link -k -f "$T/clean.nix" >"$T/clean" 2>"$T/err" || tail -n 5 "$T/err"
sort -u "$T/clean" | head -n "$KILN_CLEAN" >"$T/some"
# shellcheck disable=SC2046 # paths
in_full verify --rebuild --vary all $(cat "$T/some") >"$T/out" 2>"$T/err"
status=$?
last=$(tail -n 1 "$T/out")
echo "# $last"
is "clean packages are clean" "$status:$(grep differs "$T/out")" "0:"
ok "there are $KILN_CLEAN of them" test "$(echo "$last" | cut -d' ' -f1)" -ge "$KILN_CLEAN"
