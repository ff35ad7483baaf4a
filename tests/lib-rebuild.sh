# shellcheck shell=sh
# For tests/full, after lib.sh: derivations made once more under other conditions: as another user, in another
# order of folders, under another umask, locale and time zone, in other folders, on one core, with nothing
# that can be fetched. $KILN_BUILD and $KILN_STORE are exported by then.

# can_make_again: or the whole script is skipped.
can_make_again() {
	SHUFFLE="$KILN_BUILD/tests/full/libshuffle.so"
	[ -e "$SHUFFLE" ] || skip_all "no $SHUFFLE"
	export SHUFFLE T
	unshare --user --map-user=4242 --map-group=4243 true 2>/dev/null || skip_all "no user namespaces for this user"
}

# made_again LIST DONE [SCRATCH]: makes the derivations of LIST again, with build folders below SCRATCH; which were
# the same is noted in DONE, which were not is printed.
made_again() {
	SCRATCH=${3:-$T}
	export SCRATCH
	# once more CPU LIST DONE: twenty at a time
	cat >"$T/again" <<'SH'
umask 077
export LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8 TZ=Pacific/Kiritimati TMPDIR="$SCRATCH/tmp-$1"
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
		awk -v n="$count" -v i="$i" 'NR % n == i' "$1" >"$T/left-$cpu"
		unshare --user --map-user=4242 --map-group=4243 taskset -c "$cpu" \
			sh "$T/again" "$cpu" "$T/left-$cpu" "$2" >"$T/other-$cpu" 2>&1 &
		i=$((i + 1))
	done
	wait
	cat "$T"/other-*
}
