#!/bin/sh
# What kiln sbom writes, by the validators of CycloneDX and SPDX: ComfyUI's closure, what fills its slot, and a small one.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
here=$(cd "$(dirname "$0")" && pwd)
python3 -m venv "$T/venv" >"$T/err" 2>&1 || skip_all "no venv: $(tail -n 1 "$T/err")"
HOME=${REAL_HOME:-$HOME} "$T/venv/bin/pip" install -q 'cyclonedx-python-lib[json-validation]==11.12.0' spdx-tools==0.8.5 >"$T/err" 2>&1 ||
	skip_all "pip does not bring the validators: $(tail -n 1 "$T/err")"
plan 17
full_store
cd "$project" || exit 1
jq=$(in_full build --no-link --expr "(import $top/pkgs { system = builtins.currentSystem; }).jq" 2>"$T/log") || tail -n 20 "$T/log" >&2

# Without those of paths to themselves.
edges() {
	in_full store -qR "$1" | while read -r path; do in_full store -q --references "$path" | grep -vxF "$path"; done | wc -l
}
for what in "$comfyui" "$slots" "$jq"; do
	name=${what#*-}
	in_full sbom "$what" -o "$T/x.cdx.json" && in_full sbom "$what" --format spdx -o "$T/x.spdx.json" &&
		in_full sbom "$what" --format spdx-tag -o "$T/x.spdx"
	is "$name: all are valid, with a component for each path and its edges" \
		"$(cd "$T" && "$T/venv/bin/python" "$here/sbom.py" x.cdx.json x.spdx.json x.spdx 2>&1 | grep -v '^Generating LALR')" \
		"valid: $(in_full store -qR "$what" | wc -l) paths, $(edges "$what") references"
done
in_full sbom comfyui -o "$T/one.json"
in_full sbom "$comfyui" -o "$T/two.json"
ok "a name and its path give the same bytes" cmp "$T/one.json" "$T/two.json"
(cd / && HOME=/nowhere TZ=Asia/Tokyo in_full sbom --project "$project" "$comfyui" -o "$T/three.json")
ok "wherever one stands" cmp "$T/one.json" "$T/three.json"
of() { python3 "$here/sbom.py" --ask "$T/one.json" "$1"; }
is "a wheel" "$(of numpy | cut -d' ' -f1-2)" "pkg:pypi/numpy@$(basename "$(in_full store -qR "$comfyui" | grep -- '-numpy-')" | sed 's/.*-//') BSD-3-Clause"
is "whose project is called otherwise than its recipe" "$(of spandrel | sed 's/@.*//')" "pkg:pypi/spandrel"
like "a package of Debian with an epoch" "$(of zlib1g)" '^pkg:deb/debian/zlib1g@1:1\.3.* Zlib '
like "one of several in a path" "$(of libc6)" '^pkg:deb/debian/libc6@2\.[0-9-]+.*arch=amd64 LGPL-2.1-or-later '
like "gcc's libraries with their exception" "$(of libstdc++6)" ' GPL-3.0-or-later WITH GCC-exception-3.1 '
like "a recipe" "$(of comfyui)" '^pkg:generic/comfyui@0\.3\.75 GPL-3.0-only '
like "what it is made of" "$(of comfyui)" 'mirror://pypi/[^ ]*\.whl'
known=$(python3 "$here/sbom.py" --licences "$T/one.json")
echo "# licences: $known"
ok "nearly all have a licence that SPDX knows" test "$(echo "$known" | cut -d' ' -f1)" -ge 95
is "a registry's file has no address but its mirror's" "$(grep -oE '"type": "distribution", "url": "[a-z]*:' "$T/one.json" | sort -u)" '"type": "distribution", "url": "mirror:'
start=$(date +%s%N)
in_full sbom comfyui >/dev/null
took=$((($(date +%s%N) - start) / 1000000))
echo "# $took ms"
ok "it takes no longer than a second" test $took -lt 1000
like "tags, too, have their creator" "$(in_full sbom comfyui --format spdx-tag)" '^Creator: Tool: kiln-'

# ---- what validators refuse of others ----
# Pages, licences and names as people write them; what is no URL or expression may not be told as one.
KILN_STORE='' NIX_STORE_DIR="$T/st" NIX_STATE_DIR="$T/var" NIX_LOG_DIR="$T/logs"
export NIX_STORE_DIR NIX_STATE_DIR NIX_LOG_DIR
unset KILN_STORE
cat >"$T/odd.nix" <<'END'
let
  d = name: script: derivation { inherit name; system = builtins.currentSystem; builder = "/bin/sh"; PATH = builtins.getEnv "PATH"; args = [ "-c" script ]; };
  dist = n: lines: d "python3.13-odd${toString n}+1-1_?=.${toString n}" ''
    folder=$out/lib/python3.13/site-packages/odd${toString n}-1.dist-info; mkdir -p $folder
    printf 'Name: odd${toString n}\nVersion: 1!2.0+local.1\n${lines}\n' >$folder/METADATA
  '';
  all = builtins.genList (n: dist n (builtins.elemAt lines n)) (builtins.length lines);
  lines = [
    "Home-page: https://forge.example:owner/repo.git"
    "Home-page: https://x.example/a b\\nSummary: a \"b\" </text> \\\\ \\001 \\303\\244 \\377"
    "Home-page: https://x.example/%%zz#a#b"
    "Project-URL: Homepage, https://[::1"
    "License-Expression: MIT AND LicenseRef-Own.Text OR GPL-2.0 WITH Classpath-exception-2.0"
    "License-Expression: LicenseRef-Own.Text"
    "License-Expression: Apache-2.0 OR BSD-2-Clause-Views"
    "License: NOASSERTION\\nHome-page: UNKNOWN"
    "License: see the file </text>"
  ];
in d "top" "echo ${toString all} >$out"
END
top=$(kiln build --no-link --no-sandbox -f "$T/odd.nix" 2>"$T/log") || tail -n 20 "$T/log" >&2
kiln sbom "$top" -o "$T/x.cdx.json" && kiln sbom "$top" --format spdx -o "$T/x.spdx.json" && kiln sbom "$top" --format spdx-tag -o "$T/x.spdx"
is "what is written oddly is valid, too" "$(cd "$T" && "$T/venv/bin/python" "$here/sbom.py" x.cdx.json x.spdx.json x.spdx 2>&1 | grep -v '^Generating LALR')" \
	"valid: 10 paths, 9 references"
