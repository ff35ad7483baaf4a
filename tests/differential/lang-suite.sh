#!/bin/sh
# The published language suite of Nix, run by kiln: what evaluates has the value that the suite keeps,
# what fails fails, with the same last error line. KILN_NIX_SOURCE is a checkout of Nix (or its
# tests/functional/lang alone, below these folders). VERBOSE=1 shows each difference of a trace too.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../lib-nix.sh"
suite=${KILN_NIX_SOURCE:-}/tests/functional
[ -d "$suite/lang" ] || no_oracle "KILN_NIX_SOURCE names no checkout of Nix with tests/functional/lang"
plan 4
cd "$suite" || exit 1

export TEST_VAR=foo NIX_REMOTE=dummy:// NIX_STORE_DIR=/nix/store
mkdir -p "$T/out" "$KILN_STORE/nix/store"

# The suite's own flags for a case; else $2…
flags() {
	if [ -f "lang/$1.flags" ]; then sed 's/#.*//' "lang/$1.flags" | tr '\n' ' '; else echo "$2"; fi
}
# What the suite does to both texts of one case before it compares them.
settle() {
	sed -i -e "s!$suite!/pwd!g" -e '/ASan doesn.t fully support makecontext/d' "$T/out/$1.$2"
	if [ -f "lang/$1.postprocess" ]; then bash "lang/$1.postprocess" "$T/out/$1" 2>/dev/null; fi
}
differ() {
	bad=$((bad + 1))
	printf '%s\n' "$1: $2"
	shift 2
	if [ $# -gt 0 ]; then diff -u "$@" | head -n 12; fi
}
# Texts of the last error line, kept and ours.
same_error() {
	kept=$(last_error <"lang/$1.err.exp")
	ours=$(last_error <"$T/out/$1.err")
	errors=$((errors + 1))
	if [ "$kept" != "$ours" ]; then
		other=$((other + 1))
		printf '%s\n  kept: %s\n  ours: %s\n' "$1" "$kept" "$ours" >>"$T/errors"
	elif ! cmp -s "lang/$1.err.exp" "$T/out/$1.err"; then
		traces=$((traces + 1))
		if [ -n "${VERBOSE:-}" ]; then diff -u "lang/$1.err.exp" "$T/out/$1.err" >>"$T/traces"; fi
	fi
}

parses() {
	total=0 bad=0
	for f in lang/parse-okay-*.nix; do
		name=$(basename "$f" .nix)
		total=$((total + 1))
		if ! nix_kiln --parse - <"$f" >"$T/out/$name.out" 2>"$T/out/$name.err"; then
			differ "$name" "$(last_error <"$T/out/$name.err")"
		else
			settle "$name" out
			cmp -s "lang/$name.exp" "$T/out/$name.out" || differ "$name" "prints otherwise" "lang/$name.exp" "$T/out/$name.out"
		fi
	done
	for f in lang/parse-fail-*.nix; do
		name=$(basename "$f" .nix)
		total=$((total + 1))
		if nix_kiln --parse - <"$f" >/dev/null 2>"$T/out/$name.err"; then
			differ "$name" "parses"
		else
			settle "$name" err
			same_error "$name"
		fi
	done
}
failures() {
	total=0 bad=0
	for f in lang/eval-fail-*.nix; do
		name=$(basename "$f" .nix)
		total=$((total + 1))
		# shellcheck disable=SC2046 # flags are words
		nix_kiln --show-trace $(flags "$name" '--eval --strict') "lang/$name.nix" >/dev/null 2>"$T/out/$name.err"
		status=$?
		if [ "$status" != 1 ]; then
			differ "$name" "status $status"
		else
			settle "$name" err
			same_error "$name"
		fi
	done
}
values() {
	total=0 bad=0
	for f in lang/eval-okay-*.nix; do
		name=$(basename "$f" .nix)
		[ -f "lang/$name.exp-disabled" ] && continue
		total=$((total + 1))
		kept="lang/$name.exp"
		set -- --eval --strict
		if [ -f "$kept.xml" ]; then
			kept="$kept.xml"
			set -- --eval --strict --xml --no-location
		fi
		# shellcheck disable=SC2046 # flags are words
		if ! NIX_PATH=lang/dir3:lang/dir4 HOME=/fake-home nix_kiln $(flags "$name" '') "$@" \
			"lang/$name.nix" >"$T/out/$name.out" 2>"$T/out/$name.err"; then
			differ "$name" "$(last_error <"$T/out/$name.err")"
			continue
		fi
		settle "$name" out
		cmp -s "$kept" "$T/out/$name.out" || differ "$name" "another value" "$kept" "$T/out/$name.out"
		# Warnings and traces, where the suite keeps them.
		settle "$name" err
		if [ -f "lang/$name.err.exp" ]; then warned="lang/$name.err.exp"; else warned=/dev/null; fi
		cmp -s "$warned" "$T/out/$name.err" || differ "$name" "other warnings" "$warned" "$T/out/$name.err"
	done
}

# agree WHAT: all cases of one kind.
agree() {
	"$1" >"$T/report"
	if [ "$bad" = 0 ] && [ "$total" -gt 0 ]; then
		pass "$total of $total $1"
	else
		fail "$((total - bad)) of $total $1" "$(cat "$T/report")"
	fi
}
errors=0 other=0 traces=0
agree values
agree failures
agree parses
touch "$T/errors" "$T/traces"
sed 's/^/# /' "$T/errors" "$T/traces"
# 13 of 283 may read otherwise: hints that only one of both has, say.
if [ $((other * 283)) -le $((errors * 13)) ] && [ "$errors" -gt 0 ]; then
	pass "$((errors - other)) of $errors last error lines ($((errors - other - traces)) whole traces)"
else
	fail "$((errors - other)) of $errors last error lines"
fi
