#!/bin/sh
# A project's sources kept in the project: what is laid there, that a build and an evaluation need
# nothing else, what is told of files that are not as they should be, and that --offline asks nobody.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
plan 82
KILN_DATA_DIR=$(cd "$(dirname "$0")/../.." && pwd)
export KILN_DATA_DIR KILN_CONF="$T/kiln.conf" NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
git config --global protocol.file.allow always
git config --global init.defaultBranch main
cd "$T" || exit 1
: >kiln.conf

# ---- origins, each of its own kind ----
mkdir -p origin/tree/deep "my projéct/.flox/pkgs"
echo one >origin/one.txt
echo spaced >'origin/with space é.txt'
printf '#!/bin/sh\necho run\n' >origin/run.sh
echo deep >origin/tree/deep/file
ln -s deep/file origin/tree/link
printf 'echo' >origin/tree/tool
chmod +x origin/tree/tool
tar -czf origin/t-1.tar.gz -C origin tree
(cd origin && git init -q repo && cd repo && echo "file://$T/origin/one.txt" >where && git add . && git commit -qm one)
rev=$(git -C origin/repo rev-parse HEAD)
flat() { sha256sum <"$1" | cut -c1-64; }
tree=$(compat nix hash path origin/tree)
repo=$(cp -r origin/repo checkout && rm -rf checkout/.git && compat nix hash path checkout)
chmod +x origin/run.sh
run=$(compat nix hash path origin/run.sh)
p="$T/my projéct"
cat >"$p/.flox/pkgs/files.nix" <<END
{ fetchurl, fetchzip, fetchgit }: map (x: x) [
  (fetchurl { url = "file://$T/origin/one.txt"; sha256 = "$(flat origin/one.txt)"; })
  (fetchurl { url = "file://$T/origin/with%20space%20%C3%A9.txt"; name = "spaced.txt"; sha256 = "$(flat 'origin/with space é.txt')"; })
  (fetchurl { url = "file://$T/origin/run.sh"; executable = true; hash = "$run"; })
  (fetchzip { url = "file://$T/origin/t-1.tar.gz"; hash = "$tree"; })
  (fetchgit { url = "file://$T/origin/repo"; rev = "$rev"; hash = "$repo"; })
]
END
cat >"$p/.flox/pkgs/looked.nix" <<END
{ lib, fetchurl }:
let
  tree = builtins.fetchGit { url = "file://$T/origin/repo"; rev = "$rev"; };
  packed = fetchTarball { url = "file://$T/origin/t-1.tar.gz"; sha256 = "$tree"; };
in fetchurl { name = "looked-\${toString tree.lastModified}-\${toString tree.revCount}"; url = lib.fileContents (tree + "/where");
  sha256 = builtins.seq (builtins.readFile (packed + "/deep/file")) "$(flat origin/one.txt)"; }
END
sources="$p/.flox/sources"
cd "$p" || exit 1

# ---- laying ----
looked=$(kiln build --dry-run --json looked | sed -n 's/.*"out": "\([^"]*\)".*/\1/p')
out=$(kiln vendor 2>err)
is "each source is a file, a tree an archive" "$(cd "$sources" && printf '%s\n' [otrw]*)" "$(printf '%s\n' one.txt repo-"$rev".tar.zst run.sh t-1.tar.zst 'with space é.txt')"
is "what is written is told" "$(echo "$out" | wc -l)" 5
ok "sha256sum checks it" sh -c "cd '$sources' && sha256sum -c --strict SHA256SUMS.txt"
ok "a tree is an archive for everybody" sh -c "cd '$T' && mkdir x && tar --zstd -xf '$sources/t-1.tar.zst' -C x && diff -r x/source origin/tree"
is "with links" "$(readlink "$T/x/source/link")" deep/file
like "sources.json says what they are" "$(cat "$sources/sources.json")" '"kind": "executable"'
like "and who needs them" "$(cat "$sources/sources.json")" '"neededBy": \["files", "looked"\]'
like "what evaluation fetched has the facts" "$(tr -d '\n' <"$sources/sources.json")" "\"facts\": \{ \"rev\": \"$rev\", \"lastModified\": [0-9]+, \"revCount\": 1 \}"
like "Debian packages are left out, which is told" "$(cat err)" "^[0-9]+ Debian packages are left out: '--natives' takes them"
is "a second time there is nothing to do" "$(kiln vendor 2>&1 >/dev/null | grep -c written)" 0
cp -r "$sources" "$T/before"
ok "and the lists are the same" sh -c "kiln() { '$KILN_BUILD/kiln' \"\$@\"; }; kiln vendor --all >/dev/null 2>&1 && diff -r '$T/before' '$sources'"
is "as JSON" "$(kiln vendor --json files 2>/dev/null | python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["files"], sorted({s["done"] for s in d["sources"]}))')" "5 ['kept']"
is "it is checked" "$(kiln vendor --check 2>&1 >/dev/null; echo $?)" "5 files, $(du -bc "$sources"/[otrw]* | awk 'END { print $1 }') B, in '$sources'
0"

# ---- the origins are gone ----
mv "$T/origin" "$T/gone"
fresh() { chmod -R u+w "$KILN_STORE"; rm -rf "$KILN_STORE" "$XDG_CACHE_HOME"; }
fresh
out=$(kiln build --offline --no-link files 2>"$T/err")
is "a fresh store is filled from there" "$(echo "$out" | wc -l)" 5
is "with the tree" "$(cat "$KILN_STORE$(echo "$out" | sed -n 4p)/deep/file")" deep
is "the program" "$("$KILN_STORE$(echo "$out" | sed -n 3p)")" run
is "and the commit" "$(cat "$KILN_STORE$(echo "$out" | sed -n 5p)/where")" "file://$T/origin/one.txt"
is "an evaluation finds what it fetched, facts and all" "$(kiln build --offline --no-link looked 2>/dev/null)" "$looked"
fresh
is "--json tells the way of each" "$(kiln build --offline --no-link --json files | python3 -c 'import json, sys; print([(s["rung"], s["url"].rsplit("/", 1)[1]) for d in json.load(sys.stdin) for s in d["sources"]])')" \
	"[('vendored', 'one.txt'), ('vendored', 'with%20space%20%C3%A9.txt'), ('vendored', 'run.sh'), ('vendored', 't-1.tar.zst'), ('vendored', 'repo-$rev.tar.zst')]"
fresh
like "and -v" "$(kiln build -v --no-link files 2>&1)" "'source' is a vendored file: 'file://.*/t-1.tar.zst'"

# ---- no socket ----
if command -v strace >/dev/null && strace -qq -o /dev/null true 2>/dev/null; then
	fresh
	strace -f -qq -e trace=socket,connect -o "$T/trace" "$KILN_BUILD/kiln" build --offline --no-link files looked >/dev/null 2>&1
	is "--offline opens no socket" "$(grep -E 'AF_INET|AF_UNIX' "$T/trace" | grep -v 'socketpair')" ""
	mv "$sources/one.txt" "$T/one.txt"
	cp "$T/kiln.conf" "$T/kept.conf"
	printf 'source-cache = http://127.0.0.1:1/cache\nmirror.m = http://127.0.0.1:1/m\n' >"$T/kiln.conf"
	fresh
	strace -f -qq -e trace=socket,connect -o "$T/trace" "$KILN_BUILD/kiln" build --offline --no-link files >/dev/null 2>"$T/err"
	is "nor where something is missing" "$(grep -E 'AF_INET|AF_UNIX' "$T/trace")" ""
	mv "$T/kept.conf" "$T/kiln.conf"
else
	pass "no socket # SKIP no strace"
	pass "no socket # SKIP no strace"
	mv "$sources/one.txt" "$T/one.txt"
	fresh
	kiln build --offline --no-link files >/dev/null 2>"$T/err"
fi
like "what is missing is told" "$(cat "$T/err")" "^error: 'one.txt' is not on this machine, and --offline asks nobody else$"
like "where it was looked for" "$(cat "$T/err")" "^  not in '$sources'$"
like "and the cure" "$(cat "$T/err")" "^hint: 'kiln vendor' lays it into the project's .flox/sources where there is a network"
if unshare -rn true 2>/dev/null; then
	mv "$T/one.txt" "$sources/one.txt"
	fresh
	ok "an empty network will do" unshare -rn "$KILN_BUILD/kiln" build --no-link files looked
	mv "$sources/one.txt" "$T/one.txt"
else
	pass "an empty network will do # SKIP no namespaces"
fi
is "--check tells what is missing" "$(kiln vendor --check 2>/dev/null; echo $?)" "one.txt: it is not there
1"
like "in its words" "$(kiln vendor --check 2>&1)" "^error: 1 of what is in '.*' is not as it should be$"
mv "$T/gone" "$T/origin"
is "and it is laid there again" "$(kiln vendor 2>/dev/null)" "written one.txt"

# ---- altered files ----
# In place, which must not reach the store.
alter() { printf x | dd of="$1" bs=1 seek=1 conv=notrunc 2>/dev/null; }
alter "$sources/one.txt"
alter "$sources/t-1.tar.zst"
is "one byte that differs is found" "$(kiln vendor --check 2>/dev/null)" "one.txt: it has another hash
t-1.tar.zst: it has another hash"
is "as JSON, too" "$(kiln vendor --check --json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["findings"])')" \
	"[{'file': 'one.txt', 'finding': 'it has another hash'}, {'file': 't-1.tar.zst', 'finding': 'it has another hash'}]"
fresh
out=$(kiln build --no-link files 2>"$T/err")
is "a build passes it over" "$(echo "$out" | wc -l)" 5
like "and names it" "$(cat "$T/err")" "^warning: 'file://.*/one.txt' is not what is wanted of 'one.txt' and is not used$"
like "the tree as well" "$(cat "$T/err")" "^warning: 'file://.*/t-1.tar.zst' is not what is wanted of 'source' and is not used$"
like "it is written anew, and told" "$(kiln vendor 2>&1 >/dev/null)" "^warning: '.*/one.txt' is not what was vendored: it is written anew$"
ok "and right again" kiln vendor --check
rm "$sources/one.txt"
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 4\n' "$(flat "$T/origin/one.txt")" >"$sources/one.txt"
is "a pointer of Git LFS is told as that" "$(kiln vendor --check 2>/dev/null)" "one.txt: it is a pointer of Git LFS: 'git lfs pull' brings the file"
fresh
like "by a build as well" "$(kiln build --no-link files 2>&1)" "^warning: '.*/one.txt' is a pointer of Git LFS and not the file, which 'git lfs pull' brings$"
kiln vendor >/dev/null 2>&1
rm "$sources/repo-$rev.tar.zst"
fresh
is "what is not there comes from its origin" "$(kiln build --no-link files 2>/dev/null | wc -l)" 5
kiln vendor >/dev/null 2>&1

# ---- the lists ----
sed -i 's/$/\r/' "$sources/SHA256SUMS.txt"
like "CR LF is told" "$(kiln vendor --check 2>&1)" "lines that end in CR LF: sha256sum takes the CR for a part of the name"
echo 'no sum at all' >>"$sources/SHA256SUMS.txt"
echo '# a comment' >>"$sources/SHA256SUMS.txt"
echo own >"$sources/own.txt"
is "and a line that is no sum" "$(kiln vendor --check 2>/dev/null)" "SHA256SUMS.txt:6: a line of SHA256SUMS.txt that is no sum"
like "which stays" "$(kiln vendor 2>&1)" "SHA256SUMS.txt:6: no line of sha256sum; it is left alone$"
is "with comments in front, and LF" "$(grep -c "$(printf '\r')" "$sources/SHA256SUMS.txt"; head -n 1 "$sources/SHA256SUMS.txt"; tail -n 1 "$sources/SHA256SUMS.txt")" "0
# a comment
no sum at all"
ok "sha256sum checks it still, and somebody's own file, too" sh -c "cd '$sources' && sha256sum -c --quiet SHA256SUMS.txt && grep -q own.txt SHA256SUMS.txt"
sed -i '/no sum/d' "$sources/SHA256SUMS.txt"
cp "$sources/SHA256SUMS.txt" "$T/sums"
sed -i 's/^\(.\{10\}\).\(.*one.txt\)/\1z\2/' "$sources/SHA256SUMS.txt"
like "a sum that is none" "$(kiln vendor --check 2>/dev/null)" "^one.txt: SHA256SUMS.txt does not have it$"
cp "$T/sums" "$sources/SHA256SUMS.txt"
cp "$sources/sources.json" "$T/list"
echo '{ "version": 1, "sources": [ 7 ] }' >"$sources/sources.json"
fails_like "a list that is none" "^error: reading '.*/sources.json': source 1: " kiln vendor --check
like "with the cure" "$(kiln vendor 2>&1)" "^hint: take it back from version control; or remove it, and 'kiln vendor' writes it anew$"
fresh
like "a build goes on, and tells" "$(kiln build --no-link files 2>&1)" "^warning: reading '.*/sources.json'"
echo '{ "version": 2, "sources": [ ] }' >"$sources/sources.json"
fails_like "one of a newer kiln" "its version is 2, and this kiln knows 1" kiln vendor
sed 's/"file": "one.txt"/"file": "..\/one.txt"/' "$T/list" >"$sources/sources.json"
fails_like "one that leaves the folder" "its file's name is no name of a file" kiln vendor
cp "$T/list" "$sources/sources.json"

# ---- names that are taken ----
mkdir -p "$T/other" && echo two >"$T/other/one.txt"
cat >.flox/pkgs/other.nix <<END
{ fetchurl }: fetchurl { url = "file://$T/other/one.txt"; sha256 = "$(flat "$T/other/one.txt")"; }
END
is "two files of one name" "$(kiln vendor other 2>/dev/null)" "written $(flat "$T/other/one.txt" | cut -c1-8)-one.txt"
rm -rf "$T/other"
fresh
is "are both found" "$(cat "$KILN_STORE$(kiln build --offline --no-link other)")" two
rm .flox/pkgs/other.nix
is "what nobody needs stays" "$(kiln vendor 2>/dev/null; find "$sources" -name '*-one.txt' | wc -l)" 1
is "until it is pruned" "$(kiln vendor --prune 2>/dev/null; find "$sources" -name '*-one.txt' | wc -l)" "pruned $(echo two | sha256sum | cut -c1-8)-one.txt
0"
ok "somebody's own file is not" test -e "$sources/own.txt"
ok "and all is right" kiln vendor --check

# ---- git ----
git init -q .
git add .flox/pkgs
kiln vendor >/dev/null 2>&1
is "what is written is known to git" "$(git -c core.quotePath=off ls-files .flox/sources | wc -l)" 8
git rm -q --cached .flox/sources/sources.json
is "a list that is not tracked is told" "$(kiln vendor --check 2>/dev/null)" "sources.json: git does not track it: 'git add' makes it a source"
printf '/.flox/sources/*\n!/.flox/sources/sources.json\n!/.flox/sources/SHA256SUMS.txt\n' >.gitignore
git rm -q -r --cached .flox/sources
kiln vendor --lfs >/dev/null 2>&1
is "what is ignored stays so" "$(git ls-files .flox/sources)" ".flox/sources/SHA256SUMS.txt
.flox/sources/sources.json"
like "--lfs writes attributes" "$(cat .flox/sources/.gitattributes)" '^\* filter=lfs'
ok "which does not disturb" kiln vendor --check
sed -i 's/files = //' .flox/pkgs/files.nix
rm .flox/sources/sources.json
like "without a list all is looked for" "$(kiln vendor --check files 2>/dev/null)" "it is not vendored"
fails_like "what does not go together" "'--check' changes nothing, and '--prune' does" kiln vendor --check --prune

# ---- recipes that read the file ----
cat >.flox/pkgs/packed.nix <<END
{ stdenvNoCC, fetchurl, fetchzip }:
stdenvNoCC.mkDerivation rec {
  name = "packed";   # a comment
	src = fetchurl { url = "file://$T/origin/with%20space%20%C3%A9.txt"; name = "spaced.txt"; sha256 = "$(flat "$T/origin/with space é.txt")"; } ; # "src = 1;"
  passthru.other = stdenvNoCC.mkDerivation { name = "o"; src = null; };
}
END
sed 's/packed/treed/; s|src = fetchurl.*|src = fetchzip { url = "file://'"$T"'/origin/t-1.tar.gz"; hash = "'"$tree"'"; };|' .flox/pkgs/packed.nix >.flox/pkgs/treed.nix
git add -N .flox/pkgs
rm .gitignore
cp .flox/pkgs/packed.nix "$T/packed.nix" && cp .flox/pkgs/treed.nix "$T/treed.nix"
like "src becomes the file" "$(kiln vendor --rewrite packed 2>/dev/null)" "/packed.nix:4: src is the vendored file$"
is "and nothing else changes" "$(diff "$T/packed.nix" .flox/pkgs/packed.nix)" "4c4
< $(sed -n 4p "$T/packed.nix")
---
> 	src = builtins.path { path = ../../.flox/sources + \"/with space é.txt\"; name = \"spaced.txt\"; } ; # \"src = 1;\""
like "the recipe reads it" "$(kiln eval --raw -E "\"\${((import <nixpkgs> { }).callPackage (/. + \"$p/.flox/pkgs/packed.nix\") { }).src}\"" 2>&1)" '^/nix/store/.{32}-spaced.txt$'
kiln vendor --prune >/dev/null 2>&1
ok "which is not pruned" test -e "$sources/with space é.txt"
is "and back" "$(kiln vendor --rewrite packed --json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["vendored"])')" False
ok "byte for byte" cmp "$T/packed.nix" .flox/pkgs/packed.nix
is "nothing is noted then" "$(grep -c rewrites "$sources/sources.json")" 0
kiln vendor --rewrite treed >/dev/null 2>&1
like "a tree as its archive" "$(cat .flox/pkgs/treed.nix)" "src = ../../.flox/sources/t-1.tar.zst;"
kiln vendor --rewrite treed >/dev/null 2>&1
ok "and back" cmp "$T/treed.nix" .flox/pkgs/treed.nix
fails_like "what has no src" "recipe 'files'" kiln vendor --rewrite files
fails_like "more than one thing" "'--rewrite' changes one recipe, and does nothing else" kiln vendor --rewrite packed --check
rm .flox/pkgs/packed.nix .flox/pkgs/treed.nix

# ---- caches by hash ----
cd "$T" || exit 1
mkdir -p by-hash/sha256 by-hash/nar/sha256
cp origin/one.txt "by-hash/sha256/$(flat origin/one.txt)"
cp "$T/before/t-1.tar.zst" "by-hash/nar/sha256/$(compat nix hash to-base16 "$tree").tar.zst"
echo "source-cache = $T/by-hash" >kiln.conf
rm -rf "$sources"
mv origin gone
fresh
cat >"$p/.flox/pkgs/cached.nix" <<END
{ fetchurl, fetchzip }: [ (fetchurl { url = "file://$T/origin/one.txt"; sha256 = "$(flat gone/one.txt)"; })
  (fetchzip { url = "file://$T/origin/other.zip"; hash = "$tree"; }) ]
END
git -C "$p" add -N .flox/pkgs
is "a cache of sources" "$(kiln build --project "$p" --no-link cached --json | python3 -c 'import json, sys; print([s["rung"] for d in json.load(sys.stdin) for s in d["sources"]])')" "['cache', 'cache']"
echo wrong >"by-hash/sha256/$(flat gone/one.txt)"
fresh
mkdir -p origin && cp gone/one.txt origin/
like "what is wrong in it is named" "$(kiln build --project "$p" --no-link cached 2>&1)" "^warning: 'file://$T/by-hash/sha256/.*' is not what is wanted of 'one.txt' and is not used$"
echo 'source-cache = relative' >kiln.conf
fails_like "a cache has a whole name" "'source-cache' in kiln.conf: 'relative' is no new absolute folder" kiln build --project "$p" --no-link files

# ---- what a killed run was writing ----
mkdir -p "$sources"
touch "$sources/.tmp-0123456789abcdef" "$sources/.kiln-x" "$sources/.tmp-mine"
kiln vendor --project "$p" >/dev/null 2>&1
is "what a killed run was writing goes, and nothing else" "$(cd "$sources" && ls -d .tmp* .kiln* 2>/dev/null)" .tmp-mine

# ---- licences: what the set does not know, a file says itself ----
mkdir -p "$T/licences/.flox/pkgs" && cd "$T/licences" || exit 1
python3 - <<'PY'
import zipfile
for name, line in (("odd", "License-Expression: MIT OR Zlib"), ("mute", "Summary: says nothing")):
    with zipfile.ZipFile(name + "-1.0-py3-none-any.whl", "w") as z:
        z.writestr(name + "-1.0.dist-info/METADATA", "Metadata-Version: 2.4\nName: %s\nVersion: 1.0\n%s\n" % (name, line))
PY
for name in odd mute; do
	wheel=$name-1.0-py3-none-any.whl
	compat nix-store --add-fixed sha256 $wheel >/dev/null
	echo "{ fetchurl }: fetchurl { url = \"mirror://pypi/$name/$wheel\"; sha256 = \"$(flat $wheel)\"; }" >.flox/pkgs/$name.nix
done
ok "wheels are vendored" kiln vendor --all
is "with the licence that is in one" "$(python3 -c 'import json; print(*[s.get("license") for s in json.load(open(".flox/sources/sources.json"))["sources"]], sep=", ")')" "None, MIT OR Zlib"

# ---- a pattern of .gitignore that was meant for something else ----
git init -q . && printf '*.txt\n*odd-1*\n' >.gitignore
git add -N .flox/pkgs
kiln vendor --all >/dev/null 2>"$T/err"
like "a list that git ignores is told of" "$(cat "$T/err")" "/SHA256SUMS.txt' is ignored by git, but is to be committed: git add -f, or a line !SHA256SUMS.txt in .gitignore$"
like "and a file" "$(cat "$T/err")" "^1 of the files in '.*' is ignored by git .'odd-1.0-py3-none-any.whl'.: a clone has not got it$"
