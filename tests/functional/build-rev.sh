#!/bin/sh
# kiln build --rev: another revision to the store path that a checkout of it gives, with nothing of the
# work tree touched.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v git >/dev/null || skip_all "no git"
mkdir "$T/tmp" && export TMPDIR="$T/tmp" # for nobody else
plan 22
# shellcheck source=tests/small-set.sh
. "$(dirname "$0")/../small-set.sh"
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c@d
git config --global init.defaultBranch main
git config --global protocol.file.allow always
git config --global advice.detachedHead false

# A project in a folder of its repository, that copies itself, a folder and a file with line ends.
mkdir -p "$T/a repo/app/.flox/pkgs" "$T/a repo/app/src" && cd "$T/a repo" || exit 1
git init -q .
cat >app/.flox/pkgs/it.nix <<NIX
let src = builtins.path { path = ../..; name = baseNameOf ../..; filter = p: t: builtins.match ".*result.*" p == null; }; in
derivation {
  name = "it"; inherit src; outputs = [ "out" ]; system = builtins.currentSystem; builder = "/bin/sh";
  text = builtins.readFile ../../text + "\${../../src}" + "\${src}";
}
NIX
printf 'one\n' >app/text
printf 'a\nb\n' >app/src/lines && echo 'lines eol=crlf' >app/src/.gitattributes
printf 'ü\n' >'app/src/naïve name'
git add -A && git commit -qm one && git tag v1
git switch -qc other/branch && echo two >app/text && git commit -qam two
git switch -q main && echo three >app/text && git commit -qam three
cd app || exit 1
built() { kiln build "$@" 2>"$T/err" || cat "$T/err"; }
# What a clone gives that has this checked out, in a folder of the same name.
checkout() {
	rm -rf "$T/clone" && mkdir "$T/clone" && git clone -q "$T/a repo" "$T/clone/a repo" &&
		git -C "$T/clone/a repo" checkout -q "$1" && built it --project "$T/clone/a repo/app"
}

echo changed >text
before=$(git status --porcelain && git rev-parse HEAD)
one=$(built it --rev v1)
is "a tag, as a checkout of it" "$one" "$(checkout v1)"
is "its link is beside" "$(readlink result-it-v1)" "$one"
kiln gc >/dev/null 2>&1
ok "which is a root" compat nix-store --check-validity "$one"
two=$(built --rev other/branch it)
is "a branch" "$two" "$(checkout other/branch)"
is "whose link has no folder" "$(readlink result-it-other-branch)" "$two"
is "a commit" "$(built it --rev "$(git rev-parse main)" --no-link)" "$(checkout main)"
is "one that is counted" "$(built it --rev 'main~1' --no-link)" "$one"
is "all are different" "$(printf '%s\n' "$one" "$two" "$(built it)" | sort -u | wc -l)" 3
rm -f result-it* .flox/kiln.lock
is "the work tree is as it was" "$(git status --porcelain && git rev-parse HEAD)" "$before"
is "nothing stays beside" "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'kiln-rev.*' -newer "$T/shell.c" -user "$(id -un)" | wc -l)" 0
like "as JSON" "$(kiln build it --rev v1 --json)" '"out": "'"$one"'"'
rm -f result-it-v1 && kiln build -n it --rev v1 >/dev/null 2>&1
ok "a dry run makes no link" test ! -L result-it-v1

fails_like "a revision that is none" "^error: 'v9' is no commit, branch or tag of '.*/a repo'$" kiln build it --rev v9
fails_like "with the cure" "^hint: git fetch brings" kiln build it --rev v9
fails_like "an option's look is no revision" "^error: " kiln build it --rev=--all
fails_like "no expression has one" "^error: '--rev' beside an expression or a file$" kiln build --rev v1 -E 1
fails_like "nor what is no recipe" "^error: '--rev' without a recipe" kiln build --rev v1 "$one"
cp .flox/pkgs/it.nix .flox/pkgs/new.nix && git add -N .flox/pkgs/new.nix
fails_like "a recipe that the revision has not" "^error: there is no recipe and no package 'new'$" kiln build --rev v1 new
git rm -qrf --cached .flox && git commit -qm none && git reset -q
fails_like "a revision without the project" "^error: revision 'main' has no recipes: no folder 'app/.flox/pkgs'$" kiln build it --rev main

# ---- submodules, work trees, temporary folders in a repository ----
git init -q "$T/sub" && (cd "$T/sub" && echo sub >file && git add -A && git commit -qm sub)
git switch -qf v1 --detach && git submodule --quiet add "$T/sub" ../app/src/sub 2>"$T/err"
git add -A && git commit -qm submodule && git tag v2
git -C "$T" clone -q --recurse-submodules -b v2 "$T/a repo" "$T/clone2/a repo" 2>/dev/null
is "submodules are filled" "$(built it --rev v2)" "$(built it --project "$T/clone2/a repo/app")"
git worktree add -q "$T/linked/a repo" v1 2>/dev/null
is "from a linked work tree" "$(built it --rev v1 --project "$T/linked/a repo/app")" "$one"
mkdir "$T/a repo/tmp"
is "temporary files may lie in a repository" "$(TMPDIR="$T/a repo/tmp" built it --rev v1)" "$one"
