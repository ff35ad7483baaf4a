#!/bin/sh
# Import-from-derivation: what an evaluation has built on its way, in the sandbox, whose /bin/sh is
# itself the package set's. The set here is one of the test's own, and its shell a program that writes
# $text to $out.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v cc >/dev/null || skip_all "no compiler"
cd "$T" || exit 1

mkdir -p data/pkgs shell/bin
cat >shell.c <<'C'
#include <stdio.h>
#include <stdlib.h>
int main(void)
{
	FILE *f = fopen(getenv("out"), "w");

	return !f || fputs(getenv("text"), f) < 0 || fclose(f);
}
C
cc -static -o shell/bin/busybox shell.c 2>err || skip_all "no static program can be made here: $(cat err)"
tar -cf shell.tar shell
cat >data/pkgs/default.nix <<NIX
{ ... }: {
  busyboxStatic = derivation {
    name = "shell"; system = "builtin"; builder = "builtin:fetchurl"; unpack = true;
    url = "file://$T/shell.tar"; outputHashMode = "recursive"; outputHashAlgo = "sha256";
    outputHash = "$(compat nix-store --dump shell | sha256sum | cut -d' ' -f1)";
  };
}
NIX
KILN_DATA_DIR=$T/data
export KILN_DATA_DIR
cat >made.nix <<'NIX'
name: text: derivation { inherit name text; system = builtins.currentSystem; builder = "/bin/sh"; }
NIX

compat nix-build -E 'import ./made.nix "probe" "1"' >/dev/null 2>err ||
	skip_all "no sandbox can be made here: $(cat err)"
chmod -R u+w "$KILN_STORE" && rm -rf "$KILN_STORE" result "$XDG_CACHE_HOME"

plan 6
# The value, or the error.
value() { kiln eval -E "let d = import ./made.nix; in $1" 2>err || cat err; }
is "two in one evaluation, the store being empty" \
	"$(value 'import (d "a" "1") + import (d "b" "2")')" 3
rm -rf "$XDG_CACHE_HOME"
is "one inside another" \
	"$(value 'import (d "c" (toString (import (d "d" "4"))))')" 4
out=$(kiln build --no-link -E 'let d = import ./made.nix; in d "e" (toString (import (d "f" "5")))' 2>err)
is "and a build afterwards" "$(cat "$KILN_STORE$out" 2>&1)" 5
fails_like "it can be switched off" "'allow-import-from-derivation' is disabled" \
	kiln eval --option allow-import-from-derivation false -E 'import (import ./made.nix "g" "6")'
fails_like "and is, where nothing is written" "'allow-import-from-derivation' is disabled" \
	kiln eval --read-only -E 'import (import ./made.nix "g" "6")'
ok "the store verifies" compat nix-store --verify --check-contents
