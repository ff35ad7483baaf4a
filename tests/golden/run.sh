#!/bin/sh
# The errors that whoever writes recipes is most likely to meet, word for word: at most eight lines of
# what failed, where, and the cure, beside the last lines of a program's log. A case is NAME.nix, which
# becomes .flox/pkgs/foo.nix of a project in a git repository, or a folder NAME, which is the project itself
# (what begins with "dot-" is put there under its real name); beside it stands NAME.err. What is run is
# `kiln build --dry-run foo`, or the text after "# run: " in NAME.nix, or the folder's file `run`. Cases that
# are called build-* run programs: KILN_GOLDEN_STORE names a store to build in, without it they are left out.
# `run.sh --accept [NAME…]` writes what is missing or differs; `run.sh NAME…` runs these alone.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
KILN_DATA_DIR=$(cd "$here/../.." && pwd)
export KILN_DATA_DIR GIT_CONFIG_NOSYSTEM=1
command -v git >/dev/null || skip_all "no git"
git config --global init.defaultBranch main
accept=
if [ "${1:-}" = --accept ]; then
	accept=1
	shift
fi
most=8

cases() {
	cd "$here" || exit 1
	if [ $# -gt 0 ]; then
		printf '%s\n' "$@"
	else
		for c in *.nix */; do echo "${c%/}"; done | sed 's/\.nix$//'
	fi | while read -r name; do
		case $name in
		build-*) [ -n "${KILN_GOLDEN_STORE:-}" ] || continue ;;
		esac
		echo "$name"
	done
}

# lay NAME: its project, in a folder of its own, all of it tracked.
lay() {
	p="$T/project"
	rm -rf "$p"
	mkdir -p "$p"
	run='kiln build --dry-run foo'
	if [ -d "$here/$1" ]; then
		cp -R "$here/$1/." "$p"
		find "$p" -depth -name 'dot-*' | while read -r f; do mv "$f" "${f%/*}/.${f##*/dot-}"; done
		[ ! -f "$p/run" ] || run=$(cat "$p/run")
		rm -f "$p/run"
	else
		mkdir -p "$p/.flox/pkgs"
		cp "$here/$1.nix" "$p/.flox/pkgs/foo.nix"
		told=$(sed -n 's/^# run: //p' "$here/$1.nix")
		[ -z "$told" ] || run=$told
	fi
	git init -q "$p" && git -C "$p" add -A
}

# ask NAME: what its command says, with the paths of this machine left out.
ask() {
	lay "$1"
	case $1 in
	build-*) KILN_STORE=$KILN_GOLDEN_STORE ;;
	*) KILN_STORE="$T/root" ;;
	esac
	cd "$p" || exit 1
	(eval "$run") >"$T/out" 2>"$T/said"
	status=$?
	cd "$T" || exit 1
	grep -vE '^(started|ended): |^==.*makecontext' "$T/said" |
		sed -e "s|$p|/project|g" -e "s|$KILN_STORE||g" -e "s|$KILN_DATA_DIR|/kiln|g" -e "s|$T|/tmp|g" \
			-e 's|/nix/store/[0-9a-z]\{32\}-|/nix/store/HASH-|g' -e 's|\(setup: line \)[0-9]*|\1N|' \
			-e 's|drvs/../[0-9a-z]\{30\}-|drvs/HASH-|g' \
			-e 's|could not find repository at|could not find repository from|' # newer libgit2's words
}

names=$(cases "$@")
plan "$(echo "$names" | grep -c .)"
for name in $names; do
	ask "$name" >"$T/err"
	golden="$here/$name.err"
	[ -z "$accept" ] || [ "$status" = 0 ] || cp "$T/err" "$golden"
	# a program's own last words are as many as it had
	lines=$(grep -vc '^> ' "$T/err")
	if [ "$status" = 0 ]; then
		fail "$name" "it succeeded" "$(cat "$T/err")"
	elif [ "$lines" -gt "$most" ]; then
		fail "$name" "it says $lines lines, which is more than $most" "$(cat "$T/err")"
	elif diff=$(diff -u "$golden" "$T/err" 2>&1); then
		pass "$name"
	else
		fail "$name" "$diff"
	fi
done
