#!/bin/sh
# pkgs/lib against nixpkgs' own lib, by thousands of generated calls (lib-calls.nix), and kiln's
# evaluator against Nix on the same. KILN_NIXPKGS_LIB is the lib folder of a checkout of nixpkgs or of
# nixpkgs.lib.
. "$(dirname "$0")/../lib.sh"
command -v nix-instantiate >/dev/null || skip_all "no nix-instantiate (Debian's nix-bin)"
root=$(cd "$(dirname "$0")/../.." && pwd)
plan 4

# calls EVALUATOR LIB WHAT
calls() {
	evaluator=$1 lib=$2 what=$3
	set -- --eval --strict --json -E "(import $root/tests/differential/lib-calls.nix { lib = import $lib; newer = false; }).$what"
	if [ "$evaluator" = nix ]; then
		nix-instantiate --store dummy:// "$@"
	else
		compat nix-instantiate "$@"
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
	pass "the results are nixpkgs' # SKIP KILN_NIXPKGS_LIB is not set"
	pass "every function that both have is called # SKIP KILN_NIXPKGS_LIB is not set"
	exit
fi
calls nix "$KILN_NIXPKGS_LIB" results | lines >"$T/theirs"
if difference=$(diff "$T/theirs" "$T/ours"); then pass "the results are nixpkgs'"; else fail "the results are nixpkgs'" "$(echo "$difference" | head -n 40)"; fi
{
	calls nix "$root/pkgs/lib" uncalled
	calls nix "$KILN_NIXPKGS_LIB" uncalled
} | sed 's/\]/,/; s/[["]//g' | tr , '\n' | sort | uniq -d >"$T/uncalled"
is "every function that both have is called" "$(paste -sd ' ' "$T/uncalled")" ""
