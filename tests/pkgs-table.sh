# shellcheck shell=sh
# For functional tests of what recipes count on in pkgs/: a table of entries NAME = [got, wanted] in Nix,
# evaluated by kiln, or by Nix where kiln is not built.

# pkgs_table FILE COUNT: a test for each entry.
pkgs_table() {
	# One line an entry: its name, a tab, and "true" or what it was and ought to be.
	expression="let t = import $1 { }; show = v: builtins.unsafeDiscardStringContext (builtins.toJSON v); in
	builtins.concatStringsSep \"\" (map (n: let p = t.\${n}; got = builtins.elemAt p 0; want = builtins.elemAt p 1; in
	\"\${n}\t\${if got == want then \"true\" else \"got \${show got}, expected \${show want}\"}\n\") (builtins.attrNames t))"

	if [ -x "$KILN_BUILD/kiln" ]; then
		ask() { kiln eval --raw -E "$expression"; }
	elif command -v nix-instantiate >/dev/null; then
		ask() { nix-instantiate --store dummy:// --eval --json -E "$expression" | sed 's/^"//; s/"$//; s/\\n/\n/g; s/\\t/\t/g; s/\\"/"/g'; }
	else
		skip_all "neither kiln nor nix-instantiate"
	fi
	ask >"$T/entries" 2>"$T/err" || sed 's/^/# /' "$T/err"
	plan "$2"
	tab=$(printf '\t')
	while IFS=$tab read -r what result; do
		if [ -n "$what" ]; then is "$what" "$result" true; fi
	done <"$T/entries"
}
