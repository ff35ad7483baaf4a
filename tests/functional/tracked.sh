#!/bin/sh
# Of a project in a git repository only what git tracks is a source, for `kiln build` and `flox build`:
# in work trees, submodules and subfolders. nix-build and nix-instantiate copy everything, as Nix.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v git >/dev/null || skip_all "no git"
plan 54
KILN_DATA_DIR=$(cd "$(dirname "$0")/../.." && pwd)
export KILN_DATA_DIR
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
git config --global protocol.file.allow always
git config --global init.defaultBranch main
commit() { git add -A && git commit -qm "$1"; }

# project DIR: one with a recipe that copies a folder of it, whose name in the store is 'src'.
project() {
	mkdir -p "$1/.flox/pkgs" "$1/src/deep" && cd "$1" || exit 1
	cat >.flox/pkgs/foo.nix <<'NIX'
{ lib }:
derivation {
  name = "foo"; system = "x86_64-linux"; builder = "/bin/sh";
  src = builtins.path { path = ../../src; name = "src"; };
}
NIX
	echo one >src/one
	echo deep >src/deep/file
}
# copied COMMAND…: the files of 'src' that the command copied, on one line.
copied() {
	chmod -R u+w "$KILN_STORE" 2>/dev/null
	rm -rf "$KILN_STORE"
	"$@" >"$T/out" 2>"$T/err" || { cat "$T/err" && return; }
	for dir in "$KILN_STORE"/nix/store/*-src; do
		(cd "$dir" && find . ! -type d -printf '%P\n' | sort | tr '\n' ' ')
	done
}
dry() { kiln build --dry-run foo; }
drv_of() { dry 2>&1 | grep -o '/nix/store/[^ ]*-foo.drv'; }

project "$T/plain"
is "outside of a repository all files count" "$(copied dry)" "deep/file one "

project "$T/repo"
git init -q
fails_like "a recipe that is not tracked is none" "recipe 'foo' is not tracked by Git" kiln build --dry-run foo
like "it is told how to change that" "$(kiln build --dry-run foo 2>&1)" "^hint: git add -N '.*/repo/\.flox/pkgs/foo\.nix'$"
fails_like "all recipes are then none" "there is no recipe in" kiln build --dry-run
like "and one that is left out is told" "$(kiln build --dry-run 2>&1)" "^warning: recipe 'foo' is left out"
git add -N .flox
fails_like "so is a source" "path '.*/repo/src' is not tracked by Git" kiln build --dry-run foo
like "with the recipe's line" "$(kiln build --dry-run foo 2>&1)" 'foo\.nix:[0-9]+:[0-9]+:$'
git add -N src/one
is "git add -N is enough; its neighbours stay outside" "$(copied dry)" "one "
commit first
is "what is committed is copied" "$(copied dry)" "deep/file one "
before=$(drv_of)
echo secret >src/.env
ln -s /nowhere src/result-x
mkdir src/cache && echo c >src/cache/c
is "what lies there unasked is not" "$(copied dry)" "deep/file one "
is "nor does it change the derivation" "$(drv_of)" "$before"
is "flox build copies the same" "$(copied compat flox build --dry-run foo)" "deep/file one "
echo changed >src/one
is "a tracked file is copied as it is now" "$(copied dry >/dev/null; cat "$KILN_STORE"/nix/store/*-src/one)" changed
rm src/deep/file
is "one that was deleted is gone" "$(copied dry)" "one "
git checkout -q src

# what was found before is found again, until the index says otherwise
dry 2>"$T/err"
is "the second time nothing is evaluated" "$(KILN_LOG=info dry 2>&1 | grep -c '^not evaluating')" 1
touch src/unasked src/deep/unasked
is "nor for files that lie there unasked" "$(KILN_LOG=info dry 2>&1 | grep -c '^not evaluating')" 1
echo two >src/one
is "a changed one is seen" "$(KILN_LOG=info dry 2>&1 | grep -c '^evaluating again')" 1
touch src/unasked-too
chmod +x src/deep/file
is "and one whose mode changed, beside others" "$(KILN_LOG=info dry 2>&1 | grep -c '^evaluating again')" 1
git checkout -q src
rm -r src/unasked* src/deep/unasked
git mv src/deep/file src/deep/moved
is "and one that was moved" "$(copied dry)" "deep/moved one "
git mv src/deep/moved src/deep/file
dry 2>"$T/err"
git add -N src/.env
is "a file that is added is seen" "$(KILN_LOG=info dry 2>&1 | grep -c '^evaluating again')" 1
is "and copied" "$(copied dry)" ".env deep/file one "
git rm -q --cached src/.env
is "one that is taken out is not" "$(copied dry)" "deep/file one "
echo 'src/ignored' >.gitignore
echo i >src/ignored
is "an ignored file is not copied" "$(copied dry)" "deep/file one "
git add -f src/ignored
is "unless it is tracked all the same" "$(copied dry)" "deep/file ignored one "
git rm -qf --cached src/ignored

# names that sort between a folder and what is in it
touch src/deep-er src/deep.x && git add -N src/deep-er
is "neighbours of a folder by name" "$(copied dry)" "deep-er deep/file one "
git rm -q --cached src/deep-er

# what programs see
cat >.flox/pkgs/look.nix <<'NIX'
{ }:
derivation {
  name = "look"; system = "x86_64-linux"; builder = "/bin/sh";
  there = builtins.pathExists ../../src/.env || builtins.pathExists ../../.git;
  names = toString (builtins.attrNames (builtins.readDir ../../src));
  text = builtins.readFile ../../src/one;
}
NIX
git add -N .flox/pkgs/look.nix
drv=$(kiln build --dry-run look 2>&1 | grep -o '/nix/store/[^ ]*-look.drv')
like "programs see the tracked names alone" "$(cat "$KILN_STORE$drv")" '"names","deep one"'
like "and nothing else exists for them" "$(cat "$KILN_STORE$drv")" '"there",""'

# Nix's own commands
is "nix-instantiate copies everything" \
	"$(copied compat nix-instantiate -E 'import ./.flox/pkgs/foo.nix { lib = 1; }')" \
	".env cache/c deep-er deep.x deep/file ignored one result-x "
is "and so does kiln build of an expression" \
	"$(copied kiln build --dry-run -E 'import ./.flox/pkgs/foo.nix { lib = 1; }')" \
	".env cache/c deep-er deep.x deep/file ignored one result-x "

# a linked work tree, and a project below the top
git worktree add -q "$T/linked" 2>"$T/err"
cd "$T/linked" || exit 1
touch src/unasked
is "a linked work tree has its own index" "$(copied dry)" "deep/file one "
mkdir -p "$T/repo/below" && (project "$T/repo/below") && cd "$T/repo/below" || exit 1
fails_like "a project below the top is of that repository" "not tracked by Git" kiln build --dry-run foo
git add -N .flox src/one
is "its files are, too" "$(copied dry)" "one "
ln -s "$T/repo/below" "$T/by-link"
is "by whatever name it is reached" "$(copied kiln build --project "$T/by-link" --dry-run foo)" "one "
echo '{ stdenv }: stdenv.missing' >.flox/pkgs/bad.nix
git add -N .flox/pkgs/bad.nix
like "and failures name its files" "$(kiln build --project "$T/by-link" --dry-run bad 2>&1)" \
	"^ +at $T/repo/below/\.flox/pkgs/bad\.nix:1:13:\$"
is "restricted evaluation by that name" \
	"$(copied kiln build --restrict-eval --project "$T/by-link" --dry-run foo)" "one "
is "restricted evaluation sees no more" "$(copied kiln build --restrict-eval --dry-run foo)" "one "

# submodules
git init -q "$T/module"
cd "$T/module" || exit 1
echo m >m
commit m
cd "$T/repo" || exit 1
git submodule --quiet add "$T/module" src/module 2>"$T/err" || cat "$T/err"
echo x >src/module/unasked
is "a submodule's own index counts in it" "$(copied dry)" "deep/file module/m one "
git -C src/module rm -q --cached m
git -C src/module add -N unasked
is "a change of it is seen" "$(copied dry)" "deep/file module/unasked one "

# what cannot be read is not passed over
cp .git/index "$T/index"
printf 'DIRCjunk' >.git/index
fails_like "a broken index is an error" "reading '.*/\.git/index'" kiln build --dry-run foo
cp "$T/index" .git/index
ok "and whole again it is read" kiln build --dry-run foo

# the index in every form that git writes
listed() { git ls-files src | sed 's|^src/||' | LC_ALL=C sort | tr '\n' ' '; }
project "$T/forms"
git init -q
for i in 1 2 3 4 5 6 7 8 9 10; do
	mkdir -p "src/folder-$i"
	echo "$i" >"src/folder-$i/$(printf '%*s' "$((i * 25))" '' | tr ' ' x)"
done
commit first
is "names of all lengths" "$(copied dry)" "$(listed)"
touch src/later && git add -N src/later
is "with an extended entry" "$(copied dry)" "$(listed)"
git update-index --index-version 4
is "in version 4" "$(copied dry)" "$(listed)"
git update-index --split-index
fails_like "a split one is refused" "the index has an extension 'link'" kiln build --dry-run foo
like "with the cure" "$(kiln build --dry-run foo 2>&1)" '^hint: .*--no-split-index'
project "$T/sha256"
git init -q --object-format=sha256
commit first
is "with long hashes" "$(copied dry)" "$(listed)"

# ---- what is left of a repository ----
project "$T/left"
echo "gitdir: $T/nowhere" >.git
fails_like "a work tree whose repository is gone is not taken for none" "'.*/left/\.git' leads to '.*/nowhere', which is no repository" \
	kiln build --dry-run foo
like "it is told how to mend it" "$(dry 2>&1)" "^hint: git worktree repair"
echo "gitdir:" >.git
fails_like "nor is a file that names none" "'.*/left/\.git' names no repository" kiln build --dry-run foo
rm .git && mkdir .git
is "an empty folder is none for Git, too" "$(copied dry)" "deep/file one "

# ---- the folder that it is checked out into ----
project "$T/whole"
git init -q
cat >.flox/pkgs/foo.nix <<'NIX'
{ lib }:
derivation {
  name = "foo"; system = "x86_64-linux"; builder = "/bin/sh";
  plain = ../..; text = "${../..}/src"; named = builtins.path { path = ../..; };
  filtered = builtins.filterSource (path: type: baseNameOf path != "deep") ../..; below = ../../src;
}
NIX
commit whole
one=$(drv_of)
git clone -q "$T/whole" "$T/a name, no store path's" && cd "$T/a name, no store path's" || exit 1
is "decides nothing of what copies the project" "$(drv_of)" "$one"
is "nor does that of a revision" "$(kiln build --rev HEAD --dry-run foo 2>&1 | grep -o '/nix/store/[^ ]*-foo.drv')" "$one"
rm -rf .git
is "nor outside of repositories" "$(drv_of)" "$one"
# shellcheck disable=SC2016 # Nix's own
cd .flox/pkgs && like "as Nix has it it is called what it is called" \
	"$(kiln eval --raw -E '"${./.}"')" "^/nix/store/[a-z0-9]*-pkgs$"
