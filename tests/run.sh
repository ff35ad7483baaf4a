#!/bin/sh
# The test run: builds with gcc and clang, warnings as errors; unit, language and functional tests;
# unit and language tests again under ASan and UBSan; the demo end to end. --full adds the second
# tier (tests/full/). Ends in "N passed, N failed".
set -u
cd "$(dirname "$0")/.." || exit 1
top=$(pwd)
full=${1:-}
passed=0 failures=0
logs=$(mktemp -d "${TMPDIR:-/tmp}/kiln-tests.XXXXXX")
trap 'chmod -R u+w "$logs"; rm -rf "$logs"' EXIT

# One step that is not TAP: it passes or fails as a whole.
step() {
	what=$1
	shift
	if "$@" >"$logs/step" 2>&1; then
		passed=$((passed + 1))
		echo "ok   $what"
	else
		failures=$((failures + 1))
		echo "FAIL $what"
		tail -n 60 "$logs/step" | sed 's/^/     /'
	fi
}

# A program that speaks TAP. A missing plan, too few results or a bad exit is a failure too.
tap() {
	what=$1
	shift
	"$@" >"$logs/tap" 2>"$logs/tap.err" </dev/null
	status=$?
	planned=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$logs/tap" | head -n 1)
	good=$(grep -c '^ok ' "$logs/tap")
	bad=$(grep -c '^not ok ' "$logs/tap")
	if [ "${planned:-x}" != $((good + bad)) ] || { [ "$status" != 0 ] && [ "$bad" = 0 ]; }; then
		bad=$((bad + 1))
		echo "not ok - exit status $status, planned ${planned:-nothing}, ran $((good + bad - 1))" >>"$logs/tap"
	fi
	passed=$((passed + good))
	failures=$((failures + bad))
	if [ "$bad" = 0 ]; then
		echo "ok   $what ($good)$(sed -n 's/^1\.\.0 *#/ #/p' "$logs/tap")"
	else
		echo "FAIL $what ($bad of $((good + bad)))"
		grep -vE '^(ok |1\.\.)' "$logs/tap" | head -n 60 | sed 's/^/     /'
		tail -n 40 "$logs/tap.err" | sed 's/^/     /'
	fi
}

configure() {
	dir=$1
	shift
	[ -f "$dir/build.ninja" ] || meson setup "$dir" . "$@"
}
compile() { ninja -C "$1"; }

unit() {
	for t in "$1"/tests/unit/t_*; do
		if [ -f "$t" ] && [ -x "$t" ]; then tap "$2: $(basename "$t")" "$t"; fi
	done
	tap "$2: language" env KILN_BUILD="$top/$1" tests/lang/run.sh
	tap "$2: fuzz corpora" env KILN_BUILD="$top/$1" fuzz/replay.sh
}

step "tree: check" tools/check
step "gcc: configure" configure build
step "gcc: warnings are errors" configure build-werror -Dwerror=true
step "gcc: build" compile build
step "gcc: build without warnings" compile build-werror
CC=clang step "clang: configure" configure build-clang -Dwerror=true
step "clang: build without warnings" compile build-clang
unit build gcc
step "sanitizers: configure" configure build-asan -Db_sanitize=address,undefined -Db_lundef=false
step "sanitizers: build" compile build-asan
ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export ASAN_OPTIONS UBSAN_OPTIONS
unit build-asan sanitizers
if [ -n "$full" ] && [ -z "${KILN_NIX_UNSTABLE_ROOT:-}" ]; then
	if tests/newest-root.sh "$top/build/newest-nix" >"$logs/newest" 2>&1; then
		export KILN_NIX_UNSTABLE_ROOT="$top/build/newest-nix"
	else
		echo "skip the newest Nix: $(tail -n 1 "$logs/newest")"
	fi
fi
for t in tests/functional/*.sh tests/differential/*.sh; do
	[ -f "$t" ] && tap "$(basename "$(dirname "$t")"): $(basename "$t" .sh)" sh "$t"
done
tap "golden errors" sh tests/golden/run.sh
if [ -n "$full" ]; then
	# one store with everything for all of them; see tests/lib-full.sh
	: "${KILN_FULL_STORE:=$logs/store}"
	# and one for the whole Python set
	: "${KILN_SET_STORE:=$logs/set}"
	export KILN_FULL_STORE KILN_SET_STORE
	for t in tests/full/*.sh; do
		[ -f "$t" ] && tap "full: $(basename "$t" .sh)" sh "$t"
	done
fi
if [ -x tests/demo.sh ]; then
	# in a store of the test run's own, which goes with the build folder
	step "demo" env KILN_STORE="$top/build/demo-store" tests/demo.sh
	grep '^demo:' "$logs/step" || true
fi

echo "$passed passed, $failures failed"
[ "$failures" = 0 ] && [ "$passed" -gt 0 ]
