#!/bin/sh
# kiln init and edit whose calls fail, one after the other, or that are killed at each: nothing is half there, and the next try works.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../lib-inject.sh"
plan 4
cd "$T" || exit 1
unset EDITOR VISUAL FLOX_ENV_PROJECT
m=p/.flox/env/manifest.toml

# faults WHAT PREPARE CHECK COMMAND…: each call of the command fails once; CHECK tells what is wrong.
faults() {
	what=$1 prepare=$2 check=$3 i=0
	shift 3
	: >wrong
	while [ $i -lt 400 ]; do
		i=$((i + 1))
		$prepare
		if INJECT_NTH=$i injected "$@"; then
			[ "$(counted)" -ge $i ] || break
		else
			status=$?
			# All was done by then.
			grep -q 'writing to standard output' err && continue
			[ "${INJECT_ERROR:-}" = KILL ] || grep -q '^error:' err || echo "call $i: status $status without a word" >>wrong
			$check >>wrong
			"$@" >again 2>&1 || echo "call $i: the next try fails: $(cat again)" >>wrong
		fi
	done
	[ $i -gt 3 ] || echo "only $i calls" >>wrong
	is "$what" "$(head -5 wrong)" ""
}
empty() { rm -rf p && mkdir p; }
absent() { [ -z "$(find p -mindepth 1)" ] || echo "call $i: there is $(find p -mindepth 1 | tr '\n' ' ')"; }
no_manifest() { [ ! -e $m ] || "$KILN_BUILD/kiln" list -d p >/dev/null 2>&1 || echo "call $i: half a manifest"; rm -f $m; }
made() { rm -rf p && kiln init -b -d p >/dev/null && echo 'version = 1 # new' >new.toml; }
whole() { grep -qx -e 'version = 1 # new' -e 'schema-version = "1.12.0"' $m || echo "call $i: $(cat $m)"; }

faults "init, each failing: nothing is left" empty absent "$KILN_BUILD/kiln" init -d p --recipe r
INJECT_ERROR=KILL
export INJECT_ERROR
faults "init, killed: it is made by the next" empty no_manifest "$KILN_BUILD/kiln" init -d p --recipe r
faults "edit, killed: the old one or the new one" made whole "$KILN_BUILD/kiln" edit -d p -f new.toml
INJECT_ERROR=ENOSPC
faults "edit, on a full disk: likewise" made whole "$KILN_BUILD/kiln" edit -d p -f new.toml
