#!/bin/sh
# The small builders by real builds (builders.nix), with the set's own programs: what they need is
# fetched first. Then fetchers that change what they fetched, from a folder of files.
# shellcheck disable=SC2016 # the dollars are for the builds
. "$(dirname "$0")/../lib.sh"
[ -x "$KILN_BUILD/kiln" ] || skip_all "kiln is not built"
cases=$(cd "$(dirname "$0")" && pwd)/builders.nix
plan "$(kiln eval -E "(import $cases { }).count + 24")"

build() { compat nix-build --no-out-link "$cases" "$@"; }
# make EXPRESSION: over what builders.nix gives, with the files of below.
make() { compat nix-build --no-out-link -E "with import $cases { files = \"file://$T/files\"; }; $1"; }
if results=$(build -A results 2>"$T/err"); then
	tab=$(printf '\t')
	while IFS=$tab read -r what verdict; do is "$what" "$verdict" true; done <"$T/root$results"
else
	tail -n 30 "$T/err" | sed 's/^/# /'
fi
while IFS='|' read -r name what pattern; do
	fails_like "$what" "$pattern" build -A "fail.$name"
done <<'END'
collision|two contents of one name, with both owners|/nix/store/[a-z0-9]*-wanted/lib/one
file|a file is no folder to merge|say ignoreSingleFileOutputs = true
missing|nor one to join|change.patch' is not a folder
shellcheck|an application that shellcheck does not like|SC2086
python|a script with a syntax error|SyntaxError
version|a program of another version|does not say version 2.0
testVersion|another one, asked afterwards|testVersion: version 1.0 is not in: GNU bash
contents|other contents|not so: One is two
desktop|a package without menu entries|has no share/applications
END

mkdir "$T/files" "$T/tree"
echo hello >"$T/files/text"
(cd "$T/tree" && mkdir -p top/d && echo a >top/a && echo b >top/d/b && chmod +x top/a && tar cf ../files/tree.tar top &&
	python3 -m zipfile -c ../files/tree.zip top)
cat >"$T/files/change.patch" <<'END'
From 1 Mon Sep 17 00:00:00 2001
Subject: [PATCH] words
---
 z.c | 2 +-

diff --git a/z.c b/z.c
index 123..456 100644
--- a/z.c
+++ b/z.c
@@ -1,3 +1,3 @@ int main()
 a
-b
+c
 d
diff --git a/lib/a.c b/lib/a.c
index 1..2 100644
--- a/lib/a.c
+++ b/lib/a.c
@@ -1,2 +1 @@
--- it looks like a name
 2
-- 
2.40
END

# fetched WHAT FUNCTION ARGUMENTS CONTENT: what comes of it. The build tells the hash of what it
# makes, and keeps that; it is a recipe's hash for the second one.
fetched() {
	said=$(make "$2 { $3 hash = \"\"; }" 2>&1)
	hash=$(printf '%s\n' "$said" | sed -n 's/^ *got: *//p')
	if ! got=$(make "$2 { $3 hash = \"$hash\"; }" 2>"$T/err"); then
		fail "$1" "$said" "$(cat "$T/err")"
		return
	fi
	is "$1" "$(find "$T/root$got" -type f | sort | xargs cat)" "$4"
}
fetched "postFetch changes a file" 'fetch "text"' 'postFetch = "substituteInPlace \$out --replace-fail hello changed";' changed
fetched "or makes a folder of it" 'fetch "text"' 'downloadToTemp = true; recursiveHash = true; postFetch = "mkdir \$out; mv \$downloadedFile \$out/t";' hello
fetched "an archive without its only folder" zip '' 'a
b'
fetched "an archive whole, changed" zip 'stripRoot = false; postFetch = "rm -r \$out/top/d; test -z \$(ls -A)";' a
fetched "a patch is brought into one form" patch '' '--- a/lib/a.c
+++ b/lib/a.c
@@ -1,2 +1 @@
--- it looks like a name
 2
--- a/z.c
+++ b/z.c
@@ -1,3 +1,3 @@
 a
-b
+c
 d'
fetched "with git's headers" patch2 'includes = [ "z.c" ];' 'diff --git a/z.c b/z.c
index 123..456 100644
--- a/z.c
+++ b/z.c
@@ -1,3 +1,3 @@
 a
-b
+c
 d'
fetched "of a folder, elsewhere" patch 'relative = "lib"; extraPrefix = "x/";' '--- a/x/a.c
+++ b/x/a.c
@@ -1,2 +1 @@
--- it looks like a name
 2'
fails_like "a patch without those files" "no change of the files that are asked for" \
	make "patch { includes = [ \"none\" ]; hash = \"\"; }"
fails_like "what is no patch" "has no change of a file in it" \
	make "pkgs.fetchpatch { url = \"file://$T/files/text\"; hash = \"\"; }"
fails_like "a postFetch that fails" "failed with exit code 3" \
	make "fetch \"text\" { postFetch = \"exit 3\"; hash = \"\"; }"
fails_like "a file that is not there" "file://$T/files/none" \
	make "fetch \"none\" { postFetch = \"true\"; hash = \"\"; }"

# ---- credentials of one build ----
python3 "$(dirname "$cases")/../server.py" "$T/port" "$T/log" 2>"$T/server.err" &
server=$!
trap 'kill $server 2>/dev/null; finish' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ -s "$T/port" ] && break
	sleep 0.3
done
port=$(cat "$T/port")
export SECRET=wrong
fails_like "a password that is wrong" "HTTP 401: are the credentials right" make "private $port { hash = \"\"; }"
fails_like "nothing but the host's environment has it" "SECRET is not set" env -u SECRET sh -c "\"$KILN_BUILD/compat/nix-build\" --no-out-link -E 'with import $cases { }; private $port { hash = \"\"; }'"
export SECRET=secret
hash=$(make "private $port { hash = \"\"; }" 2>&1 | sed -n 's/^ *got: *//p')
got=$(make "private $port { hash = \"$hash\"; }" 2>"$T/err") || sed 's/^/# /' "$T/err"
is "the right one" "$(wc -c <"$T/root$got" | tr -d ' ')" 9
is "is not left anywhere" "$(compat nix-store --read-log "$got" | grep -c secret; grep -rc "password secret" "$T/root/nix/var/log" | grep -vc ':0$')" "0
0"
