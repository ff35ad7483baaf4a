#!/bin/sh
# kiln update: a project of 42 recipes, written in all the ways that people write versions and hashes,
# moves byte for byte as update/world.py says; then single cases. Upstream is update/server.py.
# shellcheck disable=SC2016 # Nix's and the other shell's
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
command -v git >/dev/null || skip_all "no git"
command -v patch >/dev/null || skip_all "no patch"
command -v openssl >/dev/null || skip_all "no openssl"
python3 -c 'import zipfile' 2>/dev/null || skip_all "no python3"
plan 81

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a \
	GIT_COMMITTER_EMAIL=a@b no_proxy='*' KILN_CONF="$T/kiln.conf"
unset PIP_FIND_LINKS PIP_INDEX_URL PIP_EXTRA_INDEX_URL SSH_AUTH_SOCK NIX_SSL_CERT_FILE SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE
mkdir "$T/up"
python3 "$here/update/world.py" upstream "$T/up" || exit 1
python3 "$here/update/server.py" "$T/up" "$T/port" "$T/log" &
server=$!
trap 'kill $server 2>/dev/null; finish' EXIT
while [ ! -s "$T/port" ]; do sleep 0.05; done
read -r port <"$T/port"
python3 "$here/update/world.py" project "$T/up" "$port" "$KILN_BUILD/compat/nix-hash" || exit 1
echo "mirror.pypi = http://127.0.0.1:$port/simple" >"$KILN_CONF"
hash_of() { python3 -c 'import base64, hashlib, sys; print("sha256-" + base64.b64encode(hashlib.sha256(open(sys.argv[1], "rb").read()).digest()).decode())' "$T/up/files/$1"; }
update() { kiln update "$@" 2>"$T/err"; }
# What was said of errors.
said() { grep -E '^(error|hint| )' "$T/err"; }

# ---- all at once ----
cp -r "$T/up/before" "$T/p" && cd "$T/p" || exit 1
diff=$(update --all --dry-run)
is "nothing fails" "$(said)" ""
ok "a dry run writes nothing" diff -r "$T/up/before" .
cp -r "$T/up/before" "$T/patched"
kiln update --all --dry-run 2>/dev/null | sed -n '/^--- /,$p' >"$T/diff"
ok "what it shows is a patch" patch -s --binary -d "$T/patched" -p1 -i "$T/diff"
ok "that makes exactly what is to become" diff -r "$T/up/after" "$T/patched"
like "a move is told" "$diff" '^final-attrs: v1.0.0 -> v1.10.0$'
like "of each source of several" "$diff" '^two-apart: .*/o/plugin 3 -> 4$'
like "what is at its newest" "$diff" '^is-newest: 1.0 is the newest$'
like "what only looks alike" "$diff" "^strings: line 3 still says '1.0'$"
like "what there is for nobody here" "$diff" "^plain: 1.0 -> 1.1 \(1.5 is there, but not as a file like 'alpha-1.0-py3-none-any.whl'"
update --all >/dev/null
is "all move" "$?$(said)" 0
ok "byte for byte" diff -r "$T/up/after" .
again=$(update --all)
ok "once more, nothing moves" diff -r "$T/up/after" .
is "and nothing is said to" "$(printf '%s\n' "$again" | grep -c -- ' -> ')" 0
kiln build --dry-run >/dev/null 2>"$T/dry"
is "the recipes evaluate" "$?" 0
kill "$server"
wait "$server" 2>/dev/null
ok "what was fetched lies in the store" kiln build --no-link -E "(import $here/../../pkgs { system = \"x86_64-linux\"; }).fetchPypi { pname = \"alpha\"; version = \"1.1\"; format = \"wheel\"; dist = \"py3\"; python = \"py3\"; hash = \"$(hash_of alpha-1.1-py3-none-any.whl)\"; }"

# ---- without upstream ----
rm -rf "$T/p" && cp -r "$T/up/before" "$T/p" && cd "$T/p" || exit 1
rm -rf "$XDG_CACHE_HOME"
fails_like "an index that is not there" "Failed to connect" kiln update plain
update --all >/dev/null
is "all fail, each by itself" "$?" 1
ok "and nothing is written but what a repository here has" diff -r -x git.nix "$T/up/before" .
python3 "$here/update/server.py" "$T/up" "$T/port2" "$T/log" &
server=$!
while [ ! -s "$T/port2" ]; do sleep 0.05; done
read -r port <"$T/port2"
echo "mirror.pypi = http://127.0.0.1:$port/simple" >"$KILN_CONF"

# ---- single cases ----
mkdir -p "$T/q/.flox/pkgs" && cd "$T/q" || exit 1
args='{ lib, stdenvNoCC, python3, fetchPypi, fetchgit }:'
# wheel NAME PROJECT VERSION: a recipe of it
wheel() {
	cat >".flox/pkgs/$1.nix" <<NIX
$args python3.pkgs.buildPythonPackage rec {
  pname = "$2";
  version = "$3";
  format = "wheel";
  src = fetchPypi { inherit pname version format; dist = "py3"; python = "py3"; hash = "$(hash_of "$2-$3-py3-none-any.whl")"; };
  dependencies = [ python3.pkgs.numpy ];
}
NIX
}
version_in() { sed -n 's/.*version = "\(.*\)";.*/\1/p' ".flox/pkgs/$1.nix"; }
wheel a alpha 1.1
update a --to 1.0 >/dev/null
is "an older one, by name" "$? $(version_in a)" "0 1.0"
ok "with its hash" grep -qF "$(hash_of alpha-1.0-py3-none-any.whl)" .flox/pkgs/a.nix
cp .flox/pkgs/a.nix "$T/a.nix"
fails_like "one that is not there" "no 7.7 of 'alpha'" kiln update a --to 7.7
ok "changes nothing" cmp "$T/a.nix" .flox/pkgs/a.nix
fails_like "one that is there for others only" "no 1.5 of 'alpha' that is a file of the same kind" kiln update a --to 1.5
update a --pre >/dev/null
is "pre-releases on request" "$(version_in a)" 1.2rc1
update a --to 1.1 >/dev/null
like "a yanked one by name, and why it was" "$(update a --to 1.3)" 'alpha-1.3-py3-none-any.whl was yanked: it eats files'
update a >/dev/null
is "from there none is newer" "$(version_in a)" 1.3
echo "$args stdenvNoCC.mkDerivation rec { pname = \"alpha\"; version = \"1\" + \".0\"; dontUnpack = true; src = fetchPypi { inherit pname version; format = \"wheel\"; dist = \"py3\"; python = \"py3\"; hash = \"$(hash_of alpha-1.0-py3-none-any.whl)\"; }; }" >.flox/pkgs/pieces.nix
cp .flox/pkgs/pieces.nix "$T/pieces.nix"
fails_like "a version in pieces" "no literal holds '1.0'" kiln update pieces
ok "stays" cmp "$T/pieces.nix" .flox/pkgs/pieces.nix
rm .flox/pkgs/pieces.nix
echo "$args stdenvNoCC.mkDerivation rec { pname = \"Old.Name\"; version = \"1.0\"; dontUnpack = true; src = fetchPypi { inherit pname version; hash = \"$(hash_of Old.Name-1.0.tar.gz)\"; }; }" >.flox/pkgs/renamed.nix
fails_like "files that are spelt otherwise now" "the package index calls it 'old_name-1.1.tar.gz'" kiln update renamed
rm .flox/pkgs/renamed.nix
echo "$args stdenvNoCC.mkDerivation rec { pname = \"old-name\"; version = \"1.0\"; dontUnpack = true; src = fetchPypi { inherit version; pname = \"Old.Name\"; hash = \"$(hash_of Old.Name-1.0.tar.gz)\"; }; }" >.flox/pkgs/respelt.nix
sed "s/\"1.0\"/\"1.1\"/; s/\"Old.Name\"/\"old_name\"/; s|sha256-[^\"]*|$(hash_of old_name-1.1.tar.gz)|" .flox/pkgs/respelt.nix >"$T/respelt.nix"
update respelt >/dev/null
ok "which go along where they are not the recipe's own name" cmp "$T/respelt.nix" .flox/pkgs/respelt.nix
rm .flox/pkgs/respelt.nix
fails_like "a recipe that is none" "did you mean 'a'" kiln update aa
fails_like "no name" "kiln update --all" kiln update
fails_like "one version for all" "one recipe" kiln update --all --to 1

# Two of one content, of which one moves: the other's hash is not the first one's.
tool=$(KILN_STORE="$T/root" kiln prefetch "git+file://$T/up/repos/tool?ref=v1.0.0" 2>/dev/null)
lab="protocol = \"http\"; domain = \"127.0.0.1:$port\"; owner = \"o\"; repo = \"tool\";"
cat >.flox/pkgs/same.nix <<NIX
{ stdenvNoCC, fetchFromGitLab }:
stdenvNoCC.mkDerivation rec {
  pname = "same"; version = "1.0.0";
  src = fetchFromGitLab { $lab tag = "v\${version}"; hash = "$tool"; };
  other = fetchFromGitLab { $lab rev = "$(git -C "$T/up/repos/tool" rev-parse nightly)"; hash = "$tool"; };
}
NIX
sed "s/version = \"1.0.0\"/version = \"1.2.0\"/; 0,/$(printf %s "$tool" | sed 's|/|.|g')/s||$(kiln prefetch "git+file://$T/up/repos/tool?ref=v1.2.0" 2>/dev/null)|" .flox/pkgs/same.nix >"$T/same.nix"
update same --to 1.2.0 >/dev/null
ok "of two with one hash only that of the one that moves" cmp "$T/same.nix" .flox/pkgs/same.nix
rm .flox/pkgs/same.nix
# A URL that nobody lists versions of.
echo "{ stdenvNoCC, fetchurl }: stdenvNoCC.mkDerivation rec { pname = \"x\"; version = \"0.9\"; dontUnpack = true; src = fetchurl { url = \"http://127.0.0.1:$port/files/beta_lib-\${version}.tar.gz\"; hash = \"$(hash_of beta_lib-0.9.tar.gz)\"; }; }" >.flox/pkgs/url.nix
cp .flox/pkgs/url.nix "$T/url.nix"
fails_like "a plain URL has no newest" "nobody tells which versions there are" kiln update url
fails_like "nor what is not there" "404|not found|Not Found" kiln update url --to 7.7
ok "which changes nothing" cmp "$T/url.nix" .flox/pkgs/url.nix
update url --to 0.10 >/dev/null
is "but a version that one knows of" "$(cat .flox/pkgs/url.nix)" "$(sed "s/\"0.9\"/\"0.10\"/; s|sha256-[^\"]*|$(hash_of beta_lib-0.10.tar.gz)|" "$T/url.nix")"
update url --to 0.10 >"$T/out"
is "and the same once more" "$? $(grep -c -- ' -> ' "$T/out")" "0 0"
rm .flox/pkgs/url.nix

# A folder with a blank and letters of its own.
mkdir "$T/ein Ördner" && cp -r .flox "$T/ein Ördner" && cd "$T/ein Ördner" || exit 1
wheel a alpha 1.0
like "any folder" "$(update a)" '^a: 1.0 -> 1.1'
cd "$T/q" || exit 1

# A release's own.
entry() { echo "{ version = \"$1\"; hash = \"$(hash_of "alpha-$1-py3-none-any.whl")\"; }"; }
echo "let releases = { old.alpha = $(entry 1.0); new.alpha = $(entry 1.0); }; in { inherit releases; } // releases.new" >versions.nix
echo "{ stdenvNoCC, fetchPypi, versions }: stdenvNoCC.mkDerivation { pname = \"r\"; inherit (versions.alpha) version; dontUnpack = true; src = fetchPypi { pname = \"alpha\"; inherit (versions.alpha) version hash; format = \"wheel\"; dist = \"py3\"; python = \"py3\"; }; }" >.flox/pkgs/r.nix
update r --release old >/dev/null
is "of two releases the one that is named" "$(cat versions.nix)" "let releases = { old.alpha = $(entry 1.1); new.alpha = $(entry 1.0); }; in { inherit releases; } // releases.new"
rm versions.nix .flox/pkgs/r.nix

# One version that two read.
two() { echo "{ stdenvNoCC, fetchPypi, versions }: stdenvNoCC.mkDerivation { pname = \"$1\"; inherit (versions) version; dontUnpack = true; src = fetchPypi { pname = \"$2\"; inherit (versions) version; hash = $3; format = \"wheel\"; dist = \"py3\"; python = \"py3\"; }; }"; }
echo "{ version = \"1.0\"; hash = \"$(hash_of alpha-1.0-py3-none-any.whl)\"; }" >versions.nix
two r alpha versions.hash >.flox/pkgs/r.nix
sed 's/"r"/"twin"/' .flox/pkgs/r.nix >.flox/pkgs/twin.nix
like "one that has the same source is named" "$(update r --dry-run)" "^r: recipe 'twin' has the same source, and moves along$"
two twin delta "\"$(hash_of delta-1.0-py3-none-any.whl)\"" >.flox/pkgs/twin.nix
cp versions.nix "$T/versions.nix"
fails_like "one that would have a wrong hash is not moved" "recipe 'twin' reads the same version, and would fetch another 'delta' by the hash that it has now$" kiln update r
fails_like "with the cure" "^hint: give each a version of its own" kiln update r
ok "and nothing is" cmp versions.nix "$T/versions.nix"
rm versions.nix .flox/pkgs/r.nix .flox/pkgs/twin.nix

# ---- branches and commits ----
zero=sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
head=$(git -C "$T/up/repos/tool" rev-parse main)
echo "$args stdenvNoCC.mkDerivation { pname = \"tool\"; version = \"0\"; src = fetchgit { url = \"file://$T/up/repos/tool\"; rev = \"main\"; hash = \"$zero\"; }; }" >.flox/pkgs/branch.nix
fails_like "a branch has no newest" "the branch 'main', which has no newest" kiln update branch
like "unless everything moves" "$(update --all --dry-run)" "^branch: main: .*has no newest one"
like "a branch's commit" "$(update branch --to main)" "^branch: main -> $(printf %.12s "$head")$"
like "is written" "$(cat .flox/pkgs/branch.nix)" "rev = \"$head\"; hash = \"sha256-[^A]"
like "and left alone then" "$(update branch --to HEAD)" 'is the newest$'
rm .flox/pkgs/branch.nix

# ---- one that fails among others ----
wheel a alpha 1.0
wheel b beta 1.0 2>/dev/null
wheel c delta 1.0
update --all >"$T/out"
is "the exit status tells" "$?" 1
is "the others move" "$(version_in a) $(version_in c)" "1.1 1.0.post2"
like "what failed is named" "$(said)" "^error: b: no package index has the project 'beta'"
rm .flox/pkgs/b.nix

# ---- JSON ----
wheel a alpha 1.0
json=$(update --all --json --dry-run)
is "JSON of all" "$(printf '%s\n' "$json" | python3 -c 'import json, sys; r = {x["recipe"]: x for x in json.load(sys.stdin)}; print(r["a"]["sources"][0]["to"], r["a"]["error"], r["c"]["diff"] is None, "+++ b/.flox/pkgs/a.nix" in r["a"]["diff"])')" "1.1 None True True"

# ---- commits ----
wheel c delta 1.0
git init -q -b main . && git add -A && git commit -q -m start
echo "not mine" >other && git add other
wheel d alpha 1.0
update --all --commit >/dev/null
is "a commit a recipe" "$(git log --format=%s)" "c: 1.0 -> 1.0.post2
a: 1.0 -> 1.1
start"
is "with its file alone" "$(git show --format= --name-only HEAD)" .flox/pkgs/c.nix
is "what else was staged stays so, and what git does not track is none" "$(git status --porcelain)" "A  other
?? .flox/pkgs/d.nix"
is "and is left" "$(version_in d)" 1.0
rm .flox/pkgs/d.nix
fails_like "commits and none" "one of the two" kiln update a --commit --dry-run

# ---- links, modes ----
wheel a alpha 1.0
mv .flox/pkgs/a.nix "$T/q/a-real.nix" && ln -s ../../a-real.nix .flox/pkgs/a.nix && chmod 600 a-real.nix && git add -A
update a >/dev/null
is "a link stays one, and what it leads to is edited" "$(test -L .flox/pkgs/a.nix && version_in a; stat -c %a a-real.nix)" "1.1
600"

# ---- what it needs ----
wheel needs alpha 1.0
sed -i 's/^  dependencies.*/  dependencies = [ python3.pkgs.numpy\n    python3.pkgs.tqdm ];/' .flox/pkgs/needs.nix
wheel gamma delta 1.0
git add -A
told=$(update needs --dry-run)
like "a new requirement, and where it goes" "$told" '^needs: needs gamma now: add gamma \(a recipe here\) to the list in line 6$'
like "one that is gone, and where it stands" "$told" '^needs: no longer needs tqdm: drop it from line 7$'
rm -f .flox/pkgs/gamma.nix
like "one that nobody here has" "$(update needs --dry-run)" '^needs: needs gamma now, which no recipe and not the package set has: kiln lock python brings it$'
rm -f .flox/pkgs/needs.nix

# ---- hashes alone ----
# The store has nothing: what is valid there is not asked for.
hashes() { KILN_STORE="$T/hashes" kiln build --dry-run --update-hashes "$@" 2>"$T/err"; }
mended() { KILN_STORE="$T/hashes" kiln build --no-link --update-hashes "$@" >/dev/null 2>"$T/err"; }
pypi() { echo "fetchPypi { pname = \"$1\"; version = \"$2\"; format = \"wheel\"; dist = \"py3\"; python = \"py3\"; $3 }"; }
cat >.flox/pkgs/wrong.nix <<NIX
$args stdenvNoCC.mkDerivation { pname = "wrong"; version = "1"; dontUnpack = true;
  a = $(pypi alpha 1.0 'hash = lib.fakeHash;'); # lib.fakeHash
  b = $(pypi alpha 1.1 'hash = "";');
  c = $(pypi delta 1.0 'sha256 = "1111111111111111111111111111111111111111111111111111";');
  d = $(pypi lonely 1.0 "hash = \"$(hash_of lonely-1.0-py3-none-any.whl)\";");
}
NIX
sed 's/wrong/other/' .flox/pkgs/wrong.nix >.flox/pkgs/other.nix
nix32() { compat nix-hash --to-base32 --type sha256 "$(sha256sum <"$T/up/files/$1" | cut -d' ' -f1)"; }
sed "s|hash = lib.fakeHash;|hash = \"$(hash_of alpha-1.0-py3-none-any.whl)\";|; s|hash = \"\";|hash = \"$(hash_of alpha-1.1-py3-none-any.whl)\";|; s|1111111111*|$(nix32 delta-1.0-py3-none-any.whl)|" .flox/pkgs/wrong.nix >"$T/right.nix"
git add -A
cp .flox/pkgs/other.nix "$T/other.nix" && cp .flox/pkgs/wrong.nix "$T/wrong.nix"
hashes wrong >/dev/null
like "which hashes are wrong" "$(cat "$T/err")" '^wrong: lonely|^wrong: delta: sha256-.* -> sha256-'
ok "a dry run writes none" cmp "$T/wrong.nix" .flox/pkgs/wrong.nix
mended wrong
ok "the right ones are written, in their spelling" cmp "$T/right.nix" .flox/pkgs/wrong.nix
ok "and no recipe is touched that nobody named" cmp "$T/other.nix" .flox/pkgs/other.nix
hashes wrong
is "then all are right" "$(grep -c '^wrong:' "$T/err")" 0
fails_like "all at once are none that are named" "recipes that are named" kiln build --dry-run --update-hashes
fails_like "nor is a file" "about recipes alone" kiln build --dry-run --update-hashes ./wrong.nix

# ---- GitHub under its own name, and a git daemon ----
mkdir "$T/ca"
python3 "$here/update/proxy.py" "$port" "$T/port3" "$T/ca" &
proxy=$!
git_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
git daemon --base-path="$T/up/repos" --export-all --listen=127.0.0.1 --port="$git_port" 2>"$T/daemon.log" &
daemon=$!
trap 'kill $server $proxy $daemon 2>/dev/null; finish' EXIT
while [ ! -s "$T/port3" ]; do sleep 0.05; done
moved=$(git -C "$T/up/repos/tool" tag --list 'v*' --sort=-v:refname | grep -v -- '[a-z]\+[0-9]*$' | head -n 1)
hub() { echo "{ stdenvNoCC, fetchFromGitHub }: stdenvNoCC.mkDerivation rec { pname = \"hub\"; version = \"$1\"; src = fetchFromGitHub { owner = \"o\"; repo = \"tool\"; $3 hash = \"$2\"; }; }"; }
by_proxy() { https_proxy="http://127.0.0.1:$(cat "$T/port3")" no_proxy='' NO_PROXY='' SSL_CERT_FILE="$T/ca/ca.pem" "$@"; }
hash_at() { kiln prefetch "git+file://$T/up/repos/tool?ref=$1" 2>/dev/null; }
hub 1.0.0 "$(hash_at v1.0.0)" 'tag = "v${version}";' >.flox/pkgs/hub.nix && git add -N .
hub "${moved#v}" "$(hash_at "$moved")" 'tag = "v${version}";' >"$T/hub.nix"
like "what GitHub has, by its tags" "$(by_proxy kiln update hub 2>&1)" "^hub: v1.0.0 -> $moved"
ok "byte for byte" cmp "$T/hub.nix" .flox/pkgs/hub.nix
hub 1.0.0 "$(hash_at v1.0.0)" "rev = \"$(git -C "$T/up/repos/tool" rev-parse 'v1.0.0^{commit}')\"; # v1.0.0
" >.flox/pkgs/hub.nix
by_proxy kiln update hub --to main >"$T/out" 2>&1
ok "a branch's commit" grep -qF "rev = \"$(git -C "$T/up/repos/tool" rev-parse main)\"; # v1.0.0" .flox/pkgs/hub.nix
hub 1.0.0 "$(hash_at v1.0.0)" 'tag = "v${version}";' | sed 's/"tool"/"none"/' >.flox/pkgs/hub.nix
fails_like "a repository that is not there" "asking for the tags of 'https://[^']*/o/none" by_proxy kiln update hub
rm .flox/pkgs/hub.nix
served() { echo "{ stdenvNoCC, fetchgit }: stdenvNoCC.mkDerivation rec { pname = \"served\"; version = \"$1\"; src = fetchgit { url = \"git://127.0.0.1:$git_port/tool\"; tag = \"v\${version}\"; hash = \"$2\"; }; }"; }
served 1.0.0 "$(hash_at v1.0.0)" >.flox/pkgs/served.nix && git add -N .
served "${moved#v}" "$(hash_at "$moved")" >"$T/served.nix"
like "a git daemon's tags" "$(kiln update served 2>&1)" "^served: v1.0.0 -> $moved"
ok "as exactly" cmp "$T/served.nix" .flox/pkgs/served.nix
rm .flox/pkgs/served.nix
# ---- a full disk ----
if unshare -rm true 2>/dev/null; then
	mkdir "$T/small"
	# shellcheck disable=SC2016 # the other shell's
	cat >"$T/at_size" <<'SH'
mount -t tmpfs -o "size=$1k" none small && cp -a p/. small/ || exit 99
kiln update plain two-apart final-attrs --project small >out 2>err
status=$?
find small -name '*.kiln-edit' -o -name '.kiln-*'
(cd p && find . -name '*.nix' -type f) | while read -r file; do
	cmp -s "p/$file" "small/$file" || { [ $status = 0 ] && cmp -s "up/after/$file" "small/$file"; } || echo "$file is another"
done
[ $status = 0 ] && echo whole && exit
grep -q 'No space left' err && echo told || cat err
mount -o remount,size=64m small
kiln update plain two-apart final-attrs --project small >out 2>err || cat err
for name in plain two-apart final-attrs; do cmp "up/after/.flox/pkgs/$name.nix" "small/.flox/pkgs/$name.nix"; done
SH
	rm -rf "$T/p" && cp -r "$T/up/before" "$T/p" && sed -i "s/127.0.0.1:[0-9]*/127.0.0.1:$port/" "$T"/p/.flox/pkgs/*.nix
	rm -rf "$T/up/before" "$T/up/after" && python3 "$here/update/world.py" project "$T/up" "$port" "$KILN_BUILD/compat/nix-hash"
	# tmpfs counts in pages, and each folder's and file's own.
	used=$(find "$T/p" -type f | wc -l)
	for more in 0 1 2 3 40; do
		(cd "$T" && PATH=$KILN_BUILD:$PATH unshare -rm sh ./at_size $(((used + more) * 4)))
	done >"$T/ends" 2>&1
	is "a disk that gets full: told, and nothing half-done, or whole" "$(grep -v '^told$\|^whole$' "$T/ends")" ""
	like "told" "$(cat "$T/ends")" '^told$'
	is "and with room whole" "$(tail -n 1 "$T/ends")" whole
else
	for what in told "not half" whole; do pass "$what # SKIP no user namespaces"; done
fi

# ---- kills ----
mkdir -p "$T/template/s/nix/store" && cp -r "$T/up/before" "$T/template/p"
sed -i "s/127.0.0.1:[0-9]*/127.0.0.1:$port/" "$T"/template/p/.flox/pkgs/*.nix
rm -rf "$T/up/before" "$T/up/after"
python3 "$here/update/world.py" project "$T/up" "$port" "$KILN_BUILD/compat/nix-hash"
rm -rf "$T/p"
cat >"$T/each.py" <<'PY'
import os, sys
def files(top):
    return {os.path.relpath(os.path.join(d, f), top): open(os.path.join(d, f), "rb").read() for d, _, names in os.walk(top) for f in names if f.endswith(".nix")}
now, before, after = files("work/p"), files("up/before"), files("up/after")
sys.exit([f for f in before if now.get(f) not in (before[f], after[f])] or 0)
PY
: "${KILN_SEED:=$(date +%s)}" "${KILN_UPDATE_KILLS:=2}"
export KILN_BUILD
for how in '' --interrupt; do
	# shellcheck disable=SC2086 # none or one
	said=$(KILN_STORE="$T/work/s" python3 "$here/killed.py" "$T" s/nix/store "$KILN_SEED" "$KILN_UPDATE_KILLS" $how \
		--left 'python3 each.py' 'diff -r -x .cache up/after work/p' -- "$KILN_BUILD/kiln" update --all --project work/p 2>&1)
	is "${how:-killed} at moments of it, and run again: $(printf '%s\n' "$said" | tail -n 1)" "$?" 0
	[ -z "$(printf '%s\n' "$said" | sed '$d')" ] || printf '%s\n' "$said" | sed 's/^/# /'
done
