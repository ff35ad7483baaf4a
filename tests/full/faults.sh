#!/bin/sh
# What goes wrong in a build says what, where and how to cure it, and leaves nothing half-done: a wrong
# hash, no mirror, a full disk, forbidden namespaces, a syntax error.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
plan 27
full_store
serve_sources 0
cp -r "$project" "$T/project"
chmod -R u+w "$T/project"
rm -f "$T"/project/result*
recipes="$T/project/.flox/pkgs"

# as PREFIX…: before kiln, for one build
prefix=
build() {
	# shellcheck disable=SC2086 # a command line, or nothing
	$prefix "$KILN_BUILD/kiln" build --project "$T/project" --no-link "$@"
}
# fails STATUS NAME…: keeps what it said in $T/said
fails() {
	expected=$1
	shift
	build "$@" >"$T/out" 2>"$T/said"
	is "$what: its status" $? "$expected"
	is "$what: it prints no path" "$(cat "$T/out")" ""
}
says() { like "$what: it says $1" "$(cat "$T/said")" "$2"; }
whole() {
	if kiln store --verify --check-contents >"$T/verify" 2>&1 && [ -z "$(strays "$KILN_STORE")" ]; then
		pass "$what: the store is whole"
	else
		fail "$what: the store is whole" "$(cat "$T/verify")" "$(strays "$KILN_STORE")"
	fi
}

what="a syntax error"
printf '{ lib }:\nlib.optional (true [ ]\n' >"$recipes/broken.nix"
fails 1 broken
says "where" 'broken\.nix:3:1:'
says "what" "unexpected end of file, expecting '\)'"
rm "$recipes/broken.nix"

what="a wrong hash"
sed -i 's|sha256-+7sO+Z6r2Hh8Zl7+|sha256-AAAAAAAAAAAAAAAA|' "$T/project/versions.nix"
fails 102 comfyui-embedded-docs
says "what was specified" 'specified: +sha256-AAAAAAAAAAAAAAAAI1ZlsztivV\+bxNlA6yBV02g0yRw='
says "what came" 'got: +sha256-\+7sO\+Z6r2Hh8Zl7\+I1ZlsztivV\+bxNlA6yBV02g0yRw='
says "for what" 'comfyui_embedded_docs-0\.3\.1.*\.drv'
says "where what came is kept" "^hint: what came is in the store already: '/nix/store/.*comfyui_embedded_docs-0\.3\.1"
whole
cp "$project/versions.nix" "$T/project/versions.nix"

what="no mirror"
printf 'mirror.pypi = http://127.0.0.1:1/simple\nmirror.debian = http://127.0.0.1:1/debian\n' >"$T/nowhere.conf"
prefix="env KILN_CONF=$T/nowhere.conf"
fails 1 comfyui-embedded-docs
says "where it asked" "fetching '.*': 'http://127\.0\.0\.1:1/"
says "for what" "needed by derivation '/nix/store/.*\.drv'"
says "the cure" "^hint: 'mirror\.(pypi|debian)' in kiln.conf names hosts"
whole

# Capabilities of root would do without user namespaces.
what="namespaces forbidden"
cat >"$T/forbidden" <<'SH'
echo 0 >/proc/sys/user/max_user_namespaces || exit 99
exec setpriv --bounding-set=-all --inh-caps=-all "$@"
SH
prefix="unshare --user --map-root-user sh $T/forbidden"
fails 1 comfyui-embedded-docs
says "what" 'the sandbox needs namespaces, which this system refuses'
says "the cure" '^hint: .*max_user_namespaces'
whole

# Enough for recipes and some sources, not for all.
what="a full disk"
mkdir "$T/small"
cat >"$T/full-disk" <<'SH'
mount -t tmpfs -o size=40m none "$KILN_STORE" || exit 99
"$@"
status=$?
"$KILN" store --verify --check-contents >"$KILN_SAID/verify" 2>&1 || cp "$KILN_SAID/verify" "$KILN_SAID/strays"
"$KILN" store --dump-db | grep "^/nix/store/" | sort -u >"$KILN_SAID/valid"
ls "$KILN_STORE/nix/store" | grep -v "^.links$" | sed "s|^|/nix/store/|" | sort | comm -23 - "$KILN_SAID/valid" >>"$KILN_SAID/strays"
exit $status
SH
KILN=$KILN_BUILD/kiln KILN_SAID=$T KILN_STORE=$T/small
export KILN KILN_SAID
prefix="unshare --user --map-root-user --mount sh $T/full-disk"
fails 1 comfyui
says "what" 'No space left on device|database or disk is full'
is "$what: the store is whole" "$(cat "$T/strays")" ""
says "the cure" "^hint: the disk is full: 'kiln gc'"

stop_serving
