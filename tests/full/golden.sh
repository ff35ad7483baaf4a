#!/bin/sh
# The golden errors (tests/golden) that need programs: of failing builds, and of programs that run.
# They get a store of their own that begins with what the one with everything has.
set -u
work=$(mktemp -d "${TMPDIR:-/tmp}/kiln-golden.XXXXXX")
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
if [ -d "${KILN_FULL_STORE:-/nowhere}/nix/store" ]; then
	mkdir -p "$work/store/nix"
	cp -al "$KILN_FULL_STORE/nix/store" "$work/store/nix/" || exit 1
	cp -a "$KILN_FULL_STORE/nix/var" "$work/store/nix/" || exit 1
fi
cd "$(dirname "$0")/../golden" || exit 1
names=$(for c in build-*; do echo "${c%.*}"; done | sort -u)
# shellcheck disable=SC2086 # a list of names
KILN_GOLDEN_STORE=$work/store sh ./run.sh $names
