#!/bin/sh
# Recipes, sources and results in one file: what it holds, that it is the same each time, that nothing
# else is needed to build from it, and what is told of one that is damaged.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../small-set.sh"
plan 46
export KILN_CONF="$T/kiln.conf"
cd "$T" || exit 1
: >kiln.conf
mkdir -p 'a prójct/.flox/pkgs' 'a prójct/src' origin/tree
p="$T/a prójct"
echo one >origin/one.txt
echo leaf >origin/tree/leaf
tar -czf origin/t.tar.gz -C origin tree
hash=$(compat nix-store --dump origin/tree | sha256sum | cut -d' ' -f1)
fetch() {
	printf 'derivation { name = "%s"; system = "builtin"; builder = "builtin:fetchurl"; url = "file://%s/origin/%s"; outputHashAlgo = "sha256"; %s }' "$1" "$T" "$2" "$3"
}
cat >"$p/.flox/pkgs/top.nix" <<END
let
  made = import $T/made.nix;
  one = $(fetch one.txt one.txt "outputHash = \"$(sha256sum <origin/one.txt | cut -d' ' -f1)\";");
  tree = $(fetch source t.tar.gz "unpack = true; outputHashMode = \"recursive\"; outputHash = \"$hash\";");
  own = builtins.path { path = ../../src; name = "own"; };
in made "top" "\${made "low" "\${one}" [ "out" ]} \${tree} \${own}" [ "out" ]
END
sed -i "s|import $T/made.nix|name: text: outputs: derivation { inherit name text outputs; system = builtins.currentSystem; builder = \"/bin/sh\"; }|" "$p/.flox/pkgs/top.nix"
echo own >"$p/src/file"
echo junk >"$p/result-x"
cd "$p" || exit 1

top=$(kiln build --no-link top)
ok "a kit is made" kiln kit make top -o "$T/kit.tar.zst"
is "in one file" "$(find "$T" -maxdepth 1 -name '*kit.tar*')" "$T/kit.tar.zst"
cp "$T/kit.tar.zst" "$T/first"
kiln kit make top -o "$T/kit.tar.zst" >/dev/null 2>&1
ok "of the same bytes each time" cmp "$T/first" "$T/kit.tar.zst"
ok "zstd reads it" zstd -qt "$T/kit.tar.zst"
tar --zstd -tf "$T/kit.tar.zst" >"$T/list"
ok "and tar" test -s "$T/list"
is "it has the recipes, and no results" "$(grep -c '^project/.flox/pkgs/top.nix$\|^project/src/file$' "$T/list"; grep -c result-x "$T/list")" "2
0"
is "the sources" "$(grep '^project/.flox/sources/' "$T/list" | sed 's|.*/||')" "SHA256SUMS.txt
one.txt
shell.tar.zst
sources.json
t.tar.zst"
is "the closure" "$(grep -c '^nar/.*\.nar$' "$T/list")" "$(compat nix-store -qR "$top" | wc -l)"
is "the set" "$(grep -c '^kiln/pkgs/' "$T/list")" 2
is "kiln with what it loads later" "$(grep -oE '^kiln/(bin/kiln|lib/(kiln|ld-linux.*|libarchive|libcurl|libdeflate|libgit2|libzstd))' "$T/list" | sort -u | wc -l)" 8
like "and its table, last" "$(tail -n 1 "$T/list")" '^kit.json$'
is "a part is found without the others" "$(python3 - "$T/kit.tar.zst" <<'END'
import json, struct, subprocess, sys
data = open(sys.argv[1], "rb").read()
count, _, magic = struct.unpack("<IBI", data[-9:])
assert magic == 0x8F92EAB1
table = struct.unpack(f"<{2 * count}I", data[-9 - 8 * count:-9])
assert sum(table[::2]) + 8 * count + 17 == len(data)
last = data[sum(table[:-2:2]):sum(table[::2])]
print(b"kit.json" == subprocess.run(["zstd", "-dc"], input=last, capture_output=True, check=True).stdout[:8])
END
)" True
like "it is verified" "$(kiln kit verify "$T/kit.tar.zst")" ": 5 sources and 5 paths are as they should be$"
is "as JSON" "$(kiln kit verify --json "$T/kit.tar.zst" | python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["paths"], d["outputs"])')" "5 ['$top']"

# ---- elsewhere ----
mkdir "$T/other" && mv "$p" "$T/other/p" && mv "$T/origin" "$T/other/" && mv "$T/shell.tar" "$T/data" "$T/other/"
cd "$T/other" || exit 1
tar --zstd -xf "$T/kit.tar.zst" kiln
unset KILN_DATA_DIR
mine() { env -i HOME="$HOME" TMPDIR="$T" KILN_STORE="$KILN_STORE" "$T/other/kiln/bin/kiln" "$@"; }
is "the kiln in it runs" "$(mine version)" "$(kiln version)"
is "and finds its set" "$(mine eval -E '(import <nixpkgs> { }).busyboxStatic.name')" '"shell"'
empty_store
is "the closure is installed" "$(mine kit install "$T/kit.tar.zst")" "$top"
ok "whole" compat nix-store --verify --check-contents
is "with what it refers to" "$(compat nix-store -qR "$top" | wc -l)" 5
is "a second time as well" "$(mine kit install --json "$T/kit.tar.zst" | python3 -c 'import json, sys; print(json.load(sys.stdin)["paths"])')" 5
like "what is there is not built again" "$(mine kit rebuild "$T/kit.tar.zst" 2>&1)" "^5 paths were in the store already"
empty_store
is "it is built anew of its sources" "$(mine kit rebuild "$T/kit.tar.zst" 2>/dev/null)" "5 of 5 paths were built to the same bits"
empty_store
is "also by its label" "$(mine kit rebuild "$T/kit.tar.zst" top --json 2>/dev/null | python3 -c 'import json, sys; print({r["state"] for r in json.load(sys.stdin)})')" "{'the same'}"
if unshare -rn true 2>/dev/null; then
	empty_store
	is "without a network" "$(unshare -rn env -i HOME="$HOME" TMPDIR="$T" KILN_STORE="$KILN_STORE" "$T/other/kiln/bin/kiln" kit rebuild "$T/kit.tar.zst" 2>/dev/null)" "5 of 5 paths were built to the same bits"
else
	pass "without a network # SKIP no namespaces"
fi
is "nothing stays behind" "$(find "$T" -maxdepth 1 -name 'kiln-kit-*')" ""
fails_like "a label that is not there" "has no recipe 'bottom'" kiln kit rebuild "$T/kit.tar.zst" bottom

# ---- what is not the same ----
# altered FROM TO: a kit whose kit.json says something else
altered() {
	python3 - "$T/kit.tar.zst" "$T/bad.tar.zst" "$1" "$2" <<'END'
import struct, subprocess, sys
data = open(sys.argv[1], "rb").read()
old, new = sys.argv[3].encode(), sys.argv[4].encode()
assert len(old) == len(new)
count = struct.unpack("<I", data[-9:-5])[0]
table = list(struct.unpack(f"<{2 * count}I", data[-9 - 8 * count:-9]))
start = sum(table[:-2:2])
last = subprocess.run(["zstd", "-dc"], input=data[start:start + table[-2]], capture_output=True, check=True).stdout
assert old in last
frame = subprocess.run(["zstd", "-c"], input=last.replace(old, new), capture_output=True, check=True).stdout
table[-2] = len(frame)
tail = struct.pack("<II", 0x184D2A5E, 8 * count + 9) + struct.pack(f"<{2 * count}I", *table) + struct.pack("<IBI", count, 0, 0x8F92EAB1)
open(sys.argv[2], "wb").write(data[:start] + frame + tail)
END
}
entry=$(tar --zstd -xOf "$T/kit.tar.zst" kit.json | grep -o '"path": "[^"]*-top", "narHash": "sha256-.')
next=$(printf %s "$entry" | sed 's/.$//')
case $entry in *A) next=${next}B ;; *) next=${next}A ;; esac
altered "$entry" "$next"
empty_store
is "other bits than the kit has are told" "$(mine kit rebuild "$T/bad.tar.zst" 2>"$T/err"; echo $?)" "$top: it is something else
4 of 5 paths were built to the same bits
104"
like "as an error" "$(cat "$T/err")" "^error: 1 of 5 paths of '.*/bad.tar.zst' are not what it has of them$"
fails_like "a verification finds it" "hash mismatch" kiln kit verify "$T/bad.tar.zst"
empty_store
fails_like "and an installation" "^error: installing '.*-top'" kiln kit install "$T/bad.tar.zst"
altered '"version": 1,' '"version": 2,'
fails_like "one of a newer kiln" "its version is 2, and this kiln knows 1" kiln kit verify "$T/bad.tar.zst"
like "has the kiln for it" "$(kiln kit verify "$T/bad.tar.zst" 2>&1)" "^hint: the kiln in it can read it: 'tar --zstd -xf FILE kiln'$"
damage() { cp "$T/kit.tar.zst" "$T/bad.tar.zst" && printf X | dd of="$T/bad.tar.zst" bs=1 seek="$1" conv=notrunc 2>/dev/null; }
damage 3000000
fails_like "a byte that differs" "^error: '.*/bad.tar.zst': 'kiln/lib/" kiln kit verify "$T/bad.tar.zst"
head -c 3000000 "$T/kit.tar.zst" >"$T/bad.tar.zst"
fails_like "half a kit" "it has no table of frames at its end" kiln kit verify "$T/bad.tar.zst"
like "with the cure" "$(kiln kit verify "$T/bad.tar.zst" 2>&1)" "^hint: is it a kit, and whole\\?"
fails_like "no kit at all" "it has no table of frames" kiln kit install "$T/list"
fails_like "nothing" "No such file" kiln kit verify "$T/nothing"
fails_like "nowhere to write" "where to write the kit is not told" kiln kit make top

# ---- keys ----
mv "$T/other/p" "$p" && mv "$T/other/origin" "$T/other/data" "$T/other/shell.tar" "$T/"
export KILN_DATA_DIR="$T/data"
cd "$p" || exit 1
key() { kiln key generate "$1" -o "$T/$1.key" 2>/dev/null | grep -o "$1:.*"; }
public=$(key one)
other=$(key two)
ok "it is signed" kiln kit make top -o "$T/signed.tar.zst" --sign "$T/one.key"
ok "which its key proves" kiln kit verify "$T/signed.tar.zst" --key "$other" --key "$public"
fails_like "and no other" "signed by none of the keys" kiln kit verify "$T/signed.tar.zst" --key "$other"
fails_like "nor without a signature" "is not signed" kiln kit verify "$T/kit.tar.zst" --key "$public"
like "who says so is told" "$(kiln kit verify "$T/signed.tar.zst" 2>&1)" "it says that 'one' signed it: '--key' proves that"
fails_like "a key that is not there is told first" "nokey" kiln kit make top -o "$T/x.tar.zst" --sign "$T/nokey"

# ---- a full disk ----
mkdir "$T/small"
if unshare -rm sh -c "mount -t tmpfs -o size=1m none '$T/small'" 2>/dev/null; then
	is "a full disk is told, and leaves nothing" "$(unshare -rm sh -c "mount -t tmpfs -o size=1m none '$T/small' && '$KILN_BUILD/kiln' kit make top -o '$T/small/k' 2>&1 | grep -c 'No space left'; find '$T/small' -type f | wc -l")" "1
0"
	is "by vendoring as well" "$(unshare -rm sh -c "mount -t tmpfs -o size=64k none '$T/small' && cp -r '$p/.flox' '$p/src' '$T/small/' && '$KILN_BUILD/kiln' vendor --natives --project '$T/small' 2>&1 | grep -c 'No space left'; find '$T/small' -name '.kiln*' | wc -l")" "1
0"
else
	pass "a full disk # SKIP no namespaces"
	pass "a full disk # SKIP no namespaces"
fi
