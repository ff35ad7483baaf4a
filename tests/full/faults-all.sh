#!/bin/sh
# What the default tier samples: every failing call of the store and of builds, and 300 kills.
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")/../functional" && pwd)
export KILN_FAULTS_STEP=1
: "${KILN_KILLS:=300}"
export KILN_KILLS
plan 4
# whole NAME: the test's own results are comments of ours
whole() {
	if sh "$here/$1.sh" >"$T/said" 2>&1; then
		pass "$1: $(grep -c '^ok' "$T/said")"
	else
		fail "$1" "$(cat "$T/said")"
	fi
}
whole store-faults
whole build-faults
whole killed
ok "substitution killed" "$KILN_BUILD/tests/unit/t_job_substitute"
