#!/bin/sh
# Random programs beside real Nix: thousands that have a value, printed and as JSON, with the paths of
# the derivations that they make, and some with a fault in each: the same values, the same failures,
# and with the newest Nix the same last error line. KILN_NIX_UNSTABLE_ROOT is an unpacked root with a
# Nix of today.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../lib-nix.sh"
need_nix
need_2_8
seed=${SEED:-$(date +%s)}
count=${COUNT:-3000}
faults=${FAULTS:-150}
plan 4
echo "# seed $seed, $count programs and $faults with faults (SEED, COUNT and FAULTS choose others)"
gen() {
	verb=$1
	shift
	python3 "$here/gen_programs.py" "$verb" "$@"
}

# What the programs read.
tree() {
	mkdir -p "$1/tree/sub"
	echo data >"$1/tree/file"
	echo x >"$1/tree/sub/x"
	printf '#!/bin/sh\n' >"$1/tree/run"
	chmod +x "$1/tree/run"
	ln -s file "$1/tree/link"
}
avoid() { sed -n "s/^$1  *\([^ ]*\) .*/\1/p" "$here/programs.differences"; }

# values WHO: both print the same for every list of programs.
values() {
	tree "$T/values-$1"
	# shellcheck disable=SC2046 # features are words
	gen make "$seed" "$count" "$T/values-$1" $(avoid "$1") || return 1
	bad=0
	for f in "$T/values-$1"/*.nix; do
		for as in "" --json; do
			[ "$as" = --json ] && [ "$1" = old ] && continue
			"nix_$1" --eval --strict $as "$f" >"$T/theirs" 2>"$T/err" || { tail -n 5 "$T/err"; return 1; }
			nix_kiln --eval --strict $as "$f" >"$T/ours" 2>"$T/err" || { tail -n 5 "$T/err"; return 1; }
			gen compare "$f" "$T/theirs" "$T/ours" || bad=$((bad + 1))
		done
	done
	[ "$bad" = 0 ]
}

# failures WHO: both fail, or print the same.
failures() {
	tree "$T/faults-$1"
	# shellcheck disable=SC2046 # features are words
	gen fail "$seed" "$faults" "$T/faults-$1" $(avoid "$1") || return 1
	bad=0 fail=0
	for f in "$T/faults-$1"/*.nix; do
		theirs=$("nix_$1" --eval --strict "$f" 2>"$T/theirs" || echo "failed")
		ours=$(nix_kiln --eval --strict "$f" 2>"$T/ours" || echo "failed")
		if [ "$theirs" = failed ]; then
			fail=$((fail + 1))
			if [ "$1" = newest ]; then
				theirs="failed: $(last_error <"$T/theirs")"
				ours="$ours: $(last_error <"$T/ours")"
			fi
		fi
		[ "$ours" = "$theirs" ] && continue
		bad=$((bad + 1))
		printf '%s\n  theirs: %s\n  ours:   %s\n' "$(sed '1,/^in$/d' "$f" | head -c 2000)" "$theirs" "$ours"
	done
	[ "$bad" = 0 ] && [ "$fail" -gt 0 ]
}

ok "values as Nix 2.8's" values old
ok "failures as Nix 2.8's" failures old
if have_newest; then
	ok "values as the newest Nix's" values newest
	ok "failures as the newest Nix's" failures newest
else
	skip "values as the newest Nix's" "$why_not"
	skip "failures as the newest Nix's" "$why_not"
fi
