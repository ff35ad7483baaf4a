#!/bin/sh
# What evaluation fetches: files, archives, git repositories and flakes, from this machine and from a
# server on a loopback port. Hashes and paths of trees are those of Nix 2.34.
# shellcheck disable=SC2317,SC2329 # functions that ok() calls
. "$(dirname "$0")/../lib.sh"
tests=$(cd "$(dirname "$0")/.." && pwd)
command -v python3 >/dev/null || skip_all "no python3"
command -v git >/dev/null || skip_all "no git"
plan 126

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.safecrlf GIT_CONFIG_VALUE_0=false GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a \
	GIT_COMMITTER_EMAIL=a@b GIT_AUTHOR_DATE=2024-01-01T00:00:00Z GIT_COMMITTER_DATE=2024-01-02T00:00:00Z
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NIX_SSL_CERT_FILE SSL_CERT_FILE CURL_CA_BUNDLE
unset SSH_AUTH_SOCK _NIX_FORCE_HTTP NIX_CONF_DIR
pids=
stop() {
	# shellcheck disable=SC2086 # words
	[ -z "$pids" ] || kill $pids 2>/dev/null
}
trap 'stop; finish' EXIT

# serve NAME [CERT KEY]: a server over $T/www; its port is $port.
mkdir "$T/www" "$T/tmp"
export TMPDIR="$T/tmp"
serve() {
	python3 "$tests/sources.py" "$T/www" "$T/$1.port" "$T/$1.log" ${2+"$2" "$3"} 2>"$T/$1.err" &
	pids="$pids $!"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ -s "$T/$1.port" ] && break
		sleep 0.3
	done
	port=$(cat "$T/$1.port") || skip_all "no loopback server: $(cat "$T/$1.err")"
	: >"$T/$1.log"
}
# requests PATTERN: how many the plain server answered since the last call of this.
requests() {
	grep -cE -e "$1" "$T/plain.log"
	: >"$T/plain.log"
}

eval_() { kiln eval --strict "$@"; }
val() { eval_ -E "$1" 2>&1; }
quiet() { eval_ -E "$1" 2>/dev/null; }
real() { printf '%s' "$T/root$(quiet "$1" | tr -d '"')"; }

# ---- a repository with everything that could go wrong ----
repo=$T/repo
git init -q -b main "$repo"
(
	cd "$repo" || exit
	printf 'hi\n' >a
	mkdir d empty
	printf 'x\n' >d/x
	chmod +x d/x
	ln -s a l
	ln -s ../nowhere d/dangling
	printf 'crlf\r\n' >c.txt
	# shellcheck disable=SC2016 # git's, not ours
	printf '$Id$\n' >id
	printf 'a b\n' >'odd name ü'
	printf 'skip export-ignore\nc.txt text eol=lf\nid ident\n' >.gitattributes
	printf 's\n' >skip
	git add -A
	git commit -q -m 1
	git tag -a -m v1 v1
	printf 'two\n' >b
	git add b
	git commit -q -m 2
	git checkout -q -b other
	printf 'o\n' >o
	git add o
	git commit -q -m 3
	git checkout -q main
)
git clone -q --bare "$repo" "$T/www/bare"
rev1=$(git -C "$repo" rev-parse 'v1^{commit}')
rev2=$(git -C "$repo" rev-parse main)
rev3=$(git -C "$repo" rev-parse other)

# ---- work trees ----
is "a clean work tree" "$(quiet "let r = fetchGit $repo; in [ r.rev r.shortRev r.revCount r.lastModified r.submodules ]")" \
	"[ \"$rev2\" \"$(echo "$rev2" | cut -c1-7)\" 2 1704153600 false ]"
is "its hash" "$(quiet "(fetchGit $repo).narHash")" '"sha256-IY75eNYTnpOS7U48mBfqmScDTeY+ecHPyRrdZ3PCeBc="'
tree=$(real "(fetchGit $repo).outPath")
is "what is in it" "$(cd "$tree" && find . | sort | tr '\n' ' ')" "$(cd "$repo" && find . -path ./.git -prune -o -print | grep -v -e skip -e empty | sort | tr '\n' ' ')"
ok "bytes are as they are" cmp "$repo/c.txt" "$tree/c.txt"
ok "an executable file" test -x "$tree/d/x"
is "a symlink" "$(readlink "$tree/d/dangling")" ../nowhere
is "fetchTree takes what exports leave out" "$(quiet "builtins.pathExists (fetchTree { type = \"git\"; url = \"file://$repo\"; } + \"/skip\")")" true
is "by revision" "$(quiet "let r = fetchGit { url = $repo; rev = \"$rev1\"; }; in [ r.rev r.revCount (builtins.pathExists (r + \"/b\")) ]")" "[ \"$rev1\" 1 false ]"
is "by branch" "$(quiet "(fetchGit { url = $repo; ref = \"other\"; }).rev")" "\"$rev3\""
fails_like "by a revision that is not on the branch" "Cannot find Git revision '$rev3' in ref 'main'" \
	val "fetchGit { url = $repo; ref = \"main\"; rev = \"$rev3\"; }"
for bad in "" a..b "a b" -x x.lock refs/heads/; do
	fails_like "a name that is none: '$bad'" "invalid Git branch/tag name '$bad'" val "fetchGit { url = $repo; ref = \"$bad\"; }"
done
is "by tag" "$(quiet "(fetchGit { url = $repo; ref = \"refs/tags/v1\"; }).rev")" "\"$rev1\""
printf 'changed\n' >"$repo/a"
printf 'untracked\n' >"$repo/u"
printf 'new\n' >"$repo/n"
git -C "$repo" add n
rm "$repo/b"
is "a changed work tree" "$(quiet "let r = fetchGit $repo; in [ r.rev r.revCount r.dirtyRev r.dirtyShortRev ]")" \
	"[ \"0000000000000000000000000000000000000000\" 0 \"$rev2-dirty\" \"$(echo "$rev2" | cut -c1-7)-dirty\" ]"
tree=$(real "(fetchGit $repo).outPath")
is "has the tracked files as they are" "$(cat "$tree/a" "$tree/n"; ls "$tree/u" "$tree/b" 2>/dev/null)" "changed
new"
like "and tells" "$(val "(fetchGit $repo).rev")" "Git tree '$repo' is dirty"
like "fetchTree has no revision then" "$(quiet "(fetchTree \"git+file://$repo\") ? rev")" false
# git made the line ends those of .gitattributes when it was added.
is "a commit has what was committed" "$(quiet "(fetchGit { url = $repo; rev = \"$rev2\"; }).narHash")" '"sha256-Qv9RkbPviCSQD+TCqhMhJrAgvPTu9qCZOod7WzyI+9E="'
git -C "$repo" reset -q --hard
rm -f "$repo/u"
git init -q -b main "$T/unborn"
is "before the first commit" "$(quiet "let r = fetchGit $T/unborn; in [ r.rev r.revCount r.lastModified ]")" \
	'[ "0000000000000000000000000000000000000000" 0 0 ]'
git init -q -b main "$T/a b"
printf 'x\n' >"$T/a b/x"
git -C "$T/a b" add x
git -C "$T/a b" commit -q -m 1
is "a path with a blank" "$(cd "$T/a b" && quiet "builtins.readFile (fetchGit ./. + \"/x\")")" '"x\n"'

# ---- read only ----
is "reading without writing the store" "$(eval_ --read-only -E "builtins.readFile (fetchGit { url = $repo; rev = \"$rev3\"; } + \"/o\")" 2>/dev/null)" '"o\n"'
ok "the store has not got it" test ! -e "$T/root$(eval_ --read-only --raw -E "(fetchGit { url = $repo; rev = \"$rev3\"; submodules = true; }).outPath" 2>/dev/null)"
is "nix-instantiate --eval" "$(compat nix-instantiate --eval -E "builtins.readFile (fetchGit { url = $repo; rev = \"$rev3\"; } + \"/o\")" 2>/dev/null)" '"o\n"'
is "no temporary folder is left" "$(find "$TMPDIR" -name "kiln-fetch-*")" ""

# ---- bare repositories and servers ----
serve plain
web=http://127.0.0.1:$port
for url in "file://$T/www/bare" "$web/git/bare"; do
	kind=${url%%:*}
	is "$kind: HEAD" "$(quiet "let r = fetchGit \"$url\"; in [ r.rev r.revCount r.narHash ]")" \
		"[ \"$rev2\" 2 \"sha256-Qv9RkbPviCSQD+TCqhMhJrAgvPTu9qCZOod7WzyI+9E=\" ]"
	is "$kind: branch" "$(quiet "(fetchGit { url = \"$url\"; ref = \"other\"; }).revCount")" 3
	is "$kind: revision" "$(quiet "(fetchGit { url = \"$url\"; rev = \"$rev1\"; }).revCount")" 1
	is "$kind: all refs" "$(quiet "(fetchGit { url = \"$url\"; allRefs = true; }).rev")" "\"$rev2\""
	is "$kind: shallow" "$(quiet "let r = fetchTree { type = \"git\"; url = \"$url\"; }; in [ r.rev (r ? revCount) ]")" "[ \"$rev2\" false ]"
	fails_like "$kind: no such branch" "has no ref 'refs/heads/none'" val "fetchGit { url = \"$url\"; ref = \"none\"; }"
	is "$kind: a revision below a branch" "$(quiet "(fetchGit { url = \"$url\"; ref = \"other\"; rev = \"$rev1\"; }).rev")" "\"$rev1\""
	fails_like "$kind: a revision that is not" "Cannot find Git revision '$rev3' in ref 'main' of repository '$url'! Please make sure that the rev exists" \
		val "fetchGit { url = \"$url\"; ref = \"main\"; rev = \"$rev3\"; }"
	is "$kind: with all refs it may be anywhere" "$(quiet "(fetchGit { url = \"$url\"; ref = \"main\"; rev = \"$rev3\"; allRefs = true; }).rev")" "\"$rev3\""
	is "$kind: and in an input, whose branch moves on" "$(quiet "(fetchTree { type = \"git\"; url = \"$url\"; ref = \"main\"; rev = \"$rev3\"; }).rev")" "\"$rev3\""
	fails_like "$kind: no such revision" "Cannot find Git revision 'a{40}'" val "fetchGit { url = \"$url\"; rev = \"$(printf '%040d' 0 | tr 0 a)\"; }"
done
requests . >/dev/null
is "a ref is believed for a while" "$(quiet "(fetchGit \"$web/git/bare\").rev")" "\"$rev2\""
is "nobody was asked" "$(requests .)" 0
git -C "$T/www/bare" update-ref refs/heads/main "$rev3"
is "and asked for again" "$(eval_ --option tarball-ttl 0 -E "(fetchGit \"$web/git/bare\").rev" 2>/dev/null)" "\"$rev3\""
requests . >/dev/null

# ---- submodules ----
sub=$T/www/sub
git init -q -b main "$sub"
printf 's\n' >"$sub/file"
git -C "$sub" add file
git -C "$sub" commit -q -m 1
git clone -q --bare "$sub" "$T/www/sub.git"
top=$T/top
git init -q -b main "$top"
git -C "$top" -c protocol.file.allow=always submodule --quiet add "$sub" below/sub
git -C "$top" commit -q -m 1
is "without submodules their folders are empty" "$(quiet "builtins.readDir (fetchGit { url = $top; ref = \"main\"; } + \"/below/sub\")")" "{ }"
is "with submodules" "$(quiet "builtins.readFile (fetchGit { url = $top; ref = \"main\"; submodules = true; } + \"/below/sub/file\")")" '"s\n"'
is "submodules of a work tree" "$(quiet "let r = fetchGit { url = $top; submodules = true; }; in [ r.submodules (r ? dirtyRev) (builtins.readFile (r + \"/below/sub/file\")) ]")" '[ true false "s\n" ]'
printf 'changed\n' >"$top/below/sub/file"
is "a changed submodule" "$(quiet "let r = fetchGit { url = $top; submodules = true; }; in [ (r ? dirtyRev) (builtins.readFile (r + \"/below/sub/file\")) ]")" '[ true "changed\n" ]'
git -C "$top" config -f .gitmodules submodule.below/sub.url ../www/sub
git -C "$top" commit -q -a -m relative
git clone -q --bare "$top" "$T/www/top.git"
git -C "$T/www/top.git" update-server-info
git -C "$top" config -f .gitmodules submodule.below/sub.url ../sub.git
git -C "$top" commit -q -a -m 'relative to a server'
git -C "$top" push -q "$T/www/top.git" main
is "submodules beside a server's repository" "$(quiet "builtins.readFile (fetchGit { url = \"$web/git/top.git\"; submodules = true; } + \"/below/sub/file\")")" '"s\n"'
fails_like "exports with submodules" "not supported together" val "fetchTree { type = \"git\"; url = \"file://$top\"; submodules = true; exportIgnore = true; ref = \"main\"; }"

# ---- what is refused ----
fails_like "LFS" "Git LFS files of .* are not supported" val "fetchTree { type = \"git\"; url = \"file://$repo\"; lfs = true; }"
fails_like "signatures" "verifying signatures" val "fetchGit { url = $repo; verifyCommit = true; }"
fails_like "a folder that is no repository" "opening Git repository '$T/www'|has no ref|not find repository" val "fetchGit $T/www"
like "is told what is one" "$(val "fetchGit $T/www" 2>&1)" "^hint: of a work tree its top is meant, the folder that holds .git$"
fails_like "nobody listens" "Failed to fetch git repository" val 'fetchGit "http://127.0.0.1:1/x"'

# ---- files ----
printf 'one\n' >"$T/www/one.txt"
requests . >/dev/null
is "fetchurl" "$(quiet "builtins.readFile (builtins.fetchurl \"$web/files/one.txt\")")" '"one\n"'
is "its path" "$(quiet "builtins.fetchurl \"$web/files/one.txt\"")" '"/nix/store/vkp5wg10nn5ak8dvy43xpknfa84nyi44-one.txt"'
is "one request for two evaluations" "$(requests GET)" 1
is "its server is asked whether it changed" "$(eval_ --option tarball-ttl 0 -E "builtins.readFile (builtins.fetchurl \"$web/files/one.txt\")" 2>/dev/null)" '"one\n"'
is "it did not" "$(requests ' 304 ')" 1
printf 'two\n' >"$T/www/one.txt"
is "it did" "$(eval_ --option tarball-ttl 0 -E "builtins.readFile (builtins.fetchurl \"$web/files/one.txt\")" 2>/dev/null)" '"two\n"'
hash=$(printf 'two\n' | sha256sum | cut -d' ' -f1)
is "with its hash" "$(quiet "builtins.readFile (builtins.fetchurl { url = \"$web/files/one.txt\"; sha256 = \"$hash\"; name = \"other\"; })")" '"two\n"'
out=$(val "builtins.fetchurl { url = \"$web/files/one.txt\"; sha256 = \"$(printf '%064d' 0)\"; name = \"bad\"; }") && fail "a wrong hash" "$out"
is "a wrong hash" "$(printf '%s\n' "$out" | sed -n '/hash mismatch/,$p' | head -n 3 | sed 's/^ *//')" "error: hash mismatch in file downloaded from '$web/files/one.txt':
specified: sha256:0000000000000000000000000000000000000000000000000000
got:       sha256:$(quiet "builtins.convertHash { hash = \"$hash\"; hashAlgo = \"sha256\"; toHashFormat = \"nix32\"; }" | tr -d '"')"
kiln eval -E "builtins.fetchurl { url = \"$web/files/one.txt\"; sha256 = \"$(printf '%064d' 0)\"; name = \"bad\"; }" >/dev/null 2>&1
is "its exit status" $? 102
fails_like "nothing there" "not found" val "builtins.fetchurl \"$web/files/none\""
is "fetchTree of a file" "$(quiet "let r = fetchTree { type = \"file\"; url = \"$web/files/one.txt\"; }; in [ (builtins.readFile r) r.narHash (builtins.attrNames r) ]")" \
	'[ "two\n" "sha256-lpuWsHRhx32vDc3tbGYASHVu88RmtEEhPWMWhL2Cdgk=" [ "narHash" "outPath" ] ]'

# ---- archives ----
mkdir -p "$T/tar/pkg-1/bin"
printf 'echo\n' >"$T/tar/pkg-1/bin/run"
chmod 755 "$T/tar/pkg-1/bin/run"
printf 'data\n' >"$T/tar/pkg-1/data"
ln -s data "$T/tar/pkg-1/link"
ln "$T/tar/pkg-1/data" "$T/tar/pkg-1/hard"
find "$T/tar" -exec touch -h -d '2020-01-01T00:00:00Z' {} +
touch -d '2020-02-03T04:05:06Z' "$T/tar/pkg-1/data"
tar -C "$T/tar" -cf "$T/www/p.tar" pkg-1
gzip -k "$T/www/p.tar"
bzip2 -k "$T/www/p.tar"
xz -k "$T/www/p.tar"
zstd -q "$T/www/p.tar"
python3 - "$T" <<'END'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1] + "/www/p.zip", "w") as z:
    for name, mode, data in (("pkg-1/", 0o40755, ""), ("pkg-1/bin/", 0o40755, ""), ("pkg-1/bin/run", 0o100755, "echo\n"),
                             ("pkg-1/data", 0o100644, "data\n"), ("pkg-1/hard", 0o100644, "data\n"),
                             ("pkg-1/link", 0o120777, "data")):
        i = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
        i.external_attr, i.create_system = mode << 16, 3
        z.writestr(i, data)
END
tree=$(quiet "fetchTarball \"$web/files/p.tar\"")
for end in tar.gz tar.bz2 tar.xz tar.zst zip; do
	is "fetchTarball of .$end" "$(quiet "fetchTarball \"$web/files/p.$end\"")" "$tree"
done
is "the archive's folder is gone, its time stays" "$(quiet "let r = fetchTree \"$web/files/p.tar.gz\"; in [ (builtins.attrNames (builtins.readDir r)) r.lastModifiedDate r.narHash ]")" \
	'[ [ "bin" "data" "hard" "link" ] "20200203040506" "sha256-jfqb9MWB1YYQf/OWQhgOGJA6qrYoYMdZl9yt14JvJZA=" ]'
tar -C "$T/tar/pkg-1" -cf "$T/www/many.tar" bin data
is "several things at the top stay" "$(quiet "builtins.attrNames (builtins.readDir (fetchTarball \"$web/files/many.tar\"))")" '[ "bin" "data" ]'
tar -C "$T/tar/pkg-1" -cf "$T/www/one.tar" data
is "so does a file alone" "$(quiet "builtins.attrNames (builtins.readDir (fetchTarball \"$web/files/one.tar\"))")" '[ "data" ]'
good='sha256-jfqb9MWB1YYQf/OWQhgOGJA6qrYoYMdZl9yt14JvJZA='
is "with its hash" "$(quiet "fetchTarball { url = \"$web/files/p.tar.gz\"; sha256 = \"$good\"; }")" "$tree"
is "what is in the store is not fetched" "$(quiet "fetchTarball { url = \"http://127.0.0.1:1/gone.tar\"; sha256 = \"$good\"; }")" "$tree"
bad=sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
fails_like "a wrong hash of an archive" "NAR hash mismatch in input '$web/files/p.tar.gz[?]narHash=sha256-A*%3D', expected '$bad' but got '$good'" \
	val "fetchTarball { url = \"$web/files/p.tar.gz\"; sha256 = \"$bad\"; }"
head -c 150 "$T/www/p.tar.xz" >"$T/www/cut.tar.xz"
fails_like "a broken archive" "unpacking '$web/files/cut.tar.xz'" val "fetchTarball \"$web/files/cut.tar.xz\""
fails_like "a folder for an archive" "is a directory, not a file" val "fetchTarball \"file://$T/www\""
fails_like "a repository for an archive" "use .git[+]file. as the scheme" val "fetchTarball \"file://$repo\""
is "an immutable link says more" "$(quiet "let r = fetchTree \"$web/linked/p.tar.gz\"; in [ r.rev r.revCount ]")" '[ "abababababababababababababababababababab" 7 ]'
is "on the search path" "$(eval_ -I "x=$web/files/p.tar.gz" -E 'builtins.readFile <x/data>' 2>/dev/null)" '"data\n"'
requests . >/dev/null
is "read only, it is kept in the cache" "$(KILN_STORE=$T/ro eval_ --read-only --option tarball-ttl 0 -E "builtins.readFile (fetchTarball \"$web/files/p.tar.bz2\" + \"/data\")" 2>/dev/null; KILN_STORE=$T/ro eval_ --read-only -E "builtins.readFile (fetchTarball \"$web/files/p.tar.bz2\" + \"/data\")" 2>/dev/null)" '"data\n"
"data\n"'
is "and asked for once" "$(requests GET)" 1

# ---- forges ----
if openssl req -x509 -newkey rsa:2048 -nodes -keyout "$T/key" -out "$T/cert" -days 2 -subj /CN=127.0.0.1 \
	-addext subjectAltName=IP:127.0.0.1 2>/dev/null; then
	git clone -q --bare "$repo" "$T/www/proj"
	serve forge "$T/cert" "$T/key"
	host=127.0.0.1:$port
	SSL_CERT_FILE=$T/cert
	export SSL_CERT_FILE
	git -C "$T/www/proj" archive --prefix=proj/ "$rev2" | tar -xf - -C "$T/tar"
	for type in github gitlab; do
		is "$type" "$(quiet "let r = fetchTree { type = \"$type\"; owner = \"me\"; repo = \"proj\"; host = \"$host\"; }; in [ r.rev r.lastModified (builtins.attrNames (builtins.readDir r)) ]")" \
			"[ \"$rev2\" 1704153600 [ \".gitattributes\" \"a\" \"b\" \"c.txt\" \"d\" \"id\" \"l\" \"odd name ü\" ] ]"
		is "$type: branch" "$(quiet "(builtins.fetchTree \"$type:me/proj/other?host=$host\").rev")" "\"$rev3\""
		is "$type: revision" "$(quiet "let r = fetchTree { type = \"$type\"; owner = \"me\"; repo = \"proj\"; rev = \"$rev1\"; host = \"$host\"; }; in [ r.rev (r ? revCount) ]")" "[ \"$rev1\" false ]"
	done
	is "sourcehut" "$(quiet "[ (fetchTree { type = \"sourcehut\"; owner = \"~me\"; repo = \"proj\"; host = \"$host\"; }).rev (fetchTree { type = \"sourcehut\"; owner = \"~me\"; repo = \"proj\"; ref = \"v1\"; host = \"$host\"; }).shortRev ]")" \
		"[ \"$rev2\" \"$(git -C "$repo" rev-parse v1 | cut -c1-7)\" ]"
	fails_like "no such branch of a forge" "looking up 'none' of 'me/proj'" val "fetchTree { type = \"github\"; owner = \"me\"; repo = \"proj\"; ref = \"none\"; host = \"$host\"; }"
	eval_ --option access-tokens "other=x $host=secret $host/me=longer" --option tarball-ttl 0 -E "(fetchTree \"github:me/proj?host=$host\").rev" >/dev/null 2>&1
	is "a token" "$(sed -n 's/.*commits.HEAD 200 //p' "$T/forge.log" | tail -n 1)" "token longer"
	unset SSL_CERT_FILE
else
	for what in github github-branch github-revision gitlab gitlab-branch gitlab-revision sourcehut none token; do
		pass "forge: $what # SKIP no openssl"
	done
fi

# ---- flakes ----
flake() { quiet "let f = builtins.getFlake \"$1\"; in $2"; }
dep=$T/dep
git init -q -b main "$dep"
printf '{ outputs = { self }: { value = 20; }; }\n' >"$dep/flake.nix"
git -C "$dep" add flake.nix
git -C "$dep" commit -q -m 1
deprev=$(git -C "$dep" rev-parse HEAD)
mkdir -p "$T/tar/flake-1"
printf '{ inputs.inner.url = "git+file://%s"; outputs = { self, inner }: { value = inner.value + 1; from = inner; }; }\n' "$dep" >"$T/tar/flake-1/flake.nix"
tar -C "$T/tar" --mtime=2020-01-01T00:00:00Z -czf "$T/www/flake.tar.gz" flake-1
main=$T/main
git init -q -b main "$main"
cat >"$main/flake.nix" <<END
{
  inputs.dep.url = "git+file://$dep";
  inputs.web.url = "$web/files/flake.tar.gz";
  inputs.web.inputs.inner.follows = "dep";
  inputs.local.url = "path:./local";
  inputs.plain = { url = "$web/files/one.txt"; flake = false; };
  outputs = { self, dep, web, local, plain }: {
    sum = dep.value + web.value + local.value;
    same = dep.outPath == web.from.outPath;
    text = builtins.readFile plain;
    inherit dep;
  };
}
END
mkdir "$main/local"
printf '{ outputs = { self }: { value = 1; }; }\n' >"$main/local/flake.nix"
git -C "$main" add .
git -C "$main" commit -q -m 1
is "inputs without a lock file" "$(flake "git+file://$main" "[ f.sum f.same f.text f.dep.rev ]")" "[ 42 true \"two\\n\" \"$deprev\" ]"
is "it is not the commit then" "$(flake "git+file://$main" "[ (f ? rev) (f ? lastModified) ]")" "[ false true ]"
like "and says so" "$(val "(builtins.getFlake \"git+file://$main\").sum")" "not writing modified lock file of flake 'git[+]file://$main'"
cat >"$main/flake.lock" <<END
{
  "nodes": {
    "dep": {
      "locked": { "lastModified": 1704153600, "narHash": "$(quiet "(fetchTree \"git+file://$dep\").narHash" | tr -d '"')", "ref": "refs/heads/main", "rev": "$deprev", "revCount": 1, "type": "git", "url": "file://$dep" },
      "original": { "type": "git", "url": "file://$dep" }
    },
    "web": {
      "inputs": { "inner": [ "dep" ] },
      "locked": { "lastModified": 1577836800, "narHash": "$(quiet "(fetchTree \"$web/files/flake.tar.gz\").narHash" | tr -d '"')", "type": "tarball", "url": "$web/files/flake.tar.gz" },
      "original": { "type": "tarball", "url": "$web/files/flake.tar.gz" }
    },
    "local": { "locked": { "path": "./local", "type": "path" }, "original": { "path": "./local", "type": "path" }, "parent": [] },
    "plain": {
      "flake": false,
      "locked": { "narHash": "$(quiet "(fetchTree \"file+$web/files/one.txt\").narHash" | tr -d '"')", "type": "file", "url": "$web/files/one.txt" },
      "original": { "type": "file", "url": "$web/files/one.txt" }
    },
    "root": { "inputs": { "dep": "dep", "local": "local", "plain": "plain", "web": "web" } }
  },
  "root": "root",
  "version": 7
}
END
git -C "$main" add flake.lock
git -C "$main" commit -q -m lock
mainrev=$(git -C "$main" rev-parse HEAD)
printf '{ outputs = { self }: { value = 1000; }; }\n' >"$dep/flake.nix"
git -C "$dep" commit -q -a -m 2
is "inputs of a lock file" "$(flake "git+file://$main" "[ f.sum f.same f.text f.dep.rev f.rev f.dep.revCount ]")" "[ 42 true \"two\\n\" \"$deprev\" \"$mainrev\" 1 ]"
is "in pure evaluation" "$(kiln eval --strict --pure-eval -E "let f = builtins.getFlake \"git+file://$main?rev=$mainrev\"; in [ f.sum f.dep.rev ]" 2>/dev/null)" "[ 42 \"$deprev\" ]"
fails_like "what is not locked is refused then" "unlocked flake reference" kiln eval --pure-eval -E "builtins.getFlake \"git+file://$main\""
KILN_STORE=$T/other
is "another store fetches them again" "$(flake "git+file://$main" f.sum)" 42
requests . >/dev/null
is "a second time they are there" "$(flake "git+file://$main" f.sum) $(requests GET)" "42 0"
KILN_STORE=$T/root
sed -i 's/"narHash": "sha256-./"narHash": "sha256-A/' "$main/flake.lock"
fails_like "a lock file with wrong hashes" "hash mismatch in input" val "(builtins.getFlake \"path:$main\").sum"
cat >"$T/registry.json" <<END
{ "version": 2, "flakes": [ { "from": { "type": "indirect", "id": "dep" }, "to": { "type": "git", "url": "file://$dep" } },
  { "from": { "type": "indirect", "id": "plain" }, "to": { "type": "path", "path": "$main" } } ] }
END
is "an indirect reference" "$(eval_ --option flake-registry "$T/registry.json" -E "[ (builtins.getFlake \"dep\").value (fetchTree { type = \"indirect\"; id = \"dep\"; ref = \"main\"; rev = \"$deprev\"; }).rev ]" 2>/dev/null)" "[ 1000 \"$deprev\" ]"
is "one that cannot be had is passed over" "$(eval_ -I n=file:///absent.tar.gz -I "n=$dep" -E 'builtins.attrNames (builtins.readDir <n>)' 2>"$T/err" | grep -o flake.nix)" flake.nix
is "and told once" "$(grep -c "search path entry 'file:///absent.tar.gz' cannot be downloaded, ignoring" "$T/err")" 1
is "a flake in the search path" "$(eval_ --option flake-registry "$T/registry.json" -I n=flake:dep -E 'builtins.attrNames (builtins.readDir <n>)' 2>/dev/null)" '[ "flake.nix" ]'
fails_like "a revision of what has none" "don't know how to set revision of input 'path:$main' to '$deprev'" \
	eval_ --option flake-registry "$T/registry.json" -E "(builtins.getFlake \"plain/$deprev\").rev"
fails_like "of a branch that is not told" "Git input 'git.file://$dep' has a commit hash but no branch/tag name" \
	eval_ --option flake-registry "$T/registry.json" -E "(builtins.getFlake \"dep/$deprev\").rev"
fails_like "one that nobody knows" "cannot find flake 'flake:none' in the flake registries" val 'builtins.getFlake "none"'
mkdir -p "$T/config/nix"
cp "$T/registry.json" "$T/config/nix/registry.json"
is "the user's registry is for what is typed" "$(flake dep f.value)" 1000
fails_like "not for inputs" "cannot find flake" val 'fetchTree "flake:dep"'

# ---- Mercurial ----
if command -v hg >/dev/null; then
	(
		export HGUSER=a HGPLAIN=1
		hg init "$T/hg"
		cd "$T/hg" || exit
		printf 'one\n' >a
		ln -s a l
		hg add -q a l
		hg commit -q -d '0 0' -m 1
		printf 'two\n' >a
		hg commit -q -d '0 0' -m 2
	)
	hgrev=$(hg log -R "$T/hg" -r . --template '{node}')
	hgold=$(hg log -R "$T/hg" -r 0 --template '{node}')
	is "hg" "$(quiet "let r = builtins.fetchMercurial $T/hg; in [ r.rev r.shortRev r.revCount r.branch (builtins.attrNames (builtins.readDir r)) ]")" \
		"[ \"$hgrev\" \"$(echo "$hgrev" | cut -c1-12)\" 1 \"default\" [ \"a\" \"l\" ] ]"
	is "hg: revision" "$(quiet "let r = builtins.fetchMercurial { url = \"file://$T/hg\"; rev = \"$hgold\"; }; in [ (builtins.readFile (r + \"/a\")) r.revCount ]")" '[ "one\n" 0 ]'
	printf 'three\n' >"$T/hg/a"
	is "hg: changed" "$(quiet "let r = builtins.fetchMercurial $T/hg; in [ (builtins.readFile (r + \"/a\")) r.rev ]")" '[ "three\n" "0000000000000000000000000000000000000000" ]'
else
	fails_like "without the program hg" "needs the program 'hg'" val 'builtins.fetchMercurial "https://127.0.0.1:1/x"'
	pass "hg: revision # SKIP no hg"
	pass "hg: changed # SKIP no hg"
fi

# ---- two at once, and stopping ----
head -c 200 /dev/zero >"$T/www/slow.bin"
requests . >/dev/null
for i in 1 2 3; do
	kiln eval -E "builtins.hashFile \"sha256\" (builtins.fetchurl \"$web/slow/slow.bin\")" >"$T/out.$i" 2>/dev/null &
	eval "p$i=$!"
done
# shellcheck disable=SC2154 # set by eval
wait "$p1" "$p2" "$p3"
is "three processes, one transfer" "$(sort -u "$T"/out.[123] | wc -l) $(requests GET)" "1 1"
head -c 100000 /dev/zero >"$T/www/slower.bin"
"$KILN_BUILD/kiln" eval -E "builtins.fetchurl \"$web/slow/slower.bin\"" >/dev/null 2>&1 &
p=$!
sleep 1
kill -TERM "$p"
wait "$p"
is "ended by a signal" $? 143
is "no half of it stays as if it were whole" "$(find "$T/cache" -size +90k -name '[0-9a-z]*' | wc -l)" 0
