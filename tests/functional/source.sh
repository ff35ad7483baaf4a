#!/bin/sh
# The way of a source, as people see it: the same rungs for what is built and what evaluation asks for,
# wrong answers named, what is said when there is none.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
plan 35
KILN_DATA_DIR=$(cd "$(dirname "$0")/../.." && pwd)
export KILN_DATA_DIR KILN_CONF="$T/kiln.conf" NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
cd "$T" || exit 1

mkdir -p origin vendor mirror tree/top wrong/top
echo right >tree/top/file
echo wrong >wrong/top/file
tar -czf origin/t.tar.gz -C tree top
echo right >origin/f.txt
cat >kiln.conf <<END
source-dirs = $T/vendor
mirror.m = file://$T/mirror
mirror.debian = file://$T/mirror
END
flat=$(sha256sum <origin/f.txt | cut -c1-64)
tree=$(compat nix-build --no-out-link -E "derivation { name = \"tree\"; system = \"builtin\"; builder = \"builtin:fetchurl\";
	url = \"file://$T/origin/t.tar.gz\"; unpack = true; outputHashMode = \"recursive\"; outputHashAlgo = \"sha256\"; outputHash = \"\"; }" 2>&1 |
	sed -n 's/^     got:    //p')
like "an unpacked tree whose hash is not known yet is told" "$tree" '^sha256-.{43}=$'

# job NAME URL [ATTRIBUTES]: a derivation that fetches; it is always a new one.
n_jobs=0
job() {
	n_jobs=$((n_jobs + 1))
	printf 'derivation { name = "%s"; n = "%s"; system = "builtin"; builder = "builtin:fetchurl"; url = "%s"; outputHashAlgo = "sha256"; %s }' \
		"$1" "$n_jobs" "$2" "${3-outputHash = \"$flat\";}"
}
build() { compat nix-build --no-out-link -E "$1" 2>err; }
forget() { compat nix-store --delete "$1" >/dev/null 2>&1; }
# real PATH: where the store has it
real() { printf '%s%s' "$KILN_STORE" "$1"; }

echo right >vendor/f.txt
out=$(KILN_LOG=info build "$(job f.txt http://127.0.0.1:1/f.txt)")
is "a build takes a vendored file" "$(cat "$(real "$out")")" right
like "which -v tells" "$(cat err)" "'f.txt' is a vendored file: 'file://$T/vendor/f.txt'"
forget "$out"
echo wrong >vendor/f.txt
out=$(build "$(job f.txt "file://$T/origin/f.txt")")
is "a wrong one is passed over" "$(cat "$(real "$out")")" right
like "and named" "$(cat err)" "warning: 'file://$T/vendor/f.txt' is not what is wanted of 'f.txt' and is not used"
forget "$out"
rm vendor/f.txt
echo right >mirror/f.txt
out=$(KILN_LOG=debug build "$(job f.txt mirror://m/f.txt)")
is "then a mirror" "$(cat "$(real "$out")")" right
like "each rung is explained" "$(cat err)" "'f.txt': not a vendored file"
like "up to the right one" "$(cat err)" "'f.txt' is on a mirror: 'file://$T/mirror/f.txt'"
forget "$out"

# What is unpacked has no hash of its own: a vendored archive is taken by its name, and looked at.
unpacked="unpack = true; outputHashMode = \"recursive\"; outputHash = \"$tree\";"
tar -czf vendor/t.tar.gz -C tree top
out=$(build "$(job tree http://127.0.0.1:1/t.tar.gz "$unpacked")")
is "a vendored archive" "$(cat "$(real "$out")/file")" right
forget "$out"
tar -czf vendor/t.tar.gz -C wrong top
out=$(build "$(job tree "file://$T/origin/t.tar.gz" "$unpacked")")
is "a wrong one is passed over, too" "$(cat "$(real "$out")/file")" right
like "and named as well" "$(cat err)" "'file://$T/vendor/t.tar.gz' is not what is wanted of 'tree'"
forget "$out"
echo 'no archive' >vendor/t.tar.gz
out=$(build "$(job tree "file://$T/origin/t.tar.gz" "$unpacked")")
is "so is what is no archive at all" "$(cat "$(real "$out")/file")" right
forget "$out"

# Evaluation climbs the same ladder.
eval_() { kiln eval --raw -E "$1" 2>err; }
tar -czf vendor/t.tar.gz -C tree top
echo right >vendor/f.txt
is "an archive of an expression" "$(eval_ "builtins.readFile (fetchTarball { name = \"tree2\"; url = \"http://127.0.0.1:1/t.tar.gz\"; sha256 = \"$tree\"; } + \"/file\")")" right
is "a file of an expression" "$(eval_ "builtins.readFile (builtins.fetchurl { name = \"f2\"; url = \"http://127.0.0.1:1/f.txt\"; sha256 = \"$flat\"; })")" right
tar -czf vendor/t.tar.gz -C wrong top
is "a wrong one is passed over" "$(eval_ "builtins.readFile (fetchTarball { name = \"tree3\"; url = \"file://$T/origin/t.tar.gz\"; sha256 = \"$tree\"; } + \"/file\")")" right
like "and named" "$(cat err)" "'file://$T/vendor/t.tar.gz' is not what is wanted of 't.tar.gz'"
fails_like "without a hash nothing vendored is taken" "can this machine reach '127.0.0.1:1'" kiln eval -E 'fetchTarball "http://127.0.0.1:1/t.tar.gz"'

# Words.
build "$(job f.txt "file://$T/origin/f.txt" 'outputHash = "";')"
is "a hash that is not known yet: what failed, where, and the line to paste" \
	"$(sed -n '/^error/,$p' err | grep -v '^hint: what came' | sed 's|/nix/store/[a-z0-9]*-|/nix/store/…-|')" \
	"error: hash mismatch in fixed-output derivation '/nix/store/…-f.txt.drv':
  specified: sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
     got:    sha256-Vcl4ArOX702g2OLs9Kj6M8H0dV2g6s7FTGLKy7z9lxM=
  came from: file://$T/origin/f.txt
hint: if that content is right: hash = \"sha256-Vcl4ArOX702g2OLs9Kj6M8H0dV2g6s7FTGLKy7z9lxM=\";"
build "$(job f.txt "file://$T/origin/f.txt" 'outputHash = "sha256-BJfbUX7wWMttNnLV/+jwYv3avEv1aqHSVLfweOmnnkk=";')"
is "advice only where it is asked for" "$(grep -c "hint: if that content" err)" 0
# What is made of a file has no flat hash, even if the file has the right one.
tarred=$(sha256sum <origin/t.tar.gz | cut -c1-64)
for flag in unpack executable; do
	build "$(job t.tar.gz "file://$T/origin/t.tar.gz" "outputHash = \"$tarred\"; $flag = true;")"
	like "a flat hash, and '$flag'" "$(cat err)" "the output must be a file that is not executable"
done

build "$(job tree "file://$T/origin/t.tar.gz" "outputHash = \"$tarred\"; unpack = true; outputHashMode = \"recursive\";")"
packed="^hint: what is specified is the hash of the archive itself; expected is that of the unpacked tree, which was got$"
like "the archive's hash in place of its tree's" "$(cat err)" "$packed"
kiln eval -E "fetchTarball { url = \"file://$T/origin/t.tar.gz\"; sha256 = \"$tarred\"; }" 2>err
like "in an evaluation, too" "$(cat err)" "$packed"

# What people have to bring.
byhand="message = \"\\n  go and get it\\n  then say so\\n\";"
build "$(job byhand.txt requirefile:/byhand.txt "outputHash = \"$flat\"; $byhand")"
is "a file to be brought by hand: its author's words" "$(sed '/^needed/d' err)" "error: go and get it
  then say so
hint: a folder that 'source-dirs' in kiln.conf names may have it, too, as 'byhand.txt'"
build "$(job byhand.txt requirefile:/byhand.txt "outputHash = \"$flat\";")"
like "or that there are none" "$(cat err)" "^error: nothing says where 'byhand.txt' is$"
echo right >vendor/byhand.txt
out=$(build "$(job byhand.txt requirefile:/byhand.txt "outputHash = \"$flat\"; $byhand")")
is "it may be vendored" "$(cat "$(real "$out")")" right
forget "$out"
rm vendor/byhand.txt
cp origin/f.txt origin/byhand.txt
compat nix-prefetch-url "file://$T/origin/byhand.txt" >/dev/null 2>&1
ok "or brought into the store" build "$(job byhand.txt requirefile:/byhand.txt "outputHash = \"$flat\"; $byhand")"

# Another name: what came above may be in the store.
rm vendor/*
build "$(job g.txt http://127.0.0.1:1/f.txt)"
like "a host that does not answer" "$(cat err)" "^error: fetching 'g.txt': 'http://127.0.0.1:1/f.txt': Failed to connect"
like "is named with a cure" "$(cat err)" "^hint: can this machine reach '127.0.0.1:1'[?] a proxy is named by https_proxy$"
like "and another" "$(cat err)" "^hint: or fetch it where that works, and put it as 'f.txt' into the project's .flox/sources, or a folder that 'source-dirs' in kiln.conf names$"
like "with who needs it" "$(cat err)" "needed by derivation '/nix/store/.*-g.txt.drv'"
ok "in at most 8 lines" test "$(grep -vc '^\(started\|ended\)' err)" -le 8
build "$(job g.txt mirror://m/absent.txt)"
like "a mirror without the file" "$(cat err)" "^hint: 'mirror.m' in kiln.conf names hosts to ask, 'source-dirs' folders that have the file$"
build "$(job g.txt mirror://debian/pool/absent.deb)"
like "a file that Debian has no more: the lock is old" "$(cat err)" "^hint: a project gets kiln's newest package set by 'kiln lock'; the set's own lock is made anew by 'kiln lock debian'$"
build "$(job g.txt mirror://unknown/f.txt)"
like "a mirror that nobody knows" "$(cat err)" "^hint: set 'mirror.unknown' in kiln.conf$"
