#!/bin/sh
# A .deb and a wheel made once more as another user, in another order of folders, under another umask, locale
# and time zone, in other folders, on one core: the same NAR hash. full/rebuild.sh does so with the whole set.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v python3 >/dev/null || skip_all "no python3"
shuffle="$KILN_BUILD/tests/full/libshuffle.so"
[ -e "$shuffle" ] || skip_all "no $shuffle"
unshare --user --map-user=4242 --map-group=4243 true 2>/dev/null || skip_all "no user namespaces for this user"
plan 5
cd "$T" || exit 1

python3 - <<'PYTHON'
import base64, hashlib, io, random, tarfile, zipfile

def tar(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:xz") as t:
        for name, kind, value in members:
            info = tarfile.TarInfo("./" + name)
            info.type, info.mode, info.mtime, info.uid = kind, 0o755 if "bin/" in name else 0o640, 1234567, 12
            if kind == tarfile.REGTYPE:
                info.size = len(value)
                t.addfile(info, io.BytesIO(value.encode()))
            else:
                info.linkname = value
                t.addfile(info)
    return out.getvalue()

random.seed(1)
names = [f"usr/share/app/{x}{n}" for n in range(40) for x in "äBcı-"] + [f"usr/bin/p{n}" for n in range(20)]
random.shuffle(names)
data = [(n, tarfile.REGTYPE, f"#!/bin/sh\n# /usr/share/app is of {n}\n") for n in names]
data += [("usr/share/app/link", tarfile.SYMTYPE, "../../bin/p3"), ("usr/share/twice", tarfile.LNKTYPE, "./usr/bin/p1"),
         ("etc/app.conf", tarfile.REGTYPE, "where = /usr/share/app\n")]
with open("app_1_all.deb", "wb") as f:
    f.write(b"!<arch>\n")
    for name, content in [("debian-binary", b"2.0\n"), ("control.tar.xz", tar([("control", tarfile.REGTYPE, "Package: app\n")])),
                          ("data.tar.xz", tar(data))]:
        f.write(f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode() + content + b"\n" * (len(content) % 2))

members = {f"pkg/{x}{n}.py": f"x = {n}\n" for n in range(60) for x in "azü"}
members |= {"pkg/__init__.py": "def main(): pass\n", "pkg-1.data/scripts/run": "#!python\nimport pkg\n",
            "pkg-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: pkg\nVersion: 1\n",
            "pkg-1.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n",
            "pkg-1.dist-info/entry_points.txt": "[console_scripts]\npkg = pkg:main\nother = pkg:main\n"}
record = "".join(f"{n},sha256={base64.urlsafe_b64encode(hashlib.sha256(t.encode()).digest()).rstrip(b'=').decode()},{len(t.encode())}\n"
                 for n, t in members.items())
with zipfile.ZipFile("pkg-1-py3-none-any.whl", "w") as z:
    for n, t in [*members.items(), ("pkg-1.dist-info/RECORD", record + "pkg-1.dist-info/RECORD,,\n")]:
        z.writestr(n, t)
PYTHON
cat >default.nix <<'NIX'
let
  system = builtins.currentSystem;
  base = { inherit system; requiredSystemFeatures = [ "kiln" ]; };
  tool = builtins.toFile "tool" "";
in {
  deb = derivation (base // {
    name = "app-1"; builder = "builtin:kiln-deb-1"; debs = [ ./app_1_all.deb ]; deps = [ ]; folders = [ ]; glibc = ""; patchelf = "";
    triplet = "x86_64-linux-gnu"; rules = "replace\tshare/app/c*\t/usr/share/app\t@out@/share/app\nconcat\tshare/all\tshare/app/B*";
  });
  wheel = derivation (base // {
    name = "pkg-1"; builder = "builtin:kiln-wheel-1"; wheel = ./pkg-1-py3-none-any.whl; pname = "pkg"; version = "1"; python = tool;
    pythonVersion = "3.13.5"; pythonPath = [ ]; propagatedBuildInputs = [ ]; slots = ""; removeDeps = ""; relaxDeps = ""; checkDeps = "";
    compile = ""; dontRelocate = "1"; runpath = ""; loader = tool; loaderPath = tool; patchelf = tool;
  });
}
NIX

# again COMMAND…: as another user, and so on, in a store in another folder
mkdir -p elsewhere/store
again() {
	(
		cd elsewhere && umask 077 && export LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8 TZ=Pacific/Kiritimati TMPDIR="$T/elsewhere"
		KILN_STORE="$T/elsewhere/store" unshare --user --map-user=4242 --map-group=4243 \
			taskset -c "$(taskset -cp $$ | sed 's/.*[ ,-]//')" env LD_PRELOAD="$shuffle" "$@"
	)
}
mkdir order && (cd order && seq 60 | xargs touch)
list='import os; print(os.listdir("order"))'
if [ "$(python3 -c "$list")" != "$(LD_PRELOAD=$shuffle python3 -c "$list")" ]; then pass "folders have another order"; else fail "folders have another order"; fi
for name in deb wheel; do
	path=$(compat nix-build --no-out-link -A "$name" 2>err) || cat err
	ok "a $name" test -d "$KILN_STORE$path"
	is "made again" "$(again "$KILN_BUILD/compat/nix-build" --no-out-link --cores 1 "$T/default.nix" -A "$name" 2>err) $(again "$KILN_BUILD/compat/nix-store" -q --hash "$path")" \
		"$path $(compat nix-store -q --hash "$path")"
done
