#!/bin/sh
# kiln install and kiln env rollback, cut off at any of their calls and on a disk that is full: manifest,
# lock and generation are the old ones or the new ones, told of honestly, and the next try completes.
# Two at once; homes that are not there or not to be written; what processes hold.
# shellcheck disable=SC2016 # the inner shell's words
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../lib-inject.sh"
plan 21
echo "# seed $KILN_SEED"
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$T" || exit 1
unset KILN_STORE
export NIX_STORE_DIR="$T/st" NIX_STATE_DIR="$T/var" NIX_LOG_DIR="$T/log"
mkdir -p "$NIX_CONF_DIR" data/pkgs template/.flox/env
printf '%s\n' 'sandbox = false' >"$NIX_CONF_DIR/nix.conf"
export KILN_DATA_DIR="$T/data"
cp "$top/pkgs/about.nix" data/pkgs
cat >data/pkgs/project.nix <<'NIX'
{ dir, ... }: { }
NIX
cat >data/pkgs/default.nix <<'NIX'
{ ... }:
let p = name: derivation { inherit name; system = builtins.currentSystem; builder = "/bin/sh"; PATH = "/bin:/usr/bin"; args = [ "-ec" "mkdir -p $out/bin; echo ${name} >$out/bin/${name}" ]; } // { pname = name; version = "1"; };
in { alpha = p "alpha"; beta = p "beta"; }
NIX
printf 'version = 1\n[install]\n' >template/.flox/env/manifest.toml
kiln install -d template alpha >out 2>err || fail "the first" "$(cat err)"
cp -r template first
kiln install -d first beta >out 2>err || fail "the second" "$(cat err)"
new=$(cat first/.flox/env/manifest.toml) old=$(cat template/.flox/env/manifest.toml)

again() { rm -rf env && cp -r "$from" env; }
# What is there says the same everywhere.
whole() {
	manifest=$(cat env/.flox/env/manifest.toml)
	list=$(kiln env list -d env 2>&1 | cut -d' ' -f1 | tr '\n' ' ')
	case "$manifest:$list" in
	"$old:alpha " | "$new:alpha beta ") ;;
	*) echo "call $i: manifest and generation differ: $manifest: $list" ;;
	esac
}
# cut COMMAND…: each of its calls is the last one.
cut_off() {
	: >wrong
	again
	INJECT_NTH=100000000 injected "$@" || echo "without a failure it fails: $(cat err)" >>wrong
	calls=$(counted)
	wanted=$(cat env/.flox/env/manifest.toml)
	i=$((KILN_SEED % KILN_FAULTS_STEP)) n_tried=0
	while [ $i -lt "$calls" ]; do
		i=$((i + KILN_FAULTS_STEP)) n_tried=$((n_tried + 1))
		again
		INJECT_NTH=$i injected "$@" || [ "${INJECT_ERROR:-}" = KILL ] || grep -q '^error:' err || echo "call $i: it fails without a word" >>wrong
		whole >>wrong
		"$@" >out 2>err || echo "call $i: it fails again: $(cat err)" >>wrong
		whole >>wrong
		[ "$(cat env/.flox/env/manifest.toml)" = "$wanted" ] || echo "call $i: it has not done all" >>wrong
		[ ! -e env/.flox/run/switching ] || echo "call $i: it is still switching" >>wrong
	done
}
from=template
INJECT_ERROR=KILL
export INJECT_ERROR
cut_off "$KILN_BUILD/kiln" install -d env beta
is "an install that is killed leaves the old or the new # $n_tried of $calls" "$(cat wrong)" ""
from=first
cut_off "$KILN_BUILD/kiln" env rollback -d env 1
is "so does a way back # $n_tried of $calls" "$(cat wrong)" ""
INJECT_ERROR=ENOSPC INJECT_STAYS=1
export INJECT_STAYS
from=template
cut_off "$KILN_BUILD/kiln" install -d env beta
is "a full disk is told, and leaves the old # $n_tried of $calls" "$(cat wrong)" ""
unset INJECT_ERROR INJECT_STAYS

# ---- two at once ----
again
kiln install -d env beta >out1 2>&1 &
kiln install -d env alpha beta >out2 2>&1
wait
i=both
is "two at once come one after the other" "$(whole; cat env/.flox/env/manifest.toml)" "$new"
again
(flock 9 && sleep 1) 9>env/.flox/run/lock &
sleep 0.2
kiln install -d env beta >out 2>&1
like "who waits is told" "$(cat out)" "^waiting for another kiln that changes this environment$"
wait

# ---- folders ----
in_namespace() { unshare -rm sh -c "$@" 2>&1; }
if [ "$(in_namespace 'mount -t tmpfs none "$1" && echo yes' sh "$T/template")" = yes ]; then
	again
	mkdir ro full
	fails_like "a manifest that may not be written" "^error: the environment of '$T/env' cannot be changed: '$T/env/.flox/env': Read-only file system$" \
		in_namespace 'mount --bind "$2" "$2" && mount -o remount,ro,bind "$2" && "$1" install -d "${2%/.flox/env}" beta' sh "$KILN_BUILD/kiln" "$T/env/.flox/env"
	i=read-only
	is "stays as it is" "$(whole)" ""
	fails_like "a home that may not be written" "^error: making your own environment '$T/ro/kiln/default': .*Read-only file system$" \
		in_namespace 'mount --bind ro ro && mount -o remount,ro,bind ro && cd / && XDG_CONFIG_HOME="$2" "$1" install alpha' sh "$KILN_BUILD/kiln" "$T/ro"
	fails_like "one that is full" "No space left on device" \
		in_namespace 'mount -t tmpfs -o size=4k none full && dd if=/dev/zero of=full/x 2>/dev/null; cd / && XDG_CONFIG_HOME="$2" "$1" install alpha' sh "$KILN_BUILD/kiln" "$T/full"
	again
	fails_like "an environment on a disk that is full" "No space left on device" \
		in_namespace 'mount -t tmpfs -o size=64k none full && cp -r env full/env && dd if=/dev/zero of=full/x 2>/dev/null; "$1" install -d full/env beta; s=$?; cmp env/.flox/env/manifest.toml full/env/.flox/env/manifest.toml || echo OTHER; exit $s' sh "$KILN_BUILD/kiln"
	is "keeps its manifest" "$(printf '%s\n' "$out" | grep OTHER)" ""
else
	for what in 1 2 3 4 5 6; do pass "$what # SKIP no namespaces"; done
fi
fails_like "no home" "^error: no home folder: HOME is not set, and user 54321 is not in the password file$" \
	sh -c 'cd / && env -u HOME -u XDG_CONFIG_HOME setpriv --reuid 54321 --clear-groups "$1" env list' sh "$KILN_BUILD/kiln"
like "has a cure" "$out" "hint: set HOME, or name an environment's folder with -d DIR"

# ---- names ----
odd="a 'b\"
$(printf '\303\266\n')c"
mkdir "$odd" && cp -r template/.flox "$odd/.flox" && rm -r "$odd/.flox/run"
ok "quotes, line ends and other letters in a path" kiln install -d "$odd" beta
is "are a path" "$("$KILN_BUILD/kiln" env list -d "$odd" | cut -d' ' -f1 | tr '\n' ' ')" "alpha beta "
is "and roots as any other" "$(profile=$(readlink "$odd/.flox/run/current/profile"); kiln gc >out 2>&1; cat "$profile/bin/beta")" beta
again
ln -s "$T/env" way
is "a folder behind a link is one" "$( (cd way && kiln install beta >out 2>&1); whole; cat env/.flox/env/manifest.toml)" "$new"
mv env moved
is "one that was moved goes on" "$(kiln install -d moved alpha 2>&1; kiln env list -d moved | cut -d' ' -f1 | tr '\n' ' ')" "'alpha' is installed in environment 'moved' already
alpha beta "

# ---- an ordinary user, without a /nix that may be written ----
user() { env -i PATH=/usr/bin:/bin HOME="$T/user" KILN_DATA_DIR="$T/data" setpriv --reuid 54321 --regid 54321 --clear-groups sh -c 'cd && "$@"' sh "$@" 2>&1; }
if [ "$(id -u)" = 0 ] && mkdir -p user/pkg/bin && chown -R 54321:54321 user && chmod 755 "$T" &&
	[ "$(user "$KILN_BUILD/kiln" store info 2>/dev/null | grep -c "$T/user")" -gt 0 ] && user unshare -rm true >/dev/null; then
	printf '#!/bin/sh\necho hi\n' >user/pkg/bin/hi
	chmod +x user/pkg/bin/hi
	path=$(user "$KILN_BUILD/compat/nix-store" --add pkg)
	like "an ordinary user has an environment of their own" "$(user "$KILN_BUILD/kiln" install "$path")" "^your own environment is at generation 1$"
	like "in their own store" "$(readlink user/.config/kiln/default/.flox/run/current/profile)" "^/nix/store/.*-environment$"
	is "and it is kept" "$(user "$KILN_BUILD/kiln" gc >out; user "$KILN_BUILD/kiln" run "$path" -- sh -c 'cat "$1/bin/hi"' sh "$(readlink user/.config/kiln/default/.flox/run/current/profile)" | tail -1)" "echo hi"
else
	for what in 1 2 3; do pass "$what # SKIP no other user here"; done
fi
