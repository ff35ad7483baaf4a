#!/bin/sh
# Defects planted one by one in trees of their own: each is found under its rule, told with its file, and nothing else
# is. Then policies, formats and what is kept of a path.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v python3 >/dev/null || skip_all "no python3"
command -v cc >/dev/null || skip_all "no compiler"
plan 70
top=$(cd "$(dirname "$0")/../.." && pwd)
KILN_DATA_DIR=$T/data
export KILN_DATA_DIR
mkdir -p "$T/data/pkgs/python" "$T/p/.flox/pkgs" "$T/plant"
cp "$top/pkgs/python/slots.json" "$T/data/pkgs/python/"
echo "{ ... }: { }" >"$T/data/pkgs/default.nix"
cd "$T/p" || exit 1
# shellcheck disable=SC2016 # the loader's word
o='$ORIGIN'
# tree NAME: an empty tree to plant in; it is $tree.
tree() { tree=$T/plant/$1; mkdir -p "$tree/lib" "$tree/bin"; }
# found: the tree in the store, whose path $T/path tells, and the rules of its findings, with what they name.
found() { kiln store add "$tree" >"$T/path" && rules "$(cat "$T/path")"; }
rules() { kiln audit --json "$@" | python3 -c '
import json, sys
print(*[f["rule"] + ":" + f["severity"] + (":" + f["file"] if f["file"] else "") for r in json.load(sys.stdin) for f in r["findings"]])'; }
# lib FILE [FLAG…]: a shared library of one function.
lib() {
	out=$1; shift
	echo 'int f(void) { return 1; }' | cc -shared -fPIC -nostdlib -Wl,--build-id=none,--no-as-needed -o "$out" -x c - -x none "$@"
}
# program FILE [FLAG…]: one that runs nowhere.
program() {
	out=$1; shift
	echo 'void _start(void) {}' | cc -nostdlib -fPIE -pie -Wl,--build-id=none,--no-as-needed -o "$out" -x c - -x none "$@"
}

# ---- objects ----
tree clean; lib "$tree/lib/libplain.so.1" -Wl,-soname,libplain.so.1; printf '#!/bin/sh\n' >"$tree/bin/x"; chmod +x "$tree/bin/x"
is "a clean tree" "$(found)" ""
tree stack; lib "$tree/lib/libs.so" -Wl,-z,execstack
is "an executable stack" "$(found)" "exec-stack:warning:lib/libs.so"
tree nostack; echo '.globl f
f: ret' >"$T/f.s"; cc -shared -nostdlib -Wl,--build-id=none,--no-warn-execstack -o "$tree/lib/libs.so" "$T/f.s"
is "or no word on it, from hand-written assembly" "$(found)" "exec-stack:warning:lib/libs.so"
tree rpath; lib "$tree/lib/libr.so" -Wl,-rpath,/usr/lib/x -Wl,--enable-new-dtags
is "a RUNPATH of the host" "$(found)" "rpath:error:lib/libr.so"
tree oldrpath; lib "$tree/lib/libr.so" -Wl,-rpath,/opt/x -Wl,--disable-new-dtags
is "a DT_RPATH of the host" "$(found)" "rpath:error:lib/libr.so"
tree cwd; lib "$tree/lib/libr.so" -Wl,-rpath,"$o:" -Wl,--enable-new-dtags
is "an empty entry, which is the working folder" "$(found)" "rpath:error:lib/libr.so"
tree climbs; lib "$tree/lib/libr.so" -Wl,-rpath,"$o/../../../../usr/lib" -Wl,--enable-new-dtags
is "an entry that climbs out of the store" "$(found)" "rpath:error:lib/libr.so"
tree builddir; lib "$tree/lib/libr.so" -Wl,-rpath,/build/source/lib -Wl,--enable-new-dtags
is "a RUNPATH into the folder of a build" "$(found)" "build-path:warning:lib/libr.so"
tree loader; program "$tree/bin/p" -Wl,--dynamic-linker=/lib64/ld-linux-x86-64.so.2
is "a loader of the host" "$(found)" "interpreter:error:bin/p"
tree needed; lib "$T/plant/libfar.so.3" -Wl,-soname,libfar.so.3; lib "$tree/lib/libn.so" "$T/plant/libfar.so.3"
is "a library that nobody has" "$(found)" "needed:warning:lib/libn.so"
like "which is told by name" "$(kiln audit "$(cat "$T/path")")" "needs 'libfar.so.3', which is nowhere"
tree program; program "$tree/bin/p" "$T/plant/libfar.so.3" -Wl,--dynamic-linker=/nix/store/ld.so
is "of a program that is an error" "$(found)" "needed:error:bin/p"
tree far; mkdir "$tree/far"; lib "$tree/far/libfar.so.3" -Wl,-soname,libfar.so.3; lib "$tree/lib/libn.so" "$tree/far/libfar.so.3"
is "one where the loader does not look" "$(found)" "needed-path:warning:lib/libn.so"
tree near; lib "$tree/lib/libfar.so.3" -Wl,-soname,libfar.so.3; lib "$tree/lib/libn.so" "$tree/lib/libfar.so.3" -Wl,-rpath,"$o" -Wl,--enable-new-dtags
is "one that is found by RUNPATH is none" "$(found)" ""
tree loaded; lib "$tree/lib/libfar.so.3" -Wl,-soname,libfar.so.3; lib "$tree/lib/liba.so" "$tree/lib/libfar.so.3" -Wl,-soname,liba.so
lib "$tree/lib/libb.so" -Wl,--no-as-needed "$tree/lib/liba.so" "$tree/lib/libfar.so.3" -Wl,-rpath,"$o" -Wl,--enable-new-dtags
is "nor one that whoever loads it has loaded" "$(found)" ""
tree byrpath; lib "$tree/lib/libfar.so.3" -Wl,-soname,libfar.so.3; lib "$tree/lib/liba.so" "$tree/lib/libfar.so.3" -Wl,-soname,liba.so
lib "$tree/lib/libb.so" "$tree/lib/liba.so" -Wl,-rpath,"$o" -Wl,--disable-new-dtags -Wl,--allow-shlib-undefined
is "nor one of the DT_RPATH of whoever loads it" "$(found)" ""
tree byrunpath; lib "$tree/lib/libfar.so.3" -Wl,-soname,libfar.so.3; lib "$tree/lib/liba.so" "$tree/lib/libfar.so.3" -Wl,-soname,liba.so
lib "$tree/lib/libb.so" "$tree/lib/liba.so" -Wl,-rpath,"$o" -Wl,--enable-new-dtags -Wl,--allow-shlib-undefined
is "but a RUNPATH is for itself alone" "$(found)" "needed-path:warning:lib/liba.so"
tree slots; lib "$tree/../libcudart.so.12" -Wl,-soname,libcudart.so.12; lib "$tree/lib/libn.so" "$tree/../libcudart.so.12"
is "what a slot brings is no lack" "$(found)" ""
tree broken; printf '\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\076\0\1\0\0\0' >"$tree/lib/libx.so"
is "an object that is broken" "$(found)" "broken:warning:lib/libx.so"
tree fixture; mkdir -p "$tree/lib/tests"; cp "$T/plant/broken/lib/libx.so" "$tree/lib/tests/"
is "in a test's folder it is meant so" "$(found)" ""

# ---- by symbols and marks ----
tree hidden; printf 'int cudaGetDeviceCount(void) { return 0; }\nint cudaGraphicsUnregisterResource(void) { return 0; }\n' |
	cc -shared -fPIC -nostdlib -o "$tree/lib/libaccel.so" -x c -
is "CUDA's runtime under another name" "$(found)" "slot-library:error:lib/libaccel.so"
tree stand; printf 'int cudaGetDeviceCount(void) { return 0; }\nint cudaLaunchKernel(void) { return 0; }\n' |
	cc -shared -fPIC -nostdlib -o "$tree/lib/libaccel.so" -x c -
is "who loads it by hand has its names, and is none" "$(found)" ""
tree driver; printf 'int cuInit(void) { return 0; }\nint cuTexRefGetFlags(void) { return 0; }\n' |
	cc -shared -fPIC -nostdlib -o "$tree/lib/libgpu.so" -x c -
is "the driver under another name" "$(found)" "driver:error:lib/libgpu.so"
tree mark; lib "$tree/lib/libcudart.3eda8113.so.13" -Wl,-soname,libcudart.3eda8113.so.13
is "a library with a wheel's mark" "$(found)" "slot-library:error:lib/libcudart.3eda8113.so.13"
tree gomp; for k in a b; do
	mkdir -p "$tree/$k.libs"; lib "$tree/$k.libs/libgomp-${k}1b2c3d4.so.1.0.0" -Wl,-soname,"libgomp-${k}1b2c3d4.so.1.0.0"
	lib "$tree/$k.libs/m.so" "$tree/$k.libs/libgomp-${k}1b2c3d4.so.1.0.0" -Wl,-rpath,"$o"
done
is "two of one path are its maker's business" "$(found)" ""
mkdir "$T/one" "$T/two"; mv "$tree/a.libs" "$T/one/"; mv "$tree/b.libs" "$T/two/"
one=$(kiln store add "$T/one") two=$(kiln store add "$T/two")
tree both; echo "$one $two" >"$tree/needs"
# register PATH REF…: a tree of the store refers to others.
register() {
	p=$1; shift
	hash=$(compat nix-hash --type sha256 "$KILN_STORE$p") size=$(compat nix-store --dump "$KILN_STORE$p" | wc -c)
	{ printf '%s\n%s\n%s\n\n%s\n' "$p" "$hash" "$size" $#; printf '%s\n' "$@"; } | compat nix-store --register-validity --reregister --hash-given
}
path=$(kiln store add "$tree"); register "$path" "$one" "$two"
like "two copies of libgomp, whatever their marks" "$(rules "$path")" "^library-twice:warning:[ab].libs/libgomp-[ab]1b2c3d4.so.1.0.0$"
like "with the way there" "$(kiln audit "$path")" "why: both → (one|two)"

# ---- files ----
tree setuid; echo x >"$tree/bin/su"; path=$(kiln store add "$tree"); chmod u+s "$KILN_STORE$path/bin/su"
is "a setuid program" "$(rules "$path")" "setuid:error:bin/su"
tree writable; echo x >"$tree/lib/w"; path=$(kiln store add "$tree"); chmod o+w "$KILN_STORE$path/lib/w"
is "a file that everybody may write to" "$(rules "$path")" "writable:error:lib/w"
tree shebang; printf '#!/usr/bin/python3 -E\n' >"$tree/bin/s"; chmod +x "$tree/bin/s"
is "a script of the host's Python" "$(found)" "shebang:warning:bin/s"
tree link; ln -s /usr/lib/libc.so.6 "$tree/lib/libc.so.6"
is "a link to the host" "$(found)" "host-link:warning:lib/libc.so.6"
tree pc; printf 'prefix=/build/source/out\n' >"$tree/lib/x.pc"; printf 'see /build/source/ for more\n' >"$tree/README"
is "a pkg-config file that names the build" "$(found)" "build-path:warning:lib/x.pc"
tree direct; mkdir -p "$tree/lib/python3.13/site-packages/a-1.dist-info"; printf '{"url": "file:///build/a"}' >"$tree/lib/python3.13/site-packages/a-1.dist-info/direct_url.json"
printf 'Name: a\nVersion: 1\n' >"$tree/lib/python3.13/site-packages/a-1.dist-info/METADATA"
is "pip's record of where it was built" "$(found)" "build-path:warning:lib/python3.13/site-packages/a-1.dist-info/direct_url.json"
mkdir -p "$T/plant/pack/custom_nodes/pack"; tree=$T/plant/pack; echo 'import pip' >"$tree/custom_nodes/pack/install.py"
is "install.py of a node pack" "$(found)" "install-script:warning:custom_nodes/pack/install.py"
mkdir "$T/plant/comfyui-node-x-1"; tree=$T/plant/comfyui-node-x-1; echo 'import pip' >"$tree/install.py"
is "also where the path is the pack" "$(found)" "install-script:warning:install.py"
tree source; echo x >"$T/x-1.tar.gz"; src=$(kiln store add "$T/x-1.tar.gz"); echo "$src" >"$tree/lib/src"; path=$(kiln store add "$tree"); register "$path" "$src"
is "the archive that it was made of" "$(rules "$path")" "build-input:warning"

# ---- secrets ----
secret() { python3 - "$1" <<'PY'
import base64, random, string, sys
random.seed(7)
word = lambda n, of=string.ascii_letters + string.digits: "".join(random.choice(of) for _ in range(n))
pem = base64.encodebytes(random.randbytes(300)).decode()
head = "PRIVATE" + " KEY-----"
print({
    "pem": "-----BEGIN RSA " + head + "\n" + pem + "-----END RSA " + head,
    "json": '{"private_key": "-----BEGIN ' + head + "\\n" + pem.replace("\n", "\\n") + '"}',
    "empty": 'MARK = "-----BEGIN RSA ' + head + '"\nif line.startswith(MARK): pass',
    "hf": 'TOKEN = "hf_' + word(34) + '"',
    "gh": "ghp_" + word(36),
    "aws": "aws_access_key_id = AKIA" + word(16, string.ascii_uppercase + string.digits),
    "doc": "aws_access_key_id = AKIAIOSFODNN7" + "EXAMPLE",
    "coded": "client-key-data: " + base64.b64encode(("-----BEGIN RSA " + head + "\n" + pem + "-----END").encode()).decode(),
    "fake": "-----BEGIN RSA " + head + "\nfaketestkeydata\n-----END RSA " + head,
    "cert": "client-certificate-data: " + base64.b64encode(("-----BEGIN CERTIFICATE-----\n" + pem).encode()).decode(),
    "nix": "cache-1:" + base64.b64encode(random.randbytes(64)).decode(),
    "word": "self.ghp_" + word(36) + "_more = hf_transfer_enabled_by_the_environment_now",
}[sys.argv[1]])
PY
}
for kind in pem json coded hf gh aws nix; do
	tree "s-$kind"; secret "$kind" >"$tree/lib/settings"
	is "a secret: $kind" "$(found)" "secret:error:lib/settings"
done
for kind in empty doc word fake cert; do
	tree "s-$kind"; secret "$kind" >"$tree/lib/settings"
	is "no secret: $kind" "$(found)" ""
done
tree s-tests; mkdir -p "$tree/lib/tests"; secret pem >"$tree/lib/tests/key.pem"
is "a test's key is meant to be public" "$(found)" ""

# ---- policies ----
tree two; lib "$tree/lib/libs.so" -Wl,-z,execstack; printf '#!/usr/bin/python3\n' >"$tree/bin/s"; chmod +x "$tree/bin/s"; path=$(kiln store add "$tree")
policy() { printf '%s\n' "$@" >.flox/kiln.toml; }
policy '[audit.severity]' 'shebang = "off"' 'exec-stack = "error"'
is "a policy's severities" "$(rules "$path"; kiln audit "$path" >/dev/null || echo $?)" "exec-stack:error:lib/libs.so
1"
policy '[audit]' 'fail-on = "warning"'
kiln audit "$path" >out; is "and what fails" "$?" 1
policy '[[audit.exception]]' 'rule = "exec-stack"' 'package = "two"' 'reason = "old"' 'expires = 2999-01-01' \
	'[[audit.exception]]' 'file = "bin/*"' 'reason = "known"' 'expires = 2020-02-03' '[[audit.exception]]' 'subject = "none"' 'reason = "r"'
kiln audit "$path" >out
like "an exception takes one out, with its reason" "$(grep -A4 '^excepted' out)" "because: old"
like "one that has ended is told" "$(cat out)" "^warning: the exception ended with 2020-02-03: known \[expired\]"
like "with its place" "$(cat out)" "at .flox/kiln.toml:6"
like "and so is one for nothing" "$(cat out)" "^note: the exception is not needed: r \[unused\]"
like "the others count" "$(cat out)" "^two: 0 errors, 1 warning, 1 excepted"
policy '[audit]' 'fail_on = "warning"'
fails_like "an unknown key has its place" "kiln.toml:2:[0-9]+: \[audit\] has no key 'fail_on'" kiln audit "$path"
policy '[[audit.exception]]' 'rule = "exec-stck"' 'reason = "x"'
fails_like "an unknown rule too, with the nearest" "exec-stack" kiln audit "$path"
policy '[[audit.exception]]' 'rule = "exec-stack"'
fails_like "an exception says why" "an exception says why" kiln audit "$path"
policy ''

tree torch-cpu-2.6.0; site=$tree/lib/python3.13/site-packages; mkdir -p "$site/torch-2.6.0.dist-info" "$site/torch"; rmdir "$tree/bin"
printf 'Name: torch\nVersion: 2.6.0\n' >"$site/torch-2.6.0.dist-info/METADATA"; member=$(kiln store add "$tree")
tree filling; mkdir "$tree/nix-support"
printf '{"version":1,"slot":"torch","filling":"cpu","members":["%s"],"companions":[]}' "$member" >"$tree/nix-support/slot-filling.json"
path=$(kiln store add "$tree"); register "$path" "$member"
is "a filling is a note" "$(rules "$path" | cut -d: -f1,2)" "filling:note"
policy '[audit]' 'fillings = []'
is "where none is declared, an error" "$(rules "$path" | cut -d: -f1,2)" "filling-undeclared:error"
policy '[audit]' 'fillings = ["torch-cpu"]'
is "where it is, a note" "$(rules "$path" | cut -d: -f1,2)" "filling:note"
policy ''
tree two; path=$(kiln store add "$tree")

# ---- formats, and what is kept ----
is "every rule has its line in the manual" "$(kiln audit --list --json | python3 -c '
import json, sys
page = open(sys.argv[1]).read()
print(*[r["rule"] for r in json.load(sys.stdin) if "*" + r["rule"] + "*" not in page])' "$top/docs/man/kiln-audit.1.scd")" ""
fails_like "two formats at once" "two formats" kiln audit --json --sarif "$path"
is "SARIF: its rules, and where things are" "$(kiln audit --sarif "$path" | python3 -c '
import json, sys
log = json.load(sys.stdin); run = log["runs"][0]
rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
print(log["version"], all(rules[r["ruleIndex"]] == r["ruleId"] for r in run["results"]),
      *[r["ruleId"] + r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].split("-two")[1] for r in run["results"]])')" \
	"2.1.0 True exec-stack/lib/libs.so shebang/bin/s"
kept=$XDG_CACHE_HOME/kiln/audit-2/$(basename "$path" | cut -c1-32)
ok "what is found in a path is kept" test -s "$kept"
before=$(rules "$path")
head -c 40 "$kept" >"$T/short"; cp "$T/short" "$kept"
is "a broken record counts as absent" "$(rules "$path")" "$before"
sed -i 's/libs.so/libz.so/g' "$kept"
is "a whole one is believed" "$(rules "$path" | grep -c libz)" 1
is "but not with --fresh" "$(rules --fresh "$path")" "$before"
tree gone; echo x >"$tree/lib/x"; path=$(kiln store add "$tree"); chmod -R u+w "$KILN_STORE$path"; rm -rf "$KILN_STORE$path"
fails_like "a path that somebody deleted, with the cure" "hint: kiln store repair $path" kiln audit "$path"
