# shellcheck shell=sh
# For the functional tests: TAP, a scratch folder, a store of the test's own. Sourced first:
#
#	. "$(dirname "$0")/../lib.sh"
#	plan 3
#	ok "says hello" test "$(kiln eval -E 1)" = 1
#
# $KILN_BUILD is the build folder (default: build). Real Nix is never on a test's way by accident:
# the compat names are called through compat().
set -u
: "${KILN_BUILD:=$(cd "$(dirname "$0")/../.." && pwd)/build}"
T=$(mktemp -d "${TMPDIR:-/tmp}/kiln-test.XXXXXX")
n=0 failed=0
export LC_ALL=C TZ=UTC
export HOME="$T/home" XDG_CACHE_HOME="$T/cache" XDG_CONFIG_HOME="$T/config"
export XDG_STATE_HOME="$T/state" XDG_CONFIG_DIRS="$T/config-dirs" NIX_CONF_DIR="$T/nix-conf"
unset XDG_DATA_HOME NIX_PATH NIX_STORE_DIR NIX_STATE_DIR NIX_LOG_DIR NIX_REMOTE KILN_STORE KILN_LOG
unset NIX_CONFIG NIX_USER_CONF_FILES NIX_CONFIG_HOME
mkdir -p "$HOME"

# A store below the scratch folder; paths still read /nix/store/….
KILN_STORE="$T/root"
export KILN_STORE

kiln() { "$KILN_BUILD/kiln" "$@"; }
compat() {
	tool=$1
	shift
	"$KILN_BUILD/compat/$tool" "$@"
}

# What a command says, without AddressSanitizer's remark on the evaluator's own stack.
plain() { sed '/^==.*makecontext/d'; }

finish() {
	status=$?
	chmod -R u+w "$T" 2>/dev/null
	rm -rf "$T"
	if [ "$status" = 0 ] && [ "$failed" -gt 0 ]; then status=1; fi
	exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

plan() { echo "1..$1"; }
# no_oracle WHY: the whole script, for want of something to compare with that no package brings. It
# is an oracle of whoever has it, so its absence is never an error.
no_oracle() {
	echo "1..0 # SKIP $1"
	exit 0
}
# skip_all WHY: the whole script; an error where everything must work.
skip_all() {
	if [ -n "${MUST_WORK:-}" ]; then
		echo "Bail out! must work here, but: $1"
		exit 1
	fi
	echo "1..0 # SKIP $1"
	exit 0
}
pass() {
	n=$((n + 1))
	echo "ok $n - $1"
}
fail() {
	n=$((n + 1))
	failed=$((failed + 1))
	echo "not ok $n - $1"
	shift
	for line in "$@"; do echo "$line" | sed 's/^/# /'; done
}
# ok WHAT COMMAND…: the command succeeds.
ok() {
	what=$1
	shift
	if out=$("$@" 2>&1); then pass "$what"; else fail "$what" "status $?" "$out"; fi
}
# is WHAT GOT EXPECTED
is() {
	if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "got:      $2" "expected: $3"; fi
}
# like WHAT GOT PATTERN (extended regular expression on any line)
like() {
	if printf '%s\n' "$2" | grep -qE -e "$3"; then pass "$1"; else fail "$1" "got: $2" "expected a line like: $3"; fi
}
# fails_like WHAT PATTERN COMMAND…: it fails and says so.
fails_like() {
	what=$1 pattern=$2
	shift 2
	if out=$("$@" 2>&1); then
		fail "$what" "it succeeded" "$out"
	else
		like "$what" "$out" "$pattern"
	fi
}
