# shellcheck shell=sh
# For tests whose builds run in the sandbox without a network: a package set of the test's own in
# $T/data, which KILN_DATA_DIR names. Its shell, the sandbox's /bin/sh, is a program that writes $text
# to each of $outputs (default: out). made.nix is a function: name, text and outputs give a derivation
# that does so. Sourced after lib.sh; skips the script where it cannot work.
command -v cc >/dev/null || skip_all "no compiler"
mkdir -p "$T/data/pkgs" "$T/shell/bin"
[ -e "$T/shell.c" ] || cat >"$T/shell.c" <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void)
{
	char all[4096], *rest = all;
	const char *outputs = getenv("outputs");

	snprintf(all, sizeof(all), "%s", outputs ? outputs : "out");
	for (char *name; (name = strsep(&rest, " "));) {
		FILE *f = fopen(getenv(name), "w");

		if (!f || fputs(getenv("text"), f) < 0 || fclose(f))
			return 1;
	}
	return strcmp(getenv("text"), "fail") == 0;
}
C
cc -D_GNU_SOURCE -static -o "$T/shell/bin/busybox" "$T/shell.c" 2>"$T/err" ||
	skip_all "no static program can be made here: $(cat "$T/err")"
tar -C "$T" -cf "$T/shell.tar" shell
cat >"$T/data/pkgs/default.nix" <<NIX
{ ... }: {
  busyboxStatic = derivation {
    name = "shell"; system = "builtin"; builder = "builtin:fetchurl"; unpack = true;
    url = "file://$T/shell.tar"; outputHashMode = "recursive"; outputHashAlgo = "sha256";
    outputHash = "$(compat nix-store --dump "$T/shell" | sha256sum | cut -d' ' -f1)";
  };
}
NIX
cat >"$T/data/pkgs/project.nix" <<'NIX'
{ dir, ... }:
let names = builtins.attrNames (builtins.readDir dir); in
builtins.listToAttrs (map (file: { name = builtins.head (builtins.split "[.]nix" file); value = import (dir + "/${file}"); }) names)
NIX
KILN_DATA_DIR=$T/data
export KILN_DATA_DIR
cat >"$T/made.nix" <<'NIX'
name: text: outputs: derivation { inherit name text outputs; system = builtins.currentSystem; builder = "/bin/sh"; }
NIX

# As it was at first.
empty_store() {
	chmod -R u+w "$KILN_STORE"
	rm -rf "$KILN_STORE" "$XDG_CACHE_HOME"
}
compat nix-build --no-out-link -E "import $T/made.nix \"probe\" \"1\" [ \"out\" ]" >/dev/null 2>"$T/err" ||
	skip_all "no sandbox can be made here: $(cat "$T/err")"
empty_store
