#!/bin/sh
# What one package of the set costs to evaluate does not grow with the set: here it is evaluated without the
# files that only others need.
. "$(dirname "$0")/../lib.sh"
plan 3
top=$(cd "$(dirname "$0")/../.." && pwd)
path_of() { kiln eval --read-only --raw -E "(import $1 { system = \"x86_64-linux\"; }).$2.drvPath" 2>&1; }

cp -r "$top/pkgs" "$T/pkgs" && cd "$T/pkgs" || exit 1
find build-support fetchers cuda -name '*.nix' ! -name default.nix -exec rm {} +
rm lib/systems*.nix lib/strings.nix lib/sources.nix lib/asserts.nix lib/debug.nix lib/licenses.nix \
	debian/about.json python/*.nix python/*.json stdenv/cc.nix stdenv/make-derivation.nix
is "a program of Debian's" "$(path_of "$T/pkgs" bash)" "$(path_of "$top/pkgs" bash)"
is "a library" "$(path_of "$T/pkgs" zlib)" "$(path_of "$top/pkgs" zlib)"

cp -r "$top/pkgs/fetchers" "$top/pkgs/python" "$top/pkgs/lib" .
rm fetchers/curl.nix fetchers/forge.nix fetchers/git.nix fetchers/patch.nix lib/systems*.nix python/about.json python/metadata.json
is "a wheel" "$(path_of "$T/pkgs" python3.pkgs.numpy)" "$(path_of "$top/pkgs" python3.pkgs.numpy)"
