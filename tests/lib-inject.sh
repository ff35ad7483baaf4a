# shellcheck shell=sh
# For tests that let calls fail: inject.c around a command, after lib.sh, in the folder $T. every
# tells what went wrong in the file `wrong`.
inject="$KILN_BUILD/tests/functional/libinject.so"
[ -e "$inject" ] || skip_all "no $inject"
# Of how many failures one is tried; which one the seed says.
: "${KILN_FAULTS_STEP:=6}" "${KILN_SEED:=$(date +%s)}"

# injected COMMAND…: under whatever INJECT_* say.
injected() {
	printf '\0\0\0\0' >count
	# verify_asan_link_order: this library comes before a sanitizer's.
	INJECT_COUNT="$T/count" LD_PRELOAD=$inject ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 "$@" <"${input:-/dev/null}" >out 2>err
}
counted() { od -An -td4 count | tr -d ' '; }
clean() {
	compat nix-store --verify --check-contents >verified 2>&1 || echo "call $i: $1 it does not verify: $(cat verified)" >>wrong
}

# every PREPARE CHECK COMMAND…: each of its calls fails once. It says so or has done all; the store
# verifies; run again it completes. What is prepared in vain (altered paths): $altered is set.
every() {
	prepare=$1 check=$2
	shift 2
	: >wrong
	i=0 n_tried=0
	$prepare
	INJECT_NTH=100000000 injected "$@" || echo "without a failure it fails: $(cat err)" >>wrong
	calls=$(counted)
	i=$((KILN_SEED % KILN_FAULTS_STEP))
	# What one failure brings about may have calls of its own.
	while [ $i -lt $((calls + 20)) ]; do
		i=$((i + KILN_FAULTS_STEP)) n_tried=$((n_tried + 1))
		$prepare
		if INJECT_NTH=$i injected "$@"; then
			[ "$(counted)" -ge $i ] || break
			$check >checked 2>&1 || echo "call $i: it says that it succeeded; $(cat checked err)" >>wrong
		else
			status=$?
			[ "$status ${INJECT_ERROR:-}" = "137 KILL" ] || grep -q '^error:' err || echo "call $i: status $status without a word" >>wrong
		fi
		[ -n "${altered:-}" ] || clean "afterwards"
		"$@" <"${input:-/dev/null}" >out 2>err || echo "call $i: it fails again: $(cat err)" >>wrong
		$check >checked 2>&1 || echo "call $i: run again it has not done all; $(cat checked err)" >>wrong
		clean "in the end"
	done
}
