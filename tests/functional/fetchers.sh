#!/bin/sh
# Fetchers of the package set that are kiln's own builders: trees of git commits as `git checkout`
# writes them (the program git is asked for comparison), archives whole, headers, files for a shell.
# shellcheck disable=SC2317,SC2329 # functions that ok() calls
. "$(dirname "$0")/../lib.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
command -v git >/dev/null || skip_all "no git"
command -v python3 >/dev/null || skip_all "no python3"
plan 39

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a \
	GIT_COMMITTER_EMAIL=a@b GIT_CONFIG_COUNT=2 GIT_CONFIG_KEY_0=core.safecrlf GIT_CONFIG_VALUE_0=false \
	GIT_CONFIG_KEY_1=protocol.file.allow GIT_CONFIG_VALUE_1=always
unset SSH_AUTH_SOCK _NIX_FORCE_HTTP
zero=sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

# make EXPRESSION: builds what the set makes of it.
make() { compat nix-build --no-out-link -E "with import $top/pkgs { system = \"x86_64-linux\"; }; $1"; }
# hash_of EXPRESSION: what the build says that its hash is.
hash_of() { make "$1" 2>&1 | sed -n 's/^ *got: *//p'; }
nar() { compat nix-hash --type sha256 --sri "$1"; }

# ---- repositories ----
git init -q -b main "$T/sub"
(cd "$T/sub" && echo s >s && echo '* text eol=crlf' >.gitattributes && git add -A && git commit -q -m 1)
git init -q -b main "$T/repo"
(
	cd "$T/repo" || exit
	mkdir -p d/e d/f other
	printf 'unix\n' >unix
	printf 'a\nb\n' >dos.txt
	# shellcheck disable=SC2016 # git's, not ours
	printf '$Id$\n' >id
	printf '\0\1\n' >binary
	echo x >d/x
	chmod +x d/x
	echo y >d/y.dos
	echo e >d/e/e
	echo f >d/f/f
	echo o >other/o
	ln -s d/e link
	printf 'dos.txt text eol=crlf\nid ident\nunix export-ignore\n' >.gitattributes
	echo '*.dos text eol=crlf' >d/.gitattributes
	git add -A
	git commit -q -m 1
	git tag -a -m v1 v1
	git submodule --quiet add "$T/sub" other/sub
	git commit -q -m 2
	git checkout -q -b side v1
	echo side >side
	git add side
	git commit -q -m side
	git checkout -q main
)
git clone -q --bare "$T/repo" "$T/bare"
rev=$(git -C "$T/repo" rev-parse main)

# checkout NAME GIT_CLONE_ARGUMENTS: what git makes of it, without .git.
checkout() {
	name=$1
	shift
	git clone -q "$@" "$T/repo" "$T/$name" && find "$T/$name" -name .git -prune -exec rm -rf {} +
}
checkout all --recurse-submodules
checkout plain
checkout v1 -b v1 -c advice.detachedHead=false
checkout side -b side
git clone -q --sparse "$T/repo" "$T/sparse"
git -C "$T/sparse" sparse-checkout set d/e other 2>/dev/null
rm -rf "$T/sparse/.git" "$T/sparse/other/sub/.git"

# git WHAT ARGUMENTS TREE
fetched() { is "$1" "$(hash_of "fetchgit { url = \"file://$T/repo\"; hash = \"\"; $2 }")" "$(nar "$3")"; }
fetched "a commit, with submodules" "rev = \"$rev\";" "$T/all"
like "git has changed line ends and keywords" "$(cat "$T/all/id"; od -c "$T/all/dos.txt")" '\\r'
fetched "without them" "rev = \"$rev\"; fetchSubmodules = false;" "$T/plain"
fetched "a branch" 'rev = "side";' "$T/side"
fetched "a tag" 'tag = "v1";' "$T/v1"
fetched "a tag by its reference" 'rev = "refs/tags/v1";' "$T/v1"
fetched "some folders" "rev = \"$rev\"; sparseCheckout = [ \"d/e\" \"other/\" ]; fetchSubmodules = false;" "$T/sparse"
fetched "one folder as the tree" "rev = \"$rev\"; rootDir = \"d/f\";" "$T/all/d/f"
# What its owner has not committed: of the repository, of its index and of its work tree.
cp "$T/repo/.git/config" "$T/config.git"
mkdir -p "$T/repo/.git/info"
echo '* text eol=crlf ident' >"$T/repo/.git/info/attributes"
fetched "the repository's own attributes change nothing" "rev = \"$rev\"; fetchSubmodules = false;" "$T/plain"
rm "$T/repo/.git/info/attributes"
git -C "$T/repo" config core.autocrlf true
fetched "nor do its settings" "rev = \"$rev\"; fetchSubmodules = false;" "$T/plain"
cp "$T/config.git" "$T/repo/.git/config"
echo '* text eol=crlf ident' >"$T/repo/d/.gitattributes"
git -C "$T/repo" add d/.gitattributes
fetched "nor does what is not committed" "rev = \"$rev\"; fetchSubmodules = false;" "$T/plain"
git -C "$T/repo" rm -q -f d/.gitattributes
is "from a bare repository" "$(hash_of "fetchgit { url = \"$T/bare\"; rev = \"$rev\"; hash = \"\"; fetchSubmodules = false; }")" "$(nar "$T/plain")"
got=$(make "fetchgit { url = \"file://$T/repo\"; rev = \"$rev\"; hash = \"$(nar "$T/all")\"; }" 2>"$T/err") || sed 's/^/# /' "$T/err"
ok "the tree is there" diff -r "$T/all" "$T/root$got"
is "a folder need not be had whole" "$(make "fetchgit { url = \"file://$T/nowhere\"; rev = \"x\"; hash = \"$(nar "$T/all")\"; }" 2>/dev/null)" "$got"
fails_like "a wrong hash" "got: *$(nar "$T/v1" | sed 's/[+]/[+]/g')" make "fetchgit { url = \"file://$T/repo\"; tag = \"v1\"; hash = \"$zero\"; }"
fails_like "a branch that is not there" "'file://$T/repo'|none" make "fetchgit { url = \"file://$T/repo\"; rev = \"none\"; hash = \"\"; }"
fails_like "no repository" "Git repository \"$T/nowhere\" does not exist" make "fetchgit { url = \"file://$T/nowhere\"; rev = \"x\"; hash = \"\"; }"
fails_like "told by whom it is needed" "needed by derivation '/nix/store/.*-source.drv'" make "fetchgit { url = \"file://$T/nowhere\"; rev = \"x\"; hash = \"\"; }"
fails_like "a folder that is not there" "has no folder 'd/none' \\(rootDir\\)" make "fetchgit { url = \"file://$T/repo\"; rev = \"$rev\"; rootDir = \"d/none\"; hash = \"\"; }"
fails_like "a link is none" "has no folder 'link' \\(rootDir\\)" make "fetchgit { url = \"file://$T/repo\"; rev = \"$rev\"; rootDir = \"link\"; sparseCheckout = [ ]; hash = \"\"; }"
raw='system = "builtin"; builder = "builtin:kiln-git-1"; name = "raw"; outputHashMode = "recursive"; outputHash = ""; outputHashAlgo = "sha256";'
fails_like "nor is what leads out" "'\\.\\./x' is no folder of a repository" make "derivation { $raw url = \"file://$T/repo\"; rev = \"v1\"; rootDir = \"../x\"; }"
fails_like "it must be said what is meant" "does not say which url and rev" make "derivation { $raw url = \"file://$T/repo\"; }"
# Something that listens, and says nothing.
python3 -c 'import socket, sys, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(8); open(sys.argv[1], "w").write(str(s.getsockname()[1])); time.sleep(60)' "$T/deaf" &
deaf=$!
for _ in $(seq 100); do [ ! -s "$T/deaf" ] || break; sleep 0.05; done
slow() { timeout 20 "$KILN_BUILD/compat/nix-build" --no-out-link --timeout 1 -E "derivation { $raw url = \"http://127.0.0.1:$(cat "$T/deaf")/r.git\"; rev = \"v1\"; }"; }
fails_like "--timeout is for repositories, too" "^error: fetching 'http://127.0.0.1:[0-9]*/r.git' timed out after 1 seconds" slow
kill "$deaf"
fails_like "and what comes of it" "without one recursive fixed output" make 'derivation { system = "builtin"; builder = "builtin:kiln-git-1"; name = "raw"; url = "file:///x"; rev = "x"; }'

# ---- archives ----
mkdir -p "$T/tree/a" "$T/tree/b"
echo 1 >"$T/tree/a/1"
echo 2 >"$T/tree/b/2"
tar -C "$T/tree" -cf "$T/two.tar" a b
tar -C "$T/tree" -cf "$T/one.tar" a
is "an archive whole" "$(hash_of "fetchzip { url = \"file://$T/two.tar\"; stripRoot = false; hash = \"\"; }")" "$(nar "$T/tree")"
is "or what is in its only folder" "$(hash_of "fetchzip { url = \"file://$T/one.tar\"; hash = \"\"; }")" "$(nar "$T/tree/a")"
fails_like "of which there must be one" "one.*top|top.*one|single|more than one" make "fetchzip { url = \"file://$T/two.tar\"; hash = \"\"; }"

fails_like "a ref that is not there" "^error: Git repository '$T/sub' has no ref 'refs/tags/v9'$" \
	make "fetchgit { url = \"file://$T/sub\"; rev = \"refs/tags/v9\"; hash = \"$zero\"; }"

# ---- a repository of somebody else's ----
if [ "$(id -u)" = 0 ]; then
	cp -r "$T/sub" "$T/foreign"
	chown -R 65534 "$T/foreign"
	out=$(make "fetchgit { url = \"file://$T/foreign\"; rev = \"main\"; hash = \"$zero\"; }" 2>&1)
	like "git's rule holds, in words" "$out" "^error: Git repository '$T/foreign' belongs to another user$"
	like "with the cure" "$out" "^hint: if you trust it: git config --global --add safe.directory '$T/foreign'$"
	env -u GIT_CONFIG_GLOBAL git config --global --add safe.directory "$T/foreign"
	like "which cures" "$(hash_of "fetchgit { url = \"file://$T/foreign\"; rev = \"main\"; hash = \"$zero\"; }")" "^sha256-"
else
	for what in "git's rule" "the cure" "which cures"; do pass "$what # SKIP not root"; done
fi

# ---- headers ----
python3 "$top/tests/server.py" "$T/port" "$T/log" 2>"$T/server.err" &
server=$!
trap 'kill $server 2>/dev/null; finish' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ -s "$T/port" ] && break
	sleep 0.3
done
port=$(cat "$T/port") || skip_all "no loopback server"
got() { make "fetchurl { url = \"http://127.0.0.1:$port/agent\"; name = \"$1\"; hash = \"$(printf %s "$2" | openssl dgst -sha256 -binary | base64 | sed 's/^/sha256-/')\"; $3 }" 2>"$T/err"; }
ok "curl's options are headers" got a probe/1 'curlOptsList = [ "--user-agent" "probe/1" "-L" "--retry" "3" ];'
ok "in one text, too" got b probe/2 'curlOpts = "-A probe/2 --compressed";'
ok "a header by its name" got c 'probe 3' 'curlOptsList = [ "-H" "User-Agent: probe 3" ];'
fails_like "an option that would change what comes" "curl's option '-d' is not known here" make 'fetchurl { url = "http://x/y"; hash = ""; curlOptsList = [ "-d" "x" ]; }'
fails_like "a value that got split" 'say curlOptsList = \[ "-H"' make 'fetchurl { url = "http://x/y"; hash = ""; curlOpts = "-H X: y"; }'
fails_like "a header that is none" "has a line in 'headers'" make 'fetchurl { url = "http://127.0.0.1:1/y"; hash = ""; curlOptsList = [ "-H" "no header" ]; }'

# ---- names ----
is "nixpkgs' names of PyPI's files are ours" "$(kiln eval --raw -E "builtins.head ((import $top/pkgs { }).fetchurl { url = \"mirror://pypi/s/six/six-1.tar.gz\"; hash = \"\"; }).urls")" "mirror://pypi/six/six-1.tar.gz"
fails_like "a mirror that nobody has named" "set 'mirror.gnu' in kiln.conf" make 'fetchurl { url = "mirror://gnu/hello/hello-2.tar.gz"; hash = ""; }'
