#!/bin/sh
# Every native package and every wheel, made once more of the .deb or the .whl that the store kept, without a
# network: as another user, in another order of folders, under another umask, locale and time zone, in other
# folders, on one core. Each has the NAR hash that it had.
#
# $KILN_SET_STORE is the store; in a store that is empty the natives are fetched and built first. What was
# the same is noted beside it for as long as kiln's binary is, so that a run that was ended goes on.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/tests/full}
: "${KILN_SET_STORE:=$T/set}"
KILN_STORE=$KILN_SET_STORE
KILN_DATA_DIR=$root
export KILN_DATA_DIR KILN_STORE KILN_BUILD
SHUFFLE="$KILN_BUILD/tests/full/libshuffle.so"
[ -e "$SHUFFLE" ] || skip_all "no $SHUFFLE"
export SHUFFLE T
unshare --user --map-user=4242 --map-group=4243 true 2>/dev/null || skip_all "no user namespaces for this user"
mkdir -p "$KILN_STORE"
plan 4

set_of() { "$@" "$here/rebuild.nix" --arg root "$root" -A "$name"; }
name=natives
ok "the natives are there" set_of kiln build --no-link -k --quiet -f
name=wheels
set_of kiln instantiate >"$T/drvs" 2>"$T/err" || cat "$T/err"
name=listed
set_of kiln eval --raw >"$T/listed" || exit 1

# Those of which the store has the output: natives are all there, of wheels what other tests built.
cut -d' ' -f2 "$T/listed" | xargs "$KILN_BUILD/compat/nix-store" --check-validity --print-invalid | sort >"$T/invalid"
awk 'NR == FNR { invalid[$1]; next } !($2 in invalid) { print $1 }' "$T/invalid" "$T/listed" | sort >"$T/wanted"
done_file=$KILN_STORE/rebuilt-$(sha256sum "$KILN_BUILD/kiln" | cut -c1-12)
touch "$done_file"
sort -u "$done_file" | comm -13 - "$T/wanted" >"$T/left"
echo "# $(wc -l <"$T/listed") in the set, $(wc -l <"$T/wanted") in the store, $(wc -l <"$T/left") not yet made again"

# once more CPU LIST: makes what the list names again, twenty at a time; the same is noted, what is not is told.
cat >"$T/again" <<'SH'
umask 077
export LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8 TZ=Pacific/Kiritimati TMPDIR="$T/tmp-$1"
export HOME="$T/home-$1" XDG_CACHE_HOME="$T/cache-$1"
mkdir -p "$TMPDIR" "$HOME"
cd "$TMPDIR" || exit
# Nothing is to be fetched: whoever would, finds nobody.
export http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9
while :; do
	batch=$(head -n 20 "$2")
	[ -n "$batch" ] || break
	sed -i 1,20d "$2"
	# shellcheck disable=SC2086 # a list of paths
	if LD_PRELOAD="$SHUFFLE" "$KILN_BUILD/compat/nix-store" --realise --check -k -j 2 --cores 1 $batch >/dev/null 2>"$T/err-$1"; then
		printf '%s\n' $batch >>"$3"
		continue
	fi
	# one by one, to tell which
	for drv in $batch; do
		if LD_PRELOAD="$SHUFFLE" "$KILN_BUILD/compat/nix-store" --realise --check -j 1 --cores 1 "$drv" >/dev/null 2>"$T/err-$1"; then
			echo "$drv" >>"$3"
		else
			echo "$drv: $(grep -m 1 '^error' "$T/err-$1")"
		fi
	done
done
SH
# A list for each core, which each half sees alone.
cpus=$(taskset -cp $$ | sed 's/.*: //' | tr ',' '\n' | awk -F- '{ for (i = $1; i <= ($2 == "" ? $1 : $2); i++) print i }')
count=$(echo "$cpus" | wc -l)
i=0
for cpu in $cpus; do
	awk -v n="$count" -v i="$i" 'NR % n == i' "$T/left" >"$T/left-$cpu"
	unshare --user --map-user=4242 --map-group=4243 taskset -c "$cpu" \
		sh "$T/again" "$cpu" "$T/left-$cpu" "$done_file" >"$T/other-$cpu" 2>&1 &
	i=$((i + 1))
done
wait
cat "$T"/other-* >"$T/others"
is "made again they have the hashes that they had" "$(cat "$T/others")" ""
sort -u "$done_file" | comm -12 - "$T/wanted" >"$T/same"
is "all of them" "$(wc -l <"$T/same")" "$(wc -l <"$T/wanted")"
echo "# the same: $(grep -vc -- '-python3\.13-' "$T/same") natives, $(grep -c -- '-python3\.13-' "$T/same") wheels"
ok "there are natives and wheels" awk '/-python3\.13-/ { w++; next } { n++ } END { exit !(n > 400) }' "$T/same"
