#!/bin/sh
# Manifests as people have them, and their locks: KILN_MANIFESTS is a folder of such files, *.toml and
# *.lock, from public repositories, which bring them under their own terms.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ -d "${KILN_MANIFESTS:-}" ] || no_oracle "KILN_MANIFESTS names no folder"
plan 3
cd "$T" || exit 1
kiln init -b -d e >/dev/null
: >taken && : >refused && : >wordless
for f in "$KILN_MANIFESTS"/*.toml; do
	if kiln edit -d e -f "$f" >out 2>&1; then
		echo "$f" >>taken
	else
		# What it includes is not here; that it is asked for means that all else is right.
		grep -q 'included environment\|kept on a server' out && echo "$f" >>taken && continue
		head -1 out >>refused
		head -1 out | grep -qE '^error: .*:[0-9]+:[0-9]+: ' || echo "$f: $(cat out)" >>wordless
	fi
done
echo "# $(wc -l <taken) manifests are taken, $(wc -l <refused) refused:"
sed 's/^/# /' refused
ok "a hundred of them" test "$(wc -l <taken)" -ge 100
is "whatever is refused has its place" "$(cat wordless)" ""
: >wrong
kiln init -b -d l >/dev/null
for f in "$KILN_MANIFESTS"/*.lock; do
	[ -e "$f" ] || continue
	cp "$f" l/.flox/env/manifest.lock
	kiln list -d l >out 2>&1 || grep -q 'lockfile-version 0 is not known\|JSON at line' out || echo "$f: $(cat out)" >>wrong
done
is "their locks are read" "$(cat wrong)" ""
