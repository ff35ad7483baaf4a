#!/bin/sh
# The project in comfyui/, as far as it can be told without building: every recipe evaluates where it is for,
# says what it is, and can be checked; every release; the programs that its builds run.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v python3 >/dev/null || skip_all "no python3"
plan 30
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
export KILN_DATA_DIR="$top" PYTHONDONTWRITEBYTECODE=1
unset KILN_COMFYUI_GIT
cd "$T" || exit 1
asked() { kiln eval --raw -f "$here/comfyui-project.nix" --arg root "$top" "$@" 2>&1; }

asked -A gaps >gaps.out
is "every recipe has description, homepage, licence, platforms and a check" "$(cat gaps.out)" ""
cp "$here/comfyui-platforms" meant
asked -A matrix >matrix.out
is "and is for the systems that it is meant for" "$(diff matrix.out meant)" ""
cut -d' ' -f1 meant >all
asked -A evaluated >evaluated.out
asked -A evaluatedThere >evaluated.there
is "on x86_64 all evaluate" "$(diff evaluated.out all)" ""
grep -v ' x86_64$' meant | cut -d' ' -f1 >there
is "on aarch64 those that are for it, and no other" "$(diff evaluated.there there)" ""

like "without a release it is the newest that PyPI has" "$(asked -A version)" '^0.3.75 0.3.75 1.32.9 0.7.25$'
like "each has its interface and templates" "$(asked --argstr release 0.3.52 -A version)" '^0.3.52 0.3.52 1.25.10 0.1.65$'
like "a newer one, too" "$(asked --argstr release 0.20.1 -A version)" '^0.20.1 0.20.1 1.42'
for release in $(kiln eval --raw -E "toString (builtins.attrNames (import $top/comfyui/versions.nix).releases)"); do
	asked --argstr release "$release" -A drv || echo "$release"
	echo
done >drvs
is "all releases evaluate, to a package of their own" "$(grep -c '^/nix/store/[^ ]*-comfyui-[0-9.]*\.drv$' drvs) $(sort -u drvs | grep -c drv)" "12 12"

fails_like "a clone is named from / on" "KILN_COMFYUI_GIT is './mirror': name the clone's folder from / on" \
	env KILN_COMFYUI_GIT=./mirror "$KILN_BUILD/kiln" eval --raw -f "$here/comfyui-project.nix" --arg root "$top" --argstr release 0.3.64 -A drv

# ---- what builds run ----
scripts=$top/comfyui/scripts
mkdir -p env/demo-1.5.dist-info env/packaging
printf 'Metadata-Version: 2.1\nName: demo\nVersion: 1.5\n' >env/demo-1.5.dist-info/METADATA
: >env/packaging/__init__.py
cat >env/packaging/requirements.py <<'PY'
import re
class Specifiers:
    def __init__(self, text):
        self.text = text
    def contains(self, version, prereleases):
        return not self.text or self.text == "==" + version or self.text == ">=1"
class Requirement:
    marker = None
    def __init__(self, line):
        self.name, text = re.fullmatch(r"([\w-]+)(.*)", line).groups()
        self.specifier = Specifiers(text)
PY
required() { printf '%b' "$1" >requirements.txt && PYTHONPATH="$T/env" python3 "$scripts/check-requirements.py" requirements.txt; }
ok "requirements that are met" required 'demo==1.5\n# words\n\ntorch\ntorchvision\ndemo>=1 # why\n'
fails_like "another version than the one that is pinned" '^  demo==1.6: 1.5 is there$' required 'demo==1.6\n'
fails_like "one that is not there" '^  no-such-thing-here: it is not there$' required 'no-such-thing-here\n'
fails_like "the cure is a line of versions.nix" "^hint: set 'web', 'templates' and 'requires'" required 'demo==1.6\n'

mkdir -p pack/sub
echo 'from carrier.nodes.pack.sub.b import c' >pack/__init__.py
printf 'from carrier.nodes.pack import a\ntry:\n    from carrier.nodes.pack.x.y import z\nexcept: pass\n' >pack/sub/b.py
own() { python3 "$scripts/own-package.py" pack carrier.nodes.pack; }
ok "a carried package becomes one of its own" own
is "imports count from where they stand" "$(cat pack/__init__.py pack/sub/b.py | grep import | tr -s ' ' | paste -sd ';')" "from .sub.b import c;from .. import a; from ..x.y import z"
fails_like "one that needs nothing changed is a mistake" "nothing below 'pack' imports" own

# An ELF head with one program header: a stack, flags read, write and execute.
python3 - <<'PY'
import struct
head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 2, 0, 0, 0)
load = struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, 0, 0, 4096)
stack = struct.pack("<IIQQQQQQ", 0x6474E551, 7, 0, 0, 0, 0, 0, 16)
import os
os.mkdir("elf")
open("elf/libfoo.so", "wb").write(head + load + stack)
open("elf/text", "w").write("no ELF file")
PY
chmod 444 elf/libfoo.so
like "a library is told whose stack was executable" "$(python3 "$scripts/clear-execstack.py" elf)" '^no executable stack: elf/libfoo.so$'
is "it is not, any more, and code still is" "$(od -An -tu4 -j68 -N4 elf/libfoo.so | tr -d ' ') $(od -An -tu4 -j124 -N4 elf/libfoo.so | tr -d ' ')" "5 6"
is "its mode is what it was" "$(stat -c %a elf/libfoo.so)" 444
is "a second time there is nothing to do" "$(python3 "$scripts/clear-execstack.py" elf)" ""

# ---- the nodes that ComfyUI finds ----
mkdir -p store/share/comfyui/custom_nodes/packaged store/share/comfyui/node-info nodes/own
echo '{"name": "packaged", "pythonPath": ["/nowhere/site-packages"]}' >store/share/comfyui/node-info/packaged.json
ln -s "$T/store/share/comfyui/custom_nodes/packaged" nodes/packaged
ln -s "$T/store/gone" nodes/gone
: >nodes/single.py
listed() { PYTHONPATH=$scripts python3 -c 'import sys, packaged_nodes; print(*packaged_nodes.listing(sys.argv[1])); print(sys.path[-1])' "$1" 2>&1; }
is "links to what is gone are left out" "$(listed nodes | sed -n '/^own/p')" "own packaged single.py"
like "and told" "$(listed nodes)" '^WARNING.*Skipping node nodes/gone: what it links to is not there$'
is "what a packaged node needs is found, behind all else" "$(listed nodes | tail -1)" "/nowhere/site-packages"
rm nodes/packaged && mkdir nodes/packaged
echo "{\"packaged\": {\"source\": \"$T/store/share/comfyui/custom_nodes/packaged\", \"files\": {}}}" >.comfyui-packaged.json
is "as is what one needs that is a copy, as it writes beside itself" "$(listed "$T/nodes" | tail -1)" "/nowhere/site-packages"
like "a folder that is gone is told" "$(listed nowhere)" '^WARNING.*Skipping the nodes in nowhere: No such file or directory$'
is "and has no nodes" "$(listed nowhere | sed -n 2p)" ""

# ---- workflows ----
for file in $(cd "$top/comfyui/workflows" && find . -name '*.json'); do
	python3 - "$top/comfyui/workflows/$file" <<'PY' || echo "$file"
import json, sys
graph = json.load(open(sys.argv[1]))
for node in graph.values():
    assert node["class_type"]
    for value in node["inputs"].values():
        assert not isinstance(value, list) or value[0] in graph and isinstance(value[1], int), value
assert any(n["class_type"].startswith("Save") for n in graph.values())
PY
done >broken
is "workflows lead to something that is saved, by nodes that are there" "$(cat broken)" ""

# ---- a clone of ComfyUI's repository ----
taken() { kiln eval --raw -E "(import $top/pkgs/project.nix { dir = $top/comfyui/.flox/pkgs; release = \"0.3.64\"; }).comfyui.$1" 2>&1; }
like "a release of the repository comes from there" "$(taken src.drvAttrs.url)" '^https://.*/ComfyUI/archive/refs/tags/v0.3.64.tar.gz$'
is "or from a clone that is named" "$(KILN_COMFYUI_GIT=/srv/ComfyUI.git taken src.drvAttrs.url)" "file:///srv/ComfyUI.git"
is "and is the same package" "$(KILN_COMFYUI_GIT=/srv/ComfyUI.git taken outPath)" "$(taken outPath)"
