#!/bin/sh
# Fetchers beside real Nix: random repositories and archives, their hashes, paths, revisions, counts and
# dates. KILN_NIX_UNSTABLE_ROOT is an unpacked root with a Nix of today; git need not be in it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../lib-nix.sh"
here=$(cd "$(dirname "$0")" && pwd)
new=${KILN_NIX_UNSTABLE_ROOT:-}
for tool in python3 git; do
	command -v "$tool" >/dev/null || skip_all "no $tool"
done
command -v nix-instantiate >/dev/null || skip_all "no nix-instantiate (Debian's nix-bin)"
seed=${SEED:-$(date +%s)}
count=${COUNT:-12}
need_no_chroot
plan 6
echo "# seed $seed, $count repositories and archives (SEED and COUNT choose others)"
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=protocol.file.allow GIT_CONFIG_VALUE_0=always
unset _NIX_FORCE_HTTP NIX_CONFIG

mkdir "$T/cases"
python3 "$here/gen_fetch.py" make "$seed" "$count" "$T/cases" || exit 1

# The tags of cases that a version answers otherwise, by fetch.differences.
skips() { sed -n "s/^$1  *tag \([^ ]*\) .*/\1/p" "$here/fetch.differences"; }
fields() { sed -n "s/^$1  *field \([^ ]*\) .*/\1/p" "$here/fetch.differences"; }
with_old() {
	nix-instantiate --store "$T/old" --option experimental-features 'nix-command flakes' --option substituters '' \
		--eval --strict --json "$1"
}
# What is here is shown in that root, in a mount namespace of this process alone.
with_new() {
	# shellcheck disable=SC2016 # for the shell inside
	unshare -m sh -c '
		mount -t tmpfs none "$1/tmp" && mkdir -p "$1$2" && mount --bind "$2" "$1$2" &&
			mount --rbind /proc "$1/proc" || exit 1
		exec chroot "$1" env HOME="$2/newhome" XDG_CACHE_HOME="$2/newcache" nix-instantiate --store "$2/new" \
			--option experimental-features "nix-command flakes fetch-tree" --option substituters "" \
			--eval --strict --json "$3"' sh "$new" "$T" "$1"
}
with_kiln() { kiln eval --strict --json "$1"; }

# answers WHO SKIPPED…: kiln and another one agree on all cases without these tags. Each has a cache that
# knows nothing yet: Nix takes the work tree for the commit, or the other way round, after it saw one.
answers() {
	who=$1
	shift
	XDG_CACHE_HOME=$T/cache-$who-$*
	export XDG_CACHE_HOME
	rm -rf "$T/newcache"
	# shellcheck disable=SC2046 # words
	python3 "$here/gen_fetch.py" program "$T/cases" "$@" $(skips "$who") >"$T/program.nix" || return 1
	"with_$who" "$T/program.nix" >"$T/theirs" 2>"$T/err" || { tail -n 5 "$T/err"; return 1; }
	with_kiln "$T/program.nix" >"$T/ours" 2>"$T/err" || { tail -n 20 "$T/err"; return 1; }
	# shellcheck disable=SC2046 # words
	python3 "$here/gen_fetch.py" compare "$T/theirs" "$T/ours" $(fields "$who")
}
skip() { pass "$1 # SKIP $2"; }

ok "commits as Nix 2.8" answers old workdir archive file
ok "work trees as Nix 2.8" answers old commit archive file
ok "archives and files as Nix 2.8" answers old commit workdir
if [ -n "$new" ] && [ -x "$new/usr/bin/nix-instantiate" ] && unshare -m true 2>/dev/null; then
	ok "commits as the newest Nix" answers new workdir archive file
	ok "work trees as the newest Nix" answers new commit archive file
	ok "archives and files as the newest Nix" answers new commit workdir
else
	for what in commits "work trees" "archives and files"; do
		skip "$what as the newest Nix" "KILN_NIX_UNSTABLE_ROOT is not set, or no mount namespaces here"
	done
fi
