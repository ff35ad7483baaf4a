#!/bin/sh
# A builder that is given a fetched file before it starts (`kilnFetch`): up the ladder, into its build
# folder, and what is told when it does not work out.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../small-set.sh"
plan 14

# It makes $out of the file `fetched`, in capitals, and says what it sees.
cat >"$T/builder.c" <<'C'
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
int main(void)
{
	FILE *in = fopen("fetched", "r+"), *out = fopen(getenv("out"), "w");
	struct stat st;

	if (!in || !out || fstat(fileno(in), &st))
		return 2;
	printf("mode %o, mine %d\n", st.st_mode & 0777, st.st_uid == getuid());
	for (int c; (c = getc(in)) != EOF;)
		putc(toupper(c), out);
	return fclose(out) ? 3 : getenv("fail") ? 4 : 0;
}
C
sed -i 's/#include <sys/#include <unistd.h>\n#include <sys/' "$T/builder.c"
mkdir "$T/files"
cc -static -o "$T/files/builder" "$T/builder.c" 2>"$T/err" || skip_all "no static program can be made here: $(cat "$T/err")"
echo content >"$T/files/file"
sri() { openssl dgst -sha256 -binary "$1" | base64 | sed 's/^/sha256-/'; }
echo CONTENT >"$T/wanted"

cat >"$T/fetched.nix" <<NIX
{ urls, hash ? "$(sri "$T/wanted")", more ? { }, plain ? false }:
derivation ({
  name = "made"; system = builtins.currentSystem;
  builder = derivation {
    name = "builder"; system = "builtin"; builder = "builtin:fetchurl"; url = "file://$T/files/builder"; executable = true;
    outputHashMode = "recursive"; outputHashAlgo = "sha256"; outputHash = "$(chmod +x "$T/files/builder"; compat nix-hash --type sha256 --sri "$T/files/builder")";
  };
  kilnFetch = urls;
} // (if plain then { } else { outputHashMode = "flat"; outputHashAlgo = "sha256"; outputHash = hash; }) // more)
NIX
make() { compat nix-build --no-out-link -E "import $T/fetched.nix { $1 }"; }

got=$(make "urls = [ \"file://$T/files/file\" ];" 2>"$T/err") || sed 's/^/# /' "$T/err"
is "the builder has the file" "$(cat "$T/root$got")" CONTENT
like "as its own" "$(compat nix-store --read-log "$got")" '^mode 644, mine 1$'
# A build folder on another file system: the file is copied, beside the loop.
away=$(mktemp -d /dev/shm/kiln-test.XXXXXX 2>/dev/null || mktemp -d "$T/away.XXXXXX")
compat nix-store --delete "$got" >/dev/null 2>&1
got=$(TMPDIR=$away compat nix-build --no-out-link --keep-failed -E "import $T/fetched.nix { urls = [ \"file://$T/files/file\" ]; }" 2>"$T/err") || sed 's/^/# /' "$T/err"
is "also from another file system" "$(cat "$T/root$got")" CONTENT
rm -rf "$away"
is "nothing of it stays" "$(ls "$T/root/nix/var/nix/kiln/partial")" ""
empty_store
got=$(make "urls = [ \"file://$T/files/none\" \"file://$T/files/file\" ];" 2>"$T/err") || sed 's/^/# /' "$T/err"
is "the first place that has it" "$(cat "$T/root$got")" CONTENT
empty_store
mkdir "$T/vendored"
cp "$T/files/file" "$T/vendored/remote"
mkdir -p "$XDG_CONFIG_HOME/kiln"
echo "source-dirs = $T/vendored" >"$XDG_CONFIG_HOME/kiln/kiln.conf"
got=$(make 'urls = [ "http://127.0.0.1:1/x/remote" ];' 2>"$T/err") || sed 's/^/# /' "$T/err"
is "a vendored file by its name" "$(cat "$T/root$got")" CONTENT
rm "$XDG_CONFIG_HOME/kiln/kiln.conf"
empty_store
got=$(make "urls = [ \"file://$T/files/file\" ]; more.headers = \"X-A: b\";" 2>"$T/err") || sed 's/^/# /' "$T/err"
is "headers are for who understands them" "$(cat "$T/root$got")" CONTENT
empty_store
got=$(make "urls = [ \"file://$T/files/file\" ];" 2>/dev/null)
ok "it is made again to be compared" compat nix-store --realise --check "$(compat nix-store -q --deriver "$got")"
empty_store

fails_like "a file that nobody has" "'file://$T/files/none'" make "urls = [ \"file://$T/files/none\" ];"
fails_like "needed by whom" "needed by derivation '/nix/store/.*-made.drv'" make "urls = [ \"file://$T/files/none\" ];"
fails_like "another hash" "got: *$(sri "$T/wanted" | sed 's/[+]/[+]/g')" make "urls = [ \"file://$T/files/file\" ]; hash = \"\";"
fails_like "of what it was made" "made of: file://$T/files/file" make "urls = [ \"file://$T/files/file\" ]; hash = \"\";"
fails_like "a builder that fails" 'failed with exit code 4' make "urls = [ \"file://$T/files/file\" ]; more.fail = \"1\"; hash = \"\";"
fails_like "without a fixed output nothing is fetched" 'failed with exit code 2' make "urls = [ \"file://$T/files/file\" ]; plain = true;"
