#!/bin/sh
# What evaluation fetches: files, archives, git repositories and flakes, from this machine and from a
# server on a loopback port. Hashes and paths of trees are those of Nix 2.34.
# shellcheck disable=SC2317,SC2329 # functions that ok() calls
. "$(dirname "$0")/../lib.sh"
tests=$(cd "$(dirname "$0")/.." && pwd)
command -v python3 >/dev/null || skip_all "no python3"
command -v git >/dev/null || skip_all "no git"
plan 60

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a \
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
mkdir "$T/www"
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
is "no temporary folder is left" "$(ls -d "${TMPDIR:-/tmp}"/kiln-fetch-* 2>/dev/null | while read -r f; do [ "$f" -nt "$T/www" ] && echo "$f"; done)" ""

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
	fails_like "$kind: no such revision" "Cannot find Git revision 'a{40}'" val "fetchGit { url = \"$url\"; rev = \"$(printf '%040d' 0 | tr 0 a)\"; }"
done
requests . >/dev/null
is "a ref is believed for a while" "$(quiet "(fetchGit \"$web/git/bare\").rev")" "\"$rev2\""
is "nobody was asked" "$(requests .)" 0
git -C "$T/www/bare" update-ref refs/heads/main "$rev3"
is "and asked for again" "$(eval_ --option tarball-ttl 0 -E "(fetchGit \"$web/git/bare\").rev" 2>/dev/null)" "\"$rev3\""
requests . >/dev/null
