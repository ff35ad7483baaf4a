#!/bin/sh
# A disk that is full, at many sizes: vendoring, and making, installing and rebuilding a kit say so, leave
# nothing half-done, and do all once there is room. What `kiln update` does is in update.sh.
# shellcheck disable=SC2016 # lines of shell for the other one
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../small-set.sh"
unshare -rm true 2>/dev/null || skip_all "no namespaces here"
plan 12
cd "$T" || exit 1
mkdir -p proto/p/.flox/pkgs proto/s/nix/store origin small
python3 - <<'PY'
import random
r = random.Random(1)
for i in range(8):
    open("origin/f%d" % i, "w").write("".join(r.choice("abcdefghijklmnop") for _ in range(20000 + 9000 * i)))
PY
{
	echo 'let made = name: text: derivation { inherit name text; system = builtins.currentSystem; builder = "/bin/sh"; };'
	echo 'in made "top" (toString ['
	for i in 0 1 2 3 4 5 6 7; do
		echo "(made \"m$i\" (derivation { name = \"f$i\"; system = \"builtin\"; builder = \"builtin:fetchurl\"; outputHashAlgo = \"sha256\"; url = \"file://$T/origin/f$i\"; outputHash = \"$(sha256sum <"origin/f$i" | cut -d' ' -f1)\"; }).outPath)"
	done
	echo '])'
} >proto/p/.flox/pkgs/top.nix

# at_size SIZE WHAT: WHAT, a line of shell, where 'small', with a copy of 'proto', has so many bytes. Prints
# how it ended; then whether it does it all with room, by the line in $whole.
cat >at_size <<'SH'
mount -t tmpfs -o "size=$1" none small && cp -a proto/. small/ || exit 99
export KILN_STORE=$PWD/small/s
sh -c "$2" >out 2>err
status=$?
said=$(grep -c 'No space left\|is full' err)
find small -name '.kiln*' -o -name '*.kiln-edit' | grep -v '/s/nix/' >left
eval "$left" >>left 2>&1
mount -o remount,size=64m small
{ sh -c "$2" && eval "$whole"; } >again 2>&1 || echo "with room: $(cat again)" >>left
kiln store --verify --check-contents >again 2>&1 || cat again >>left
if [ -s left ]; then
	echo "at $1: status $status: $(cat left)"
elif [ $status = 0 ]; then
	echo whole
elif [ "$said" -ge 1 ]; then
	echo told
else
	echo "at $1: status $status, which says: $(cat err)"
fi
SH
PATH=$KILN_BUILD:$PATH
# sizes WHAT SIZES…: of all sizes some are told of, the last is whole, and none is anything else.
sizes() {
	what=$1
	shift
	for size in "$@"; do
		unshare -rm sh ./at_size "$size" "$command"
	done >ends 2>&1
	is "$what: told, or whole" "$(grep -v '^told$\|^whole$' ends)" ""
	like "$what: told" "$(cat ends)" '^told$'
	is "$what: with room it is whole" "$(tail -n 1 ends)" whole
}
export left whole
top() { KILN_STORE="$T/other" kiln build --no-link --project proto/p top 2>/dev/null; }
path=$(top)

command='kiln vendor --project small/p top'
left=: whole='cd small/p/.flox/sources && sha256sum -c --quiet --strict SHA256SUMS.txt && test $(ls | wc -l) = 11'
sizes vendoring 200k 400k 600k 700k 800k 900k 1000k 1100k 1200k 1500k 32m

command='kiln kit make --project small/p top -o small/k'
left='test ! -e small/k || kiln kit verify small/k >/dev/null || echo a broken kit'
whole='kiln kit verify small/k && test "$(ls -A small | tr "\n" " ")" = "k p s "'
sizes "making a kit" 1m 2m 4m 6m 8m 10m 12m 48m
cp -a proto with && KILN_STORE="$T/other" kiln kit make --project with/p top -o kit >/dev/null 2>&1
rm -rf with
left=: whole="test -e small/s$path"
for verb in install rebuild; do
	command="TMPDIR=$T/small kiln kit $verb kit"
	sizes "$verb of a kit" 100k 500k 900k 1200k 2m 3m 6m 62m
done
