#!/bin/sh
# lib.fileset: random expressions on random trees beside a model made of lists (fileset.py), by kiln and
# by Nix; what is read; what Git tracks; what is said of what cannot be. KILN_NIXPKGS_LIB is the lib
# folder of a checkout of nixpkgs or of nixpkgs.lib, whose lib.fileset is asked the same.
# shellcheck disable=SC2016 # Nix expressions
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
command -v python3 >/dev/null || skip_all "no python3"
command -v git >/dev/null || skip_all "no git"
seed=${SEED:-$(date +%s)}
trees=${TREES:-6}
plan 64
echo "# seed $seed, $trees trees (SEED and TREES choose others)"
KILN_DATA_DIR=$top
export KILN_DATA_DIR
lib="import $top/pkgs/lib"
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
git config --global protocol.file.allow always
git config --global init.defaultBranch main

# ---- beside the model ----
by_kiln() { kiln eval --raw -E "import $1/cases.nix { lib = $2; }"; }
by_nix() {
	nix-instantiate --store "$T/nix-store" --eval --strict --json -E "import $1/cases.nix { lib = $2; }" |
		python3 -c 'import json, sys; sys.stdout.write(json.load(sys.stdin))'
}
# agree WHO LIB: of every tree's cases.
agree() {
	for i in $(seq "$trees"); do
		"by_$1" "$T/$i" "$2" >"$T/found" 2>"$T/err" || tail -n 3 "$T/err"
		cmp -s "$T/found" "$T/$i/expected" || {
			echo "seed $((seed + i))"
			tail -n 3 "$T/err"
			python3 "$here/fileset.py" show "$T/$i" "$T/found"
			return 1
		}
	done
}
for i in $(seq "$trees"); do
	mkdir "$T/$i" && python3 "$here/fileset.py" make "$((seed + i))" 150 "$T/$i"
done
ok "kiln finds what the model says" agree kiln "$lib"
sources=$(cat "$T"/[0-9]*/expected | grep -c ',true\]$')
ok "$sources of them are sources" test "$sources" -gt $((trees * 75))
if command -v nix-instantiate >/dev/null; then
	ok "and so does Nix" agree nix "$lib"
else
	pass "and so does Nix # SKIP there is none"
fi
if [ -n "${KILN_NIXPKGS_LIB:-}" ]; then
	ok "and nixpkgs' own" agree kiln "import $KILN_NIXPKGS_LIB"
else
	pass "and nixpkgs' own # SKIP KILN_NIXPKGS_LIB is not set"
fi

# ---- a tree that is known ----
mkdir -p "$T/p/src/deep" "$T/p/docs" "$T/p/big/more" "$T/p/none/at/all" && cd "$T/p" || exit 1
touch src/a.py src/b.c src/deep/c.py docs/d.md big/e big/more/f README
ln -s src link
ln -s nowhere dangling
f() { kiln eval --raw -E "let lib = $lib; f = lib.fileset; in $1"; }
list() { f "toString (map (p: lib.removePrefix \"$T/p/\" (toString p)) (f.toList ($1)))"; }
is "a folder is all files below" "$(list ./src)" "src/a.py src/b.c src/deep/c.py"
is "a file is itself" "$(list ./README)" README
is "a link is itself" "$(list 'f.union ./link ./dangling')" "dangling link"
is "nothing is of no folder" "$(list 'f.unions [ ]')" ""
is "what hasExt means" "$(list 'f.fileFilter (x: x.hasExt "py" || x.hasExt "") ./src')" "src/a.py src/deep/c.py"
is "a fileFilter on a file" "$(list 'f.fileFilter ({ type, ... }: type == "symlink") ./link')" link
copied() { (cd "$KILN_STORE$(f "(f.toSource { root = ./.; fileset = $1; }).outPath")" && find . | LC_ALL=C sort | tr '\n' ' '); }
is "empty folders are no part of a source" "$(copied 'f.unions [ ./none ./src/deep ]')" ". ./src ./src/deep ./src/deep/c.py "
is "of nothing there is an empty folder" "$(copied ./none)" ". "
is "a source's name" "$(f '(f.toSource { root = ./src; fileset = ./src; }).name')" source
is "a source is a file set again" "$(list 'f.fromSource (f.toSource { root = ./.; fileset = ./src/deep; })')" src/deep/c.py
is "a source can be filtered further" "$(f 'baseNameOf (lib.sources.cleanSource (f.toSource { root = ./src; fileset = ./src; })).outPath' | cut -c33-)" -source

# ---- what is read ----
reads() {
	f "builtins.deepSeq (let f = import $here/fileset-reads.nix { }; in $1) \"\"" 2>&1 | sed -n 's/^trace: reads //p' | sort -u | tr '\n' ' '
}
is "paths are read when they are listed, not before" "$(reads '[ (f.union ./big ./docs).base (f.difference ./. ./big).base (f.fileFilter (_: true) ./.).base ]')" ""
is "of a folder, it and what is below" "$(reads 'f.toList ./big')" "big more "
is "of an intersection, what both have" "$(reads 'f.toList (f.intersection (f.fileFilter (_: true) ./.) ./docs)')" "docs p "
is "of a difference, not what is taken away" "$(reads 'f.toList (f.difference ./. (f.unions [ ./big ./none ./src ]))')" "docs p "
is "a union with its own folder reads no further" "$(reads 'f.toList (f.union ./docs (f.fileFilter (_: throw "asked") ./docs))')" "docs "
is "of a source, the way to its files" "$(reads '(f.toSource { root = ./.; fileset = ./src/deep; }).outPath')" "deep "
is "of a folder that counts whole, up to the first file" "$(reads '(f.toSource { root = ./.; fileset = ./big; }).filter "'"$T"'/p/big" "directory"')" "big "
like "of every file a predicate is asked once, in a source" "$(kiln eval --raw -E "let f = ($lib).fileset; in (f.toSource { root = ./src; fileset = f.fileFilter (x: builtins.trace \"asked \${x.name}\" true) ./src; }).outPath" 2>&1 | grep -c '^trace: asked')" '^3$'

# ---- trace ----
is "a file set is shown" "$(f 'f.trace (f.unions [ ./src/a.py ./big ./none ./link ]) "x"' 2>&1)" "trace: $T/p
trace: - big (everything in it)
trace: - link (symlink)
trace: - src
trace:   - a.py (regular)
x"
is "and given back" "$(f 'toString (map baseNameOf (f.toList (f.traceVal ./docs)))' 2>&1)" "trace: $T/p/docs (everything in it)
d.md"
is "nothing is shown" "$(f 'f.trace ./none "x"' 2>&1)" "trace: (no file)
x"

# ---- Git ----
git init -q "$T/module" && (cd "$T/module" && echo m >m && git add -A && git commit -qm m)
mkdir -p "$T/git/.flox/pkgs" "$T/git/src/deep" && cd "$T/git" && git init -q || exit 1
touch src/one src/deep/two src/gone
git submodule --quiet add "$T/module" module 2>"$T/err"
git add -A && git commit -qm first
touch src/unasked && git add -N src/deep
echo changed >src/one
rm src/gone
touch src/new && git add src/new
tracked() { f "toString (map (p: lib.removePrefix \"$T/git/\" (toString p)) (f.toList ($1)))" 2>"$T/err" || cat "$T/err"; }
is "gitTracked: what Git tracks, as it is there" "$(tracked 'f.gitTracked ./.')" ".gitmodules src/deep/two src/new src/one"
is "with submodules" "$(tracked 'f.gitTrackedWith { recurseSubmodules = true; } ./.')" ".gitmodules module/m src/deep/two src/new src/one"
is "cut down to a folder" "$(tracked 'f.intersection ./src (f.gitTracked ./.)')" "src/deep/two src/new src/one"
is "what is copied is of the work tree" "$(cat "$KILN_STORE$(f '(f.toSource { root = ./src; fileset = f.intersection ./src (f.gitTracked ./.); }).outPath' 2>"$T/err")/one")" changed
fails_like "a folder below is no work tree" "while asking Git for the files of '$T/git/src'.*the folder that holds .git" f 'f.toList (f.gitTracked ./src)'

commit=$(git rev-parse HEAD)
git worktree add -q "$T/linked" HEAD 2>"$T/err" && git branch -q other && git pack-refs --all
is "the commit that a work tree stands at" "$(f "toString (map lib.commitIdFromGitRepo [ ./.git $T/linked/.git ])" 2>&1)" "$commit $commit"

# recipe TEXT, and what its source holds: files that it names count only when Git tracks them
recipe() {
	echo "{ lib, stdenv }: let f = lib.fileset; in stdenv.mkDerivation { name = \"r\"; src = f.toSource { root = ../..; fileset = $1; }; }" >.flox/pkgs/r.nix
	git add -N .flox
	rm -rf "$KILN_STORE" 2>/dev/null || { chmod -R u+w "$KILN_STORE" && rm -rf "$KILN_STORE"; }
	kiln build --dry-run r >"$T/out" 2>&1 || { cat "$T/out" && return; }
	src=$(sed -n 's/.*"src","\([^"]*\)".*/\1/p' "$KILN_STORE"/nix/store/*-r.drv)
	(cd "$KILN_STORE$src" && find . -type f | LC_ALL=C sort | tr '\n' ' ')
}
is "of a recipe's files those count that Git tracks" "$(recipe '../../src')" "./src/deep/two ./src/new ./src/one "
is "whatever a predicate says" "$(recipe 'f.fileFilter (_: true) ../..')" "./.flox/pkgs/r.nix ./.gitmodules ./module/m ./src/deep/two ./src/new ./src/one "
is "gitTracked is the same there, but for submodules" "$(recipe 'f.gitTracked ../..')" "./.flox/pkgs/r.nix ./.gitmodules ./src/deep/two ./src/new ./src/one "
is "what may be missing is missing" "$(recipe 'f.union ../../src/one (f.maybeMissing ../../src/unasked)')" "./src/one "
like "what must be there is missed" "$(recipe 'f.union ../../src/one ../../src/unasked')" "the second argument, '$T/git/src/unasked', does not exist"
like "with what Git needs" "$(recipe '../../src/unasked')" "^hint: .*git add -N '$T/git/src/unasked'$"
is "the project's files are found again without evaluating" "$(recipe ../../src >/dev/null; kiln build --dry-run r >/dev/null 2>&1; KILN_LOG=info kiln build --dry-run r 2>&1 | grep -c '^not evaluating')" 1
touch src/later
drv() { kiln build --dry-run r 2>&1 | grep -o '/nix/store/[^ ]*-r.drv'; }
before=$(drv)
rm src/later
is "what lies there unasked changes nothing" "$(drv)" "$before"
touch src/later
git add -N src/later
is "one that Git knows now is seen" "$(KILN_LOG=info kiln build --dry-run r 2>&1 | grep -c '^evaluating again')" 1

# ---- what cannot be ----
cd "$T/p" || exit 1
mkfifo fifo
# refused WHAT EXPRESSION WORDS CURE: it says both, in eight lines at most
refused() {
	out=$(f "builtins.deepSeq ($2) \"\"" 2>&1) && out="it succeeded: $out"
	brief=$(printf '%s\n' "$out" | grep -E '^ *(error|hint): ' | sed 's/^ *//')
	if [ "$(printf '%s\n' "$brief" | grep -cE '^error: .')" = 1 ] &&
		printf '%s\n' "$brief" | grep -qE "^error: $3\$" && printf '%s\n' "$brief" | grep -qE "^hint: .*$4"; then
		pass "$1"
	else
		fail "$1" "$out" "expected: $3" "and: $4"
	fi
}
refused "text for a path" 'f.union "./src" ./docs' 'lib\.fileset\.union: the first argument is the text "\./src", and a path or a file set is expected' 'without quotes: \./src$'
refused "text in a list" 'f.unions [ ./docs "src/a" ]' 'lib\.fileset\.unions: element 1 is the text "src/a", .*' 'without quotes: \./src/a$'
refused "no list" 'f.unions ./docs' "lib\.fileset\.unions: the argument is '$T/p/docs', and a list is expected" 'lib\.fileset\.union$'
refused "a list where one is expected" 'f.toList [ ./docs ]' 'lib\.fileset\.toList: the argument is a list, .*' 'lib\.fileset\.unions takes a list'
refused "a number" 'f.intersection ./src 5' 'lib\.fileset\.intersection: the second argument is an int, .*' 'like \./src'
refused "a missing file" 'f.difference ./. ./nope' "lib\.fileset\.difference: the second argument, '$T/p/nope', does not exist" maybeMissing
refused "a source for a file set" 'f.toList (lib.cleanSource ./src)' 'lib\.fileset\.toList: the argument is a source of lib\.sources, .*' fromSource
refused "a store path" 'f.toList "${builtins.toFile "x" ""}"' 'lib\.fileset\.toList: the argument is the text "/nix/store/.*-x", .*' 'in the store'
refused "root as text" 'f.toSource { root = "./src"; fileset = ./src; }' 'lib\.fileset\.toSource: root is the text "\./src", and a path is expected' 'quotes: \./src$'
refused "root as a file set" 'f.toSource { root = f.union ./src ./docs; fileset = ./src; }' 'lib\.fileset\.toSource: root is a file set, .*' 'fileset = which files'
refused "root that is missing" 'f.toSource { root = ./nope; fileset = ./src; }' "lib\.fileset\.toSource: root, '$T/p/nope', does not exist" 'git add'
refused "root that is a file" 'f.toSource { root = ./README; fileset = ./README; }' "lib\.fileset\.toSource: root, '$T/p/README', is no folder" "$T/p, and fileset"
refused "root that is a link" 'f.toSource { root = ./link; fileset = ./link; }' "lib\.fileset\.toSource: root, '$T/p/link', is no folder" "$T/p, and fileset"
refused "a file set beside root" 'f.toSource { root = ./src; fileset = f.union ./docs ./src; }' "lib\.fileset\.toSource: fileset may hold files in '$T/p', which is not below root, '$T/p/src'" "root = $T/p has room"
refused "what the store cannot hold" '"${f.toSource { root = ./.; fileset = ./fifo; }}"' "lib\.fileset\.toSource: '$T/p/fifo' is neither a file .*" 'lib\.fileset\.difference'
fails_like "files below a link" "while looking at '$T/p/link/b.c' for lib.fileset, which follows no symbolic link" f 'f.toList ./link/b.c'
refused "a file set as a source" '"${f.union ./src ./docs}"' 'a file set is no source yet' 'lib\.fileset\.toSource'
refused "a predicate that is none" 'f.fileFilter ".py" ./src' 'lib\.fileset\.fileFilter: the first argument is the text "\.py", and a function is expected' 'hasExt'
refused "a file set to be filtered" 'f.fileFilter (_: true) (f.union ./src ./docs)' 'lib\.fileset\.fileFilter: the second argument is a file set, .*' 'lib\.fileset\.intersection'
fails_like "a predicate that takes nothing more" "which must let further attributes be: \{ name, \.\.\. \}:" f 'f.toList (f.fileFilter ({ name, type, hasExt }: true) ./src)'
refused "no path that may be missing" 'f.maybeMissing "src"' 'lib\.fileset\.maybeMissing: the argument is the text "src", and a path is expected' 'quotes: \./src$'
refused "no source" 'f.fromSource "src"' 'lib\.fileset\.fromSource: the argument is the text "src", .*' 'quotes: \./src$'
refused "Git's files of a file" 'f.gitTracked ./README' "lib\.fileset\.gitTracked: the argument, '$T/p/README', is no folder" "$T/p$"
