#!/bin/sh
# Known vulnerabilities from exports made here: ranges, withdrawn entries, one known by several names, exceptions,
# and what is no export, or an evil one.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v python3 >/dev/null || skip_all "no python3"
plan 33
# Builds without a sandbox need a store at its own place.
unset KILN_STORE
export NIX_STORE_DIR="$T/st" NIX_STATE_DIR="$T/var" NIX_LOG_DIR="$T/log"
mkdir -p "$NIX_CONF_DIR" "$T/p/.flox/pkgs"
echo 'sandbox = false' >"$NIX_CONF_DIR/nix.conf"
cd "$T/p" || exit 1
site=$T/tree/lib/python3.13/site-packages
dist() { mkdir -p "$site/$1-$2.dist-info"; printf 'Metadata-Version: 2.1\nName: %s\nVersion: %s\n' "$1" "$2" >"$site/$1-$2.dist-info/METADATA"; }
dist Pillow 9.0.0
dist plain 1.0
dist torchless 2.6.0+cpu
path=$(kiln store add "$T/tree") pillow=$path
# export FILE: entries from standard input, a Python list of (name, what is in it).
export_of() { python3 -c '
import json, sys, zipfile
entry = lambda id, package, events, ecosystem="PyPI", **more: (id + ".json", json.dumps({"id": id, "affected": [
    {"package": {"ecosystem": ecosystem, "name": package}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}], **more}))
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
    for name, text in eval(sys.stdin.read()):
        z.writestr(name, text)' "$1"; }
found() { kiln audit --json --advisories "$@" "$path" | python3 -c '
import json, sys
print(*[f["rule"] + ":" + f["severity"] + ":" + f["subject"] for r in json.load(sys.stdin) for f in r["findings"]])'; }

export_of a.zip <<'PY'
[entry("GHSA-1", "pillow", [{"introduced": "0"}, {"fixed": "9.3.0"}], aliases=["CVE-2022-1"], summary="opens too much",
       database_specific={"severity": "HIGH"}),
 entry("PYSEC-1", "pillow", [{"introduced": "0"}], aliases=["CVE-2022-1"]),
 entry("GHSA-2", "pillow", [{"introduced": "9.0.1"}, {"fixed": "9.3.0"}]),
 entry("GHSA-3", "pillow", [{"introduced": "0"}], withdrawn="2023-01-01T00:00:00Z"),
 entry("GHSA-4", "pillow", [{"introduced": "0"}], ecosystem="npm"),
 entry("GHSA-5", "plain", [{"introduced": "0"}, {"last_affected": "1"}], severity=[{"type": "CVSS_V3",
       "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"}]),
 entry("GHSA-6", "torchless", [{"introduced": "0"}, {"last_affected": "2.6.0"}]),
 ("README.txt", "no entry")]
PY
is "what is affected, each once, as grave as it is" "$(found a.zip)" \
	"vulnerable:error:CVE-2022-1 vulnerable:error:GHSA-6 vulnerable:warning:GHSA-5"
kiln audit --advisories a.zip "$path" >out
is "which fails" "$?" 1
like "what it is" "$(cat out)" "^error: pillow 9.0.0 has CVE-2022-1 \(high\): opens too much \[vulnerable\]"
like "what mends it" "$(cat out)" "hint: version 9.3.0 mends it"
like "or that nothing does" "$(cat out)" "hint: no version mends it yet"
is "without an export nobody asks" "$(kiln audit "$path")" "tree: 0 errors, 0 warnings"
is "the second time is the same" "$(found a.zip)" \
	"vulnerable:error:CVE-2022-1 vulnerable:error:GHSA-6 vulnerable:warning:GHSA-5"
kept=$(find "$XDG_CACHE_HOME/kiln/advisories-1" -type f)
sed -i 's/opens too much/OPENS too much/' "$kept"
like "and read from what was kept" "$(kiln audit --advisories a.zip "$path")" "\(high\): OPENS too much"
head -c 100 "$kept" >short && cp short "$kept"
is "half of that counts as absent" "$(found a.zip | wc -w)" 3
export_of a.zip <<'PY'
[entry("GHSA-7", "plain", [{"introduced": "0"}])]
PY
is "a new export is read anew" "$(found a.zip)" "vulnerable:error:GHSA-7"
export_of b.zip <<'PY'
[entry("GHSA-8", "pillow", [{"introduced": "0"}])]
PY
is "two exports" "$(found a.zip --advisories b.zip)" "vulnerable:error:GHSA-8 vulnerable:error:GHSA-7"

export_of chain.zip <<'PY'
[entry("PYSEC-1", "plain", [{"introduced": "0"}], aliases=["CVE-X"], database_specific={"severity": "HIGH"}),
 entry("GHSA-1", "plain", [{"introduced": "0"}], aliases=["CVE-Y"], database_specific={"severity": "HIGH"}),
 entry("OTHER-1", "plain", [{"introduced": "0"}], aliases=["CVE-Y", "CVE-X"]),
 ("again.json", entry("PYSEC-1", "plain", [{"introduced": "0"}])[1])]
PY
is "names that only a third entry joins are one, too" "$(found chain.zip)" "vulnerable:error:CVE-Y"

# ---- policies ----
export_of low.zip <<'PY'
[entry("GHSA-L", "plain", [{"introduced": "0"}], database_specific={"severity": "LOW"})]
PY
is "what is not grave is a warning" "$(found low.zip)" "vulnerable:warning:GHSA-L"
printf '[audit.severity]\nvulnerable = "error"\n' >.flox/kiln.toml
is "unless the policy says otherwise, be it the rule's own" "$(found low.zip)" "vulnerable:error:GHSA-L"
printf '[audit]\nadvisories = ["b.zip"]\n[[audit.exception]]\nsubject = "GHSA-8"\nreason = "not called"\n' >.flox/kiln.toml
like "a policy names exports and exceptions" "$(kiln audit "$path")" "^tree: 0 errors, 0 warnings, 1 excepted"
export_of b.zip <<'PY'
[entry("PYSEC-9", "pillow", [{"introduced": "0"}], aliases=["GHSA-8", "CVE-9"])]
PY
like "also by another of its names" "$(kiln audit "$path")" "^tree: 0 errors, 0 warnings, 1 excepted"
rm .flox/kiln.toml

# ---- Debian's packages, by their source and release ----
cat >.flox/pkgs/native.nix <<'END'
{ }: let
  d = attrs: derivation ({ system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" attrs.script ]; } // attrs);
  deb = file: d {
    name = file; url = "mirror://debian/pool/main/p/pair/${file}"; script = "echo x >$out";
    outputHashMode = "flat"; outputHashAlgo = "sha256"; outputHash = builtins.hashString "sha256" "x\n";
  };
in d {
  name = "native-2.0"; debs = [ (deb "libpair1_2.0-1+b3_amd64.deb") ]; PATH = builtins.getEnv "PATH";
  script = "i=$out/lib/python3/dist-packages/pair-2.0.dist-info; mkdir -p $i; printf 'Name: pair\\nVersion: 2.0\\n' >$i/METADATA";
}
END
kiln build --no-link native >/dev/null 2>err || cat err
export_of d.zip <<'PY'
[entry("DEBIAN-CVE-1", "pair", [{"introduced": "0"}, {"fixed": "2.0-2"}], ecosystem="Debian:13", upstream=["CVE-1"]),
 entry("DEBIAN-CVE-2", "pair", [{"introduced": "0"}, {"fixed": "2.0-1"}], ecosystem="Debian:13"),
 entry("DEBIAN-CVE-3", "pair", [{"introduced": "0"}], ecosystem="Debian:12"),
 entry("PYSEC-7", "pair", [{"introduced": "0"}]),
 entry("DEBIAN-CVE-4", "libpair1", [{"introduced": "0"}], ecosystem="Debian:13")]
PY
path=native
is "by the source, as it was before it was built again, and by nobody else's word" "$(found d.zip)" "vulnerable:error:CVE-1"
like "with the version that mends it" "$(kiln audit --advisories d.zip native)" "hint: version 2.0-2 mends it"

# ---- licences ----
licensed() { dist "$1" 1; printf '%s\n' "$2" >>"$site/$1-1.dist-info/METADATA"; }
rm -rf "$T/tree"
licensed mit 'License-Expression: MIT'
licensed either 'License-Expression: GPL-3.0-only OR BSD-3-Clause'
licensed both 'License-Expression: MIT AND (LGPL-2.1-or-later WITH GCC-exception-3.1)'
licensed words 'Classifier: License :: OSI Approved :: MIT License'
licensed odd 'License: ask my lawyer'
path=$(kiln store add "$T/tree")
licences() { printf '[audit.licences]\nallow = [%s]\n' "$1" >.flox/kiln.toml; kiln audit --json "$path" | python3 -c '
import json, sys
print(*[f["rule"] + ":" + f["severity"] + ":" + f["subject"] for r in json.load(sys.stdin) for f in r["findings"]])'; }
is "licences that are not allowed, and none that is known" "$(licences '"MIT", "BSD-3-Clause"')" \
	"licence:error:LGPL-2.1-or-later licence-unknown:warning:odd"
is "of OR one is enough, of AND all are asked" "$(licences '"BSD-3-Clause"' | tr ' ' '\n' | sort | uniq -c | awk '{print $1 $2}' | tr '\n' ' ')" \
	"1licence-unknown:warning:odd 3licence:error:MIT "
is "an expression may be allowed as a whole" "$(licences '"MIT", "BSD-3-Clause", "MIT and LGPL-2.1-or-later WITH gcc-exception-3.1"')" "licence-unknown:warning:odd"
fails_like "what is no licence has its place" "kiln.toml:2:[0-9]+: 'MTI' is no SPDX licence" licences '"MTI"'
rm .flox/kiln.toml

# ---- evil and broken ones ----
path=$pillow
export_of broken.zip <<'PY'
[entry("GHSA-1", "pillow", [{"introduced": "0"}]), ("x/bad.json", "{\"id\": "), ("y.json", "[1]")]
PY
is "broken entries do not hide the others" "$(found broken.zip)" "vulnerable:error:GHSA-1 advisories:warning:x/bad.json"
like "and are counted" "$(kiln audit --advisories broken.zip "$path")" "2 of 3 entries cannot be read, the first: 'x/bad.json': JSON at line"
like "also the second time" "$(kiln audit --advisories broken.zip "$path")" "2 of 3 entries cannot be read"
export_of bomb.zip <<'PY'
[entry("GHSA-1", "pillow", [{"introduced": "0"}]), ("bomb.json", "[" * (64 << 20))]
PY
is "an entry that becomes too big is one of these" "$(found bomb.zip)" "vulnerable:error:GHSA-1 advisories:warning:bomb.json"
export_of deep.zip <<'PY'
[entry("GHSA-1", "pillow", [{"introduced": "0"}]), ("deep.json", "{\"id\": \"X\", \"affected\": " + "[" * 100000)]
PY
is "so is one that nests without end" "$(found deep.zip)" "vulnerable:error:GHSA-1 advisories:warning:deep.json"
export_of none.zip <<'PY'
[("x.txt", "")]
PY
fails_like "an archive of other things" "it holds no advisories" kiln audit --advisories none.zip "$path"
export_of all.zip <<'PY'
[("x.json", "{}")]
PY
fails_like "one of broken entries alone says what is wrong" "the entry has no 'id'" kiln audit --advisories all.zip "$path"
echo "no zip" >text.zip
fails_like "no archive" "reading the advisories 'text.zip'" kiln audit --advisories text.zip "$path"
head -c 200 b.zip >half.zip
fails_like "half of one" "reading the advisories 'half.zip'" kiln audit --advisories half.zip "$path"
fails_like "a folder" "it is no file" kiln audit --advisories . "$path"
kiln audit --advisories absent.zip "$path" >out 2>err
is "none at all is status 2" "$?:$(grep -c "opening the advisories 'absent.zip'" err)" "2:1"
