#!/bin/sh
# kiln sbom: what a closure consists of, in the formats of others. tests/full/sbom.sh has them validated.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
plan 42
cd "$T" || exit 1
# Builds without a sandbox need a store at its own place.
unset KILN_STORE
export NIX_STORE_DIR="$T/st" NIX_STATE_DIR="$T/var" NIX_LOG_DIR="$T/log"
mkdir -p "$NIX_CONF_DIR" project/.flox/pkgs
echo 'sandbox = false' >"$NIX_CONF_DIR/nix.conf"
# A stand-in of each kind: a wheel, .debs alone and together, a tag's archive, a commit, and one that tells nothing.
cat >project/kinds.nix <<'END'
rec {
  d = attrs: derivation ({
    system = builtins.currentSystem;
    builder = "/bin/sh";
    PATH = builtins.getEnv "PATH";
    args = [ "-c" (attrs.script or "echo x >$out") ];
  } // removeAttrs attrs [ "script" ]);
  # The bytes "x": only their name says what they are.
  fixed = name: more: d ({
    inherit name;
    outputHashMode = "flat";
    outputHashAlgo = "sha256";
    outputHash = builtins.hashString "sha256" "${name}\n";
    script = "echo '${name}' >$out";
  } // more);
  dist = project: version: metadata: ''
    folder=$out/lib/python3.13/site-packages/${project}-${version}.dist-info
    mkdir -p $folder
    printf '${metadata}' >$folder/METADATA
  '';
  deb = file: source: fixed (builtins.replaceStrings [ "~" ] [ "-" ] file) { url = "mirror://debian/pool/main/${builtins.substring 0 1 source}/${source}/${file}"; };

  six = d {
    name = "python3.13-six-1.16.0"; pname = "six"; version = "1.16.0";
    wheel = fixed "six-1.16.0-py2.py3-none-any.whl" { url = "mirror://pypi/six/six-1.16.0-py2.py3-none-any.whl"; };
    script = dist "six" "1.16.0" ''Metadata-Version: 2.1\nName: Six\nVersion: 1.16.0\nSummary: Python 2 and 3\nHome-page: https://six.example/\nLicense: MIT\n\nText\n'';
  };
  zlib = d {
    name = "zlib-1.3.1";
    debs = [ (deb "zlib1g_1.3.dfsg+really1.3.1-1+b1_amd64.deb" "zlib") ];
  };
  pair = d {
    name = "pair-2.0";
    debs = [ (deb "libsecond_2.0~rc1-1_amd64.deb" "pair") (deb "libfirst_2.0~rc1-1_all.deb" "pair") ];
  };
  tagged = d {
    name = "tagged-1.5"; pname = "tagged"; version = "1.5";
    src = fixed "v1.5.tar.gz" { urls = [ "https://github.com/Owner/Tagged/archive/refs/tags/v1.5.tar.gz" ]; };
  };
  commit = d {
    name = "commit-unstable-2026-01-01"; pname = "commit"; version = "unstable-2026-01-01";
    src = fixed "source" { urls = [ "https://user:secret@files.example/x%20y/commit.tar.gz" ]; };
  };
  # Structured attributes are JSON; their builder is a file.
  # An application that is taken out of another's wheel.
  carried = d {
    name = "carried-1"; src = fixed "carrier-7.0-py3-none-any.whl" { url = "mirror://pypi/carrier/carrier-7.0-py3-none-any.whl"; };
  };
  structured = d {
    name = "structured-9"; __structuredAttrs = true; pname = "structured"; version = "9-rc1"; outputs = [ "out" ];
    srcs = [ tagged.src ]; script = ". ./.attrs.sh; echo x >\${outputs[out]}"; builder = "@bash@";
  };
  # What was fetched may be in a closure itself.
  fetched = fixed "fetched-src" { urls = [ "https://github.com/Owner/Fetched/archive/v2%2B1.tar.gz" ]; };
  plain = d { name = "plain-3.4-dev"; script = "echo $out ${six} >$out"; };
}
END
cat >project/.flox/pkgs/top.nix <<'END'
{ }:
let k = import ../../kinds.nix; in
k.d {
  name = "top-0.1"; pname = "top"; version = "0.1";
  script = "echo ${k.six} ${k.zlib} ${k.pair} ${k.tagged} ${k.commit} ${k.plain} ${k.structured} ${k.fetched} ${k.carried} >$out";
} // { meta = { license = [ { spdxId = "GPL-3.0-only"; } { spdxId = "MIT"; } ]; description = "Ü \"quoted\"\nlines"; homepage = "https://top.example/"; identifiers.purl = "pkg:generic/example/top@0.1"; }; }
END
cd project || exit 1
sed -i "s,@bash@,$(command -v bash)," kinds.nix
kiln build top >/dev/null 2>"$T/err" || fail "the recipe builds" "$(cat "$T/err")"
top=$(readlink result-top)

# ---- CycloneDX ----
ok "it is written" kiln sbom top -o "$T/one.json"
ok "by path, too" kiln sbom "$top" -o "$T/two.json"
# shellcheck disable=SC2016 # the inner shell's
ok "the same bytes, with a clock, a place and a language of its own" sh -c \
	'cd / && TZ=Asia/Tokyo LC_ALL=C.UTF-8 "$1/kiln" sbom --project "$2" "$3" | cmp - "$4"' sh "$KILN_BUILD" "$T/project" "$top" "$T/one.json"
cat >"$T/look.py" <<'END'
import json, re, sys
d = json.load(open(sys.argv[1], encoding="utf-8"))
top = d["metadata"]["component"]
all = {c["name"]: c for c in d["components"] + [top]}
def lic(c):
    v = c.get("licenses", [{}])[0]
    return v.get("expression") or v.get("license", {}).get("id") or "~" + v.get("license", {}).get("name", "")
print(d["bomFormat"], d["specVersion"], d["version"], "timestamp" in d["metadata"])
print(bool(re.fullmatch(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", d["serialNumber"])))
for name in sorted(all):
    c = all[name]
    print(name, c.get("version"), c["purl"], lic(c))
    for i in c.get("components", []):
        print(" ", i["name"], i["version"], i["purl"], [p["value"] for p in i["properties"]])
    for a in c.get("pedigree", {}).get("ancestors", []):
        print("  of", a["name"], a["version"], a["purl"])
    for r in c.get("externalReferences", []):
        print(" ", r["type"], r["url"], len(r.get("hashes", [])))
refs = [c["bom-ref"] for c in d["components"] + [top]]
edges = {x["ref"]: x.get("dependsOn", []) for x in d["dependencies"]}
print(sorted(edges) == sorted(refs), len(set(refs)) == len(refs), len(edges[top["bom-ref"]]), [len(edges[all[n]["bom-ref"]]) for n in ("plain-dev", "six")])
print(repr(top["description"]), re.fullmatch("[0-9a-f]{64}", top["hashes"][0]["content"]) is not None)
END
python3 "$T/look.py" "$T/one.json" >"$T/seen" 2>&1
has() { ok "$1" grep -qxF -e "$2" "$T/seen"; }
has "it is CycloneDX 1.6, without a time" "CycloneDX 1.6 1 False"
has "its number is one" "True"
has "a wheel is its project" "six 1.16.0 pkg:pypi/six@1.16.0 MIT"
has "and has its file" "  distribution mirror://pypi/six/six-1.16.0-py2.py3-none-any.whl 1"
has "and its page" "  website https://six.example/ 0"
has "a .deb is its package, with all of its version" "zlib1g 1.3.dfsg+really1.3.1-1+b1 pkg:deb/debian/zlib1g@1.3.dfsg%2Breally1.3.1-1%2Bb1?arch=amd64 Zlib"
has "several are in one path" "pair 2.0 pkg:generic/pair@2.0 ~"
has "by name" "  libfirst 2.0~rc1-1 pkg:deb/debian/libfirst@2.0~rc1-1?arch=all ['pair']"
has "with what their store name cannot say" "  libsecond 2.0~rc1-1 pkg:deb/debian/libsecond@2.0~rc1-1?arch=amd64 ['pair']"
has "a tag's archive is the repository" "tagged 1.5 pkg:github/owner/tagged@v1.5 ~"
has "and where it is" "  source-distribution https://github.com/Owner/Tagged/archive/refs/tags/v1.5.tar.gz 1"
has "nobody's password is told" "  source-distribution https://files.example/x%20y/commit.tar.gz 1"
has "what is not the first output is not called as that" "plain-dev 3.4 pkg:generic/plain-dev@3.4 ~"
has "structured attributes are read" "structured 9-rc1 pkg:github/owner/tagged@v1.5 ~"
has "what it was taken out of is told" "  of carrier 7.0 pkg:pypi/carrier@7.0"
has "a source in a closure is what it is" "fetched v2+1 pkg:github/owner/fetched@v2%2B1 ~"
has "a recipe says its licence, and its package URL if it has one" "top 0.1 pkg:generic/example/top@0.1 GPL-3.0-only AND MIT"
has "every path is one component with its edges" "True True 9 [1, 0]"
has "text is text" "'Ü \"quoted\"\\nlines' True"
like "the time is SOURCE_DATE_EPOCH's" "$(SOURCE_DATE_EPOCH=86400 kiln sbom top)" '"timestamp": "1970-01-02T00:00:00Z"'
fails_like "which is a number" "SOURCE_DATE_EPOCH is 'now'" env SOURCE_DATE_EPOCH=now "$KILN_BUILD/kiln" sbom top

# ---- SPDX ----
kiln sbom top --format spdx -o "$T/one.spdx.json"
cat >"$T/look.py" <<'END'
import json, re, sys
d = json.load(open(sys.argv[1], encoding="utf-8"))
p = {x["name"]: x for x in d["packages"]}
ids = [x["SPDXID"] for x in d["packages"]] + [d["SPDXID"]]
print(d["spdxVersion"], d["dataLicense"], d["creationInfo"]["created"], len(ids) == len(set(ids)), all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", i) for i in ids))
r = [(x["relationshipType"], x["spdxElementId"], x["relatedSpdxElement"]) for x in d["relationships"]]
print(all(a in ids and b in ids for _, a, b in r), {k: sum(t == k for t, _, _ in r) for k in sorted({t for t, _, _ in r})})
print(("DESCRIBES", "SPDXRef-DOCUMENT", p["top"]["SPDXID"]) in r, ("DEPENDS_ON", p["plain-dev"]["SPDXID"], p["six"]["SPDXID"]) in r)
for n in ("six", "libfirst", "tagged"):
    print(n, p[n]["licenseDeclared"], p[n]["downloadLocation"], p[n]["externalRefs"][0]["referenceLocator"])
END
python3 "$T/look.py" "$T/one.spdx.json" >"$T/seen" 2>&1
has "it is SPDX 2.3" "SPDX-2.3 CC0-1.0 1970-01-01T00:00:00Z True True"
has "its relations are between what is there" "True {'CONTAINS': 2, 'DEPENDS_ON': 10, 'DESCRIBES': 1}"
has "they say what needs what" "True True"
has "a registry's file is no URL" "six MIT NOASSERTION pkg:pypi/six@1.16.0"
has "what is in a path is a package" "libfirst NOASSERTION NOASSERTION pkg:deb/debian/libfirst@2.0~rc1-1?arch=all"
has "an archive is" "tagged NOASSERTION https://github.com/Owner/Tagged/archive/refs/tags/v1.5.tar.gz pkg:github/owner/tagged@v1.5"
kiln sbom top --format spdx-tag -o "$T/one.spdx"
is "tags say the same" "$(grep -cE '^(SPDXID|Relationship): ' "$T/one.spdx")" "$(grep -oE '"(SPDXID|relationshipType)": ' "$T/one.spdx.json" | wc -l)"
like "a line each" "$(cat "$T/one.spdx")" '^PackageSummary: <text>Ü "quoted" lines</text>$'

# ---- what goes wrong ----
fails_like "there is no other format" "there is no format 'xml'" kiln sbom top --format xml
# shellcheck disable=SC2016 # the inner shell's
fails_like "what is not built has no components" "recipe 'unbuilt' is not built" sh -c \
	'echo "{ }: derivation { name = \"unbuilt\"; system = builtins.currentSystem; builder = \"/bin/sh\"; }" >.flox/pkgs/unbuilt.nix; "$0/kiln" sbom unbuilt' "$KILN_BUILD"
fails_like "nor has a path of another store" "is not in the Nix store" kiln sbom /nix/store/5jvhvw27r1fwl6j0gb6sk140s259lbzx-glibc-2.41
fails_like "a derivation is no package" "is a derivation, and no package" kiln sbom "$(kiln store --query --deriver "$top")"
fails_like "a file that cannot be written is told" "missing/x" kiln sbom top -o "$T/missing/x"
echo '{ }: throw "broken"' >.flox/pkgs/unbuilt.nix
# shellcheck disable=SC2016 # the inner shell's
ok "a recipe that does not evaluate hides none of the others'" sh -c '"$1/kiln" sbom "$2" | cmp - "$3"' sh "$KILN_BUILD" "$top" "$T/one.json"
# Metadata as nobody should have it: the path says it, whatever is in it.
cat >.flox/pkgs/odd.nix <<'END'
{ }:
let k = import ../../kinds.nix; in
k.d {
  name = "python3.13-odd-1";
  script = k.dist "none" "7.0" "" + k.dist "long" "1" "Name: long\\nVersion: 1\\nLicense: " + ''
    i=0; while [ $i -lt 100 ]; do head -c 1000 /dev/zero | tr '\0' 'y' >>$folder/METADATA; i=$((i + 1)); done
    echo >>$folder/METADATA
  '' + k.dist "latin" "2" "Name: latin\\nVersion: 2\\nSummary: caf\\351\\nLicense: Propri\\351taire\\nHome-page: UNKNOWN\\n"
  + k.dist "clauses" "1" "Name: clauses\\nVersion: 1\\nLicense: BSD\\n" + ''
    mkdir $folder/licenses
    printf 'Copyright\n\nRedistribution and use in source and binary\n  forms, with or without. Neither the name may be used to endorse or promote\n  products.\n' >$folder/licenses/LICENSE.rst
  '' + k.dist "gone" "3.0.post1" "" + "rm $folder/METADATA; mkdir $out/lib/python3.13/site-packages/old-4-py3.13.egg-info";
}
END
kiln build odd >/dev/null 2>"$T/err" || fail "what is odd builds" "$(cat "$T/err")"
cat >"$T/look.py" <<'END'
import json, sys
d = json.load(open(sys.argv[1], encoding="utf-8"))
c = d["metadata"]["component"]
print(c["purl"], [(i["purl"], i.get("description"), i.get("licenses")) for i in c["components"]])
END
kiln sbom odd -o "$T/odd.json"
is "metadata that says nothing leaves what the folder's name says" "$(python3 "$T/look.py" "$T/odd.json")" \
	"pkg:generic/python3.13-odd@1 [('pkg:pypi/clauses@1', None, [{'license': {'id': 'BSD-3-Clause'}}]), ('pkg:pypi/gone@3.0.post1', None, None), ('pkg:pypi/latin@2', 'caf�', [{'license': {'name': 'Propri�taire'}}]), ('pkg:pypi/long@1', None, None), ('pkg:pypi/none@7.0', None, None), ('pkg:pypi/old@4', None, None)]"
# A path without its derivation.
drv=$(kiln store --query --deriver "$(readlink result-odd)")
echo 'Derive([' >"$T/bad" && chmod u+w "$drv" && cp "$T/bad" "$drv"
ok "one whose derivation is damaged has components all the same" kiln sbom "$(readlink result-odd)" -o "$T/bad.json"
chmod u+w "$(dirname "$drv")" && rm -f "$drv"
ok "so has one whose derivation is gone" kiln sbom "$(readlink result-odd)" -o "$T/gone.json"
is "they are called by what is in them" "$(python3 "$T/look.py" "$T/gone.json")" "$(python3 "$T/look.py" "$T/odd.json")"
