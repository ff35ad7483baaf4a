#!/bin/sh
# pkgs/lib against nixpkgs' own lib, by thousands of generated calls (lib-calls.nix), and kiln's
# evaluator against Nix on the same; nixpkgs' lib itself, by its own tests and by what each attribute
# is. KILN_NIXPKGS_LIB is the lib folder of a checkout of nixpkgs or of nixpkgs.lib.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../lib-nix.sh"
need_nix
root=$top
plan 7

# calls EVALUATOR LIB WHAT
calls() {
	evaluator=$1 lib=$2 what=$3
	set -- --eval --strict --json -E "(import $root/tests/differential/lib-calls.nix { lib = import $lib; newer = false; }).$what"
	if [ "$evaluator" = nix ]; then
		nix_old "$@"
	else
		nix_kiln "$@"
	fi 2>"$T/err" || {
		sed 's/^/# /' "$T/err" >&2
		return 1
	}
}
# One result a line, with its function's name.
lines() {
	sed 's/"\([a-zA-Z]*\.[A-Za-z0-9'"'"']*\)":\[/\n\1:\n/g; s/","/"\n"/g' |
		awk '/^[a-zA-Z]+\.[^" ]*:$/ { name = $0; i = 0; next } { sub(/"\][],}]*$/, "\""); print name, i++, $0 }'
}

calls nix "$root/pkgs/lib" results | lines >"$T/ours"
count=$(wc -l <"$T/ours")
if [ "$count" -gt 5000 ]; then pass "$count calls"; else fail "$count calls, expected thousands"; fi

if [ -x "$KILN_BUILD/compat/nix-instantiate" ]; then
	calls kiln "$root/pkgs/lib" results | lines >"$T/kiln"
	if difference=$(diff "$T/ours" "$T/kiln"); then pass "kiln evaluates them like Nix"; else fail "kiln evaluates them like Nix" "$(echo "$difference" | head -n 40)"; fi
else
	pass "kiln evaluates them like Nix # SKIP it is not built"
fi

if [ -z "${KILN_NIXPKGS_LIB:-}" ]; then
	for what in "the results are nixpkgs'" "every function that both have is called" \
		"nixpkgs' tests of systems find nothing" "nixpkgs' tests of functions find nothing" \
		"every attribute of nixpkgs' lib is as in Nix"; do
		skip "$what" "KILN_NIXPKGS_LIB is not set"
	done
	exit
fi
calls nix "$KILN_NIXPKGS_LIB" results | lines >"$T/theirs"
if difference=$(diff "$T/theirs" "$T/ours"); then pass "the results are nixpkgs'"; else fail "the results are nixpkgs'" "$(echo "$difference" | head -n 40)"; fi
{
	calls nix "$root/pkgs/lib" uncalled
	calls nix "$KILN_NIXPKGS_LIB" uncalled
} | sed 's/\]/,/; s/[["]//g' | tr , '\n' | sort | uniq -d >"$T/uncalled"
is "every function that both have is called" "$(paste -sd ' ' "$T/uncalled")" ""

# ---- nixpkgs' lib ----

for what in "systems systems" "functions misc"; do
	is "nixpkgs' tests of ${what% *} find nothing" \
		"$(nix_kiln --eval --strict "$KILN_NIXPKGS_LIB/tests/${what#* }.nix" 2>"$T/err" || tail -n 5 "$T/err")" "[ ]"
done

# shape WHO
shape() {
	"nix_$1" --eval --strict --json -E "import $here/lib-shallow.nix { path = $KILN_NIXPKGS_LIB; }" 2>"$T/err"
}
what="every attribute of nixpkgs' lib is as in Nix"
# The lib of today needs builtins that 2.8 has not.
who=old
if have_newest; then who=newest; fi
if ! shape "$who" >"$T/theirs"; then
	skip "$what" "Nix 2.8 cannot evaluate this lib: $(last_error <"$T/err")"
elif ! shape kiln >"$T/ours"; then
	fail "$what" "$(tail -n 20 "$T/err")"
else
	sed -i 's/,"/\n"/g' "$T/ours" "$T/theirs"
	if difference=$(diff "$T/theirs" "$T/ours"); then pass "$what"; else fail "$what" "$(echo "$difference" | head -n 40)"; fi
fi
