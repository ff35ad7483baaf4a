#!/bin/sh
# Every call that changes the disk fails once in what the job loop does: sources, sandboxed builds and
# others, instantiation, repair. As in store-faults.sh: said or done, clean, and completing afterwards.
# Then a disk that is full and stays so, a quota, and a store that cannot be written.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../small-set.sh"
. "$(dirname "$0")/../lib-inject.sh"
plan 18
cd "$T" || exit 1
bin="$KILN_BUILD/compat/nix-store"
build="$KILN_BUILD/compat/nix-build"
cat >graph.nix <<NIX
let
  made = import ./made.nix;
  source = derivation {
    name = "source"; system = "builtin"; builder = "builtin:fetchurl"; url = "file://$T/made.nix";
    outputHash = "$(sha256sum made.nix | cut -d' ' -f1)"; outputHashAlgo = "sha256"; outputHashMode = "flat";
  };
in made "top" "\${made "low" "\${source}" [ "out" "dev" ]} \${builtins.toFile "t" "1"}" [ "out" ]
NIX
# The sandbox's shell is there already.
"$build" --no-out-link -E 'import ./made.nix "other" "1" [ "out" ]' >/dev/null 2>&1
cp -a "$KILN_STORE" template && cp -a "$XDG_CACHE_HOME" template-cache
top=$("$build" --no-out-link graph.nix 2>/dev/null)
cp -a "$KILN_STORE" whole
take() {
	chmod -R u+w "$KILN_STORE" "$XDG_CACHE_HOME"
	rm -rf "$KILN_STORE" "$XDG_CACHE_HOME" result
	cp -a "$1" "$KILN_STORE" && cp -a template-cache "$XDG_CACHE_HOME"
}
before() { take template; }
is_built() { [ "$("$bin" -qR "$top" | wc -l)" = 4 ] && [ "$(cat "$KILN_STORE$top")" != "" ]; }
is_linked() { is_built && [ "$(readlink result)" = "$top" ]; }
harmless() {
	ok "$1 has $calls calls to fail" test "$calls" -gt "$2"
	is "and none does harm" "$(cat wrong)" ""
}
every before is_linked "$build" -j 1 graph.nix
harmless building 200

altered_store() {
	take whole
	for path in "$KILN_STORE"/nix/store/*-low "$KILN_STORE"/nix/store/*-source; do
		chmod u+w "$path" && echo other >"$path"
	done
}
altered=1
every altered_store is_built "$KILN_BUILD/kiln" store repair --all
harmless repairing 100
altered=

# ---- a full disk: from some moment on nothing has room ----
export INJECT_STAYS=1
every before is_built "$build" -j 1 --no-out-link graph.nix
is "a disk that fills up does no harm, wherever it does" "$(cat wrong)" ""
unset INJECT_STAYS
before
INJECT_NTH=30 INJECT_ERROR=EDQUOT injected "$build" --no-out-link graph.nix
like "a quota is told" "$(cat err)" 'Disk quota exceeded'
like "with what to do" "$(cat err)" "^hint: .*full"

# ---- killed at a call ----
export INJECT_ERROR=KILL
every before is_built "$build" -j 1 --no-out-link graph.nix
is "being killed at any of $calls calls does no harm" "$(cat wrong)" ""

# ---- what is no failure ----
export INJECT_ERROR=EINTR
every before is_built "$build" -j 1 --no-out-link graph.nix
is "none of $calls interruptions does harm" "$(cat wrong)" ""
unset INJECT_ERROR
before
ok "writes may be short" env INJECT_SHORT=1 LD_PRELOAD="$inject" ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 \
	"$build" --no-out-link graph.nix
i=short
: >wrong
is_built || echo "it has not done all" >wrong
clean short
is "and all is whole" "$(cat wrong)" ""

# ---- real disks, in a mount namespace of their own ----
if ! unshare --user --map-root-user --mount true 2>/dev/null; then
	[ -z "${MUST_WORK:-}" ] || echo "Bail out! must work here, but: no user namespaces"
	for what in full told whole "completes with room" read-only told read; do pass "$what # SKIP no user namespaces"; done
	exit
fi
cat >big.nix <<'NIX'
map (n: import ./made.nix "big${toString n}" (toString n + builtins.readFile ./filler) [ "out" ]) (builtins.genList (n: n) 40)
NIX
seq 20000 >filler
cat >on-disk <<'SH'
mount -t tmpfs -o "size=$size" none "$KILN_STORE" && cp -a template/. "$KILN_STORE" || exit 99
"$bin" --add made.nix >/dev/null 2>&1 || exit 98
[ -z "$readonly" ] || mount -o remount,ro none "$KILN_STORE" || exit 97
"$@" >out 2>err
echo $? >status
if [ -n "$readonly" ]; then
	"$bin" --dump-db >verified 2>&1
else
	"$bin" --verify --check-contents >verified 2>&1 && : >verified
fi
[ -n "$readonly" ] || "$bin" --gc >/dev/null 2>>verified
"$bin" --dump-db | grep ^/nix/store/ | sort -u >valid
ls "$KILN_STORE/nix/store" | grep -v '^.links$' | sed 's|^|/nix/store/|' | sort | comm -23 - valid >strays
mount -o "remount,size=200m" none "$KILN_STORE"
"$@" >out.again 2>err.again
echo $? >status.again
SH
export bin size=3m readonly=
before
chmod -R u+w "$KILN_STORE" && rm -rf "$KILN_STORE" && mkdir "$KILN_STORE"
on_disk() { unshare --user --map-root-user --mount sh on-disk "$@"; }
on_disk "$KILN_BUILD/compat/nix-instantiate" big.nix
is "a disk without room for all: it fails" "$(cat status)" 1
like "tells" "$(cat err)" 'No space left on device|is full'
is "is whole" "$(cat verified strays)" ""
is "and completes when there is room" "$(cat status.again)" 0
export size=50m readonly=1
on_disk "$build" --no-out-link graph.nix
is "a disk that is read-only: it fails" "$(cat status)" 1
like "tells" "$(cat err)" '[Rr]ead-only'
like "and what is there can be read" "$(cat verified)" "-made.nix"
