#!/bin/sh
# kiln release, killed at moments of a rotation, a promotion and a rollback: run again, it is right.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v git >/dev/null || skip_all "no git"
here=$(cd "$(dirname "$0")" && pwd)
plan 6
: "${KILN_SEED:=$(date +%s)}" "${KILN_KILLS:=12}"
echo "# seed $KILN_SEED"
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c@d
export GIT_AUTHOR_DATE='1700000000 +0000' GIT_COMMITTER_DATE='1700000000 +0000'
git config --global init.defaultBranch main
version() {
	echo "{ release = \"$1\"; comfyui.version = \"$1\"; }" >versions.nix
	seq "$2" >numbers
	git add -A && git commit -qm "$1"
}
refs() { git -C "$1" for-each-ref --format='%(refname) %(objectname) %(*objectname)' refs/heads refs/tags; }

# main 1, latest 2, latest-staging 3; main, which all of it moves, is checked out, with files that change.
mkdir "$T/template" && cd "$T/template" || exit 1
git init -q --bare r.git && git init -q w && cd w || exit 1
mkdir -p .flox/pkgs && echo '{ }: null' >.flox/pkgs/it.nix
version 1 10
git branch main-testing && git branch main-staging && git switch -qc latest
version 2 20000
git rm -q numbers && git switch -qc latest-staging && mkdir -p numbers
version 3 3 2>/dev/null || { rm -rf numbers && version 3 3; }
git branch latest-testing && git switch -q main && git remote add origin ../r.git && git push -q origin --all

# by_hand COMMAND…: what both have after it.
by_hand() {
	rm -rf "$T/hand" && cp -r "$T/template" "$T/hand"
	(cd "$T/hand/w" && "$@") >"$T/err" 2>&1
	git -C "$T/hand/w" push -q --force origin --all && git -C "$T/hand/w" push -q origin --tags
	refs "$T/hand/w" >"$T/wanted"
}
killed() {
	rm -rf "$T/work"
	if out=$(python3 "$here/release-killed.py" "$KILN_BUILD/kiln" "$T" "$KILN_SEED" "$KILN_KILLS" "$T/wanted" "$@" 2>&1); then
		pass "release $* # $out"
	else
		fail "release $*" "$out"
	fi
}
rotated() { git tag -a -m v1 v1 && git merge -q --ff-only latest && git branch -f latest latest-staging; }
by_hand rotated
killed rotate
killed --interrupt rotate

by_hand git branch -f main-staging main
(cd "$T/template/w" && git switch -qc main-testing-2 main-testing && git switch -q main-testing && version 1.1 10 && git branch -qD main-testing-2 && git push -q origin main-testing && git switch -q main-staging)
by_hand git merge -q --ff-only main-testing
killed promote main-testing
killed --interrupt promote main-testing

(cd "$T/template/w" && git merge -q --ff-only main-testing && git push -q origin main-staging)
by_hand git reset -q --hard HEAD~1
killed rollback main-staging --to HEAD~1
killed rollback main-staging
