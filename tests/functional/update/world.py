# Makes what tests of `kiln update` need: upstream's files and repositories in FOLDER, and with a port
# the project before (FOLDER/before) and after (FOLDER/after) `kiln update --all`. What is to change is
# said here, recipe by recipe, as pieces of text; hashes are computed here, not by what is tested, but
# those of trees, for which nix-hash is asked.
#
#   world.py upstream FOLDER
#   world.py project FOLDER PORT NIX_HASH
import gzip, hashlib, io, json, os, re, subprocess, sys, tarfile, zipfile

what, folder = sys.argv[1:3]
plain = lambda name: re.sub(r"[-_.]+", "-", name).lower()
facts = {}


# ---- upstream ----
def put(name, project, data, **more):
    with open(os.path.join(folder, "files", name), "wb") as f:
        f.write(data)
    facts[name] = {"project": project, **more}


def metadata(name, version, requires):
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n" + "".join(f"Requires-Dist: {r}\n" for r in requires)


def wheel(name, version, tag="py3-none-any", requires=(), **more):
    out, info = io.BytesIO(), f"{name}-{version}.dist-info"
    with zipfile.ZipFile(out, "w") as z:
        for path, text in ((f"{name}.py", f"version = '{version}'\n"), (info + "/METADATA", metadata(name, version, requires)),
                           (info + "/WHEEL", f"Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: {tag}\n"), (info + "/RECORD", "")):
            z.writestr(zipfile.ZipInfo(path), text)
    put(f"{name}-{version}-{tag}.whl", plain(name), out.getvalue(), **more)


def sdist(name, version, requires=(), **more):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as t:
        for path, text in (("PKG-INFO", metadata(name, version, requires)), ("pyproject.toml", "[build-system]\nrequires = []\n")):
            member = tarfile.TarInfo(f"{name}-{version}/{path}")
            member.size = len(text)
            t.addfile(member, io.BytesIO(text.encode()))
    put(f"{name}-{version}.tar.gz", plain(name), gzip.compress(out.getvalue(), mtime=0, compresslevel=0), **more)


def git(repo, *args):
    env = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b",
           "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b", "GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2020-01-01T00:00:00Z"}
    return subprocess.run(["git", "-C", os.path.join(folder, "repos", repo), *args], env=env, check=True, capture_output=True).stdout.decode().strip()


def repo(name, tags, annotated=()):
    os.makedirs(os.path.join(folder, "repos", name))
    git(name, "init", "-q", "-b", "main")
    for tag in tags:
        with open(os.path.join(folder, "repos", name, "tag"), "w") as f:
            f.write(f"{name} {tag}\n")
        git(name, "add", "-A")
        git(name, "commit", "-q", "-m", tag)
        git(name, "tag", *(["-a", "-m", tag] if tag in annotated else []), tag)


def upstream():
    os.makedirs(os.path.join(folder, "files"))
    for v in ("1.0", "1.1"):
        wheel("alpha", v, requires=["tqdm>=1.0"] if v == "1.0" else ["gamma", "torch; extra == 'gpu'"])
    wheel("alpha", "1.2rc1")
    wheel("alpha", "1.3", yanked="it eats files")
    wheel("alpha", "1.4", python=">=3.99")
    wheel("alpha", "1.5", tag="cp39-cp39-win_amd64")
    for v in ("0.9", "0.10"):
        sdist("beta_lib", v, requires=["alpha"])
    for v in ("1.0", "1.0.post1", "1.0.post2", "1.1.dev3"):
        wheel("delta", v)
    for v in ("9.0", "1!1.0", "1!2.0"):
        wheel("epoch", v)
    wheel("lonely", "1.0")
    for v in ("1.0rc1", "1.0rc2"):
        wheel("early", v)
    sdist("Old.Name", "1.0")
    sdist("old_name", "1.1")
    repo("tool", ["v1.0.0", "v1.2.0", "v1.10.0", "v2.0.0-rc1", "nightly", "v1.9.9"], annotated=("v1.2.0", "v1.10.0"))
    repo("data", ["v1.0.0", "v1.10.0"])
    repo("plugin", ["3", "4"])
    repo("many", ["many@0.1", "other@0.7", "many@0.2"])
    repo("under", ["rel_1_0_0", "rel_1_2_0"])
    repo("dated", ["2024-01-05", "2024-02-01"])
    with open(os.path.join(folder, "facts.json"), "w") as f:
        json.dump(facts, f)


# ---- hashes ----
def nix32(b):
    letters, bits, n = "0123456789abcdfghijklmnpqrsvwxyz", int.from_bytes(b, "little"), (len(b) * 8 - 1) // 5 + 1
    return "".join(letters[(bits >> (5 * i)) & 31] for i in reversed(range(n)))


def digest(thing, algo):
    if thing.startswith("text:"):
        return hashlib.new(algo, thing[5:].encode()).digest()
    if ":" not in thing:
        return hashlib.new(algo, open(os.path.join(folder, "files", thing), "rb").read()).digest()
    name, ref = thing.split(":")
    tree = os.path.join(folder, "trees", name + "-" + ref)
    if not os.path.isdir(tree):
        os.makedirs(tree)
        data = subprocess.run(["git", "-C", os.path.join(folder, "repos", name), "archive", ref], check=True, capture_output=True).stdout
        tarfile.open(fileobj=io.BytesIO(data)).extractall(tree)
    return bytes.fromhex(subprocess.run([sys.argv[4], "--type", algo, tree], check=True, capture_output=True).stdout.decode().strip())


def spelled(how, thing):
    import base64
    algo = "sha512" if how == "sri512" else "sha256"
    b = digest(thing, algo)
    if how in ("sri", "sri512"):
        return f"{algo}-{base64.b64encode(b).decode()}"
    return {"b32": nix32(b), "b16": b.hex(), "b64": base64.b64encode(b).decode(), "p32": "sha256:" + nix32(b)}[how]


# ---- the project ----
files = {}


# A file, and in order what of it changes: (old, new), each to be found behind the one before it.
def project_file(path, text, *edits):
    fill = lambda s: re.sub(r"@(\w+) ([^@\n]+)@", lambda m: spelled(m[1], m[2].replace("AT", "@").replace("\\n", "\n")), s).replace("@P", sys.argv[3]).replace("@T", folder)
    before, after, at = fill(text), "", 0
    for old, new in edits:
        old, new = fill(old), fill(new)
        i = before.index(old, at)
        after += before[at:i] + new
        at = i + len(old)
    files[path] = before, after + before[at:]


def recipe(name, text, *edits):
    project_file(f".flox/pkgs/{name}.nix", text, *edits)


HASH = ("@sri alpha-1.0-py3-none-any.whl@", "@sri alpha-1.1-py3-none-any.whl@")
V = ('"1.0"', '"1.1"')
PY3 = 'format = "wheel"; dist = "py3"; python = "py3";'
WHEEL = "python3.pkgs.buildPythonPackage"
ARGS = "{ lib, stdenvNoCC, python3, fetchPypi, fetchurl, fetchzip, fetchgit, fetchFromGitLab, versions ? import ../../versions.nix }:\n"
LAB = 'protocol = "http"; domain = "127.0.0.1:@P"; owner = "o";'
TOOL = ("@sri tool:v1.0.0@", "@sri tool:v1.10.0@")
T3 = ('"1.0.0"', '"1.10.0"')


def python_recipes():
    recipe("plain", ARGS + f'{WHEEL} {{ pname = "alpha"; version = "1.0"; format = "wheel";\n  src = fetchPypi {{ pname = "alpha"; version = "1.0"; {PY3}\n'
           f'    hash = "{HASH[0]}"; }}; }}\n', V, V, HASH)
    recipe("rec", ARGS + f'{WHEEL} rec {{\n  pname = "alpha";\n  version = "1.0";\n  format = "wheel";\n'
           '  src = fetchPypi { inherit pname version format; dist = "py3"; python = "py3"; sha256 = "@b32 alpha-1.0-py3-none-any.whl@"; };\n}\n',
           V, ("@b32 alpha-1.0-py3-none-any.whl@", "@b32 alpha-1.1-py3-none-any.whl@"))
    recipe("let", ARGS + f'let\n  version = "1.0"; hash = "@b16 alpha-1.0-py3-none-any.whl@";\nin {WHEEL} {{ pname = "alpha"; inherit version; format = "wheel";\n'
           f'  src = fetchPypi {{ pname = "alpha"; inherit version; {PY3} sha256 = hash; }}; }}\n',
           V, ("@b16 alpha-1.0-py3-none-any.whl@", "@b16 alpha-1.1-py3-none-any.whl@"))
    recipe("table", ARGS + f'let pin = versions.table.alpha; in\n{WHEEL} {{ pname = "alpha"; inherit (pin) version; format = "wheel"; src = fetchPypi {{ pname = "alpha"; inherit (pin) version hash; {PY3} }}; }}\n')
    recipe("call", ARGS + f'{WHEEL} {{ pname = "alpha"; inherit (versions.called) version; format = "wheel"; src = fetchPypi versions.called; }}\n')
    recipe("stays", ARGS + f'{WHEEL} {{ pname = "lonely"; inherit (versions.lonely) version; format = "wheel"; src = fetchPypi versions.lonely; }}\n')
    # 1.0 everywhere, and only two of them are meant
    recipe("strings", ARGS + f'# alpha 1.0 and "1.0"\nlet other = "1.0"; in {WHEEL} rec {{ pname = "alpha"; version = "1.0"; format = "wheel"; postPatch = "echo 1.0 ${{other}} 11.0 1.0.1";\n'
           f'  src = fetchPypi {{ inherit pname version; {PY3} hash = "{HASH[0]}"; }};\n  meta = {{ description = "alpha 1.0"; homepage = "http://h/1.0"; }}; }}\n',
           ('version = "1.0"', 'version = "1.1"'), HASH)
    recipe("crlf", ARGS.replace("\n", "\r\n") + f'{WHEEL} rec {{\r\n  pname = "alpha";\r\n  version = "1.0";\r\n  format = "wheel";\r\n  src = fetchPypi {{ inherit pname version; {PY3}\r\n    hash = "{HASH[0]}"; }};\r\n}}\r\n', V, HASH)
    recipe("no-newline", ARGS + f'{WHEEL} rec {{ pname = "alpha"; version = "1.0"; format = "wheel"; src = fetchPypi {{ inherit pname version; {PY3} hash = "{HASH[0]}"; }}; }}', V, HASH)
    recipe("non-ascii", ARGS + f'# Größe „1.0“ ünd\n{WHEEL} rec {{ pname = "alpha"; /* ß */ version = "1.0"; format = "wheel"; src = fetchPypi {{ inherit pname version; {PY3} hash = "{HASH[0]}"; }}; meta.description = "日本語 🎉"; }}\n',
           ('version = "1.0"', 'version = "1.1"'), HASH)
    recipe("comments", ARGS + f'{WHEEL} rec {{ pname = "alpha";\n  # version = "1.0";\n  version /* "1.0" */ = # "1.0"\n    "1.0" /* ; */ ;\n  format = "wheel";\n  src = fetchPypi {{ inherit pname version; {PY3}\n    hash /* of it */ = /* "sha256-" */ "{HASH[0]}"; }}; }}\n',
           ('    "1.0"', '    "1.1"'), HASH)
    recipe("argument", ARGS.replace("lib,", 'version ? "1.0", lib,') + f'{WHEEL} {{ pname = "alpha"; inherit version; format = "wheel"; src = fetchPypi {{ pname = "alpha"; inherit version; {PY3} hash = "{HASH[0]}"; }}; }}\n', V, HASH)
    recipe("prefixed", ARGS + f'{WHEEL} rec {{ pname = "alpha"; version = "1.0"; format = "wheel"; src = fetchPypi {{ inherit pname version; {PY3} hash = "@p32 alpha-1.0-py3-none-any.whl@"; }}; }}\n',
           V, ("@p32 alpha-1.0-py3-none-any.whl@", "@p32 alpha-1.1-py3-none-any.whl@"))
    recipe("base64", ARGS + f'{WHEEL} rec {{ pname = "alpha"; version = "1.0"; format = "wheel"; src = fetchPypi {{ inherit pname version; {PY3} sha256 = "@b64 alpha-1.0-py3-none-any.whl@"; }}; }}\n',
           V, ("@b64 alpha-1.0-py3-none-any.whl@", "@b64 alpha-1.1-py3-none-any.whl@"))
    recipe("sha512", ARGS + f'{WHEEL} rec {{ pname = "alpha"; version = "1.0"; format = "wheel"; src = fetchPypi {{ inherit pname version; {PY3} hash = "@sri512 alpha-1.0-py3-none-any.whl@"; }}; }}\n',
           V, ("@sri512 alpha-1.0-py3-none-any.whl@", "@sri512 alpha-1.1-py3-none-any.whl@"))
    recipe("sdist", ARGS + f'{WHEEL} rec {{ pname = "beta-lib"; version = "0.9"; pyproject = true; src = fetchPypi {{ pname = "beta_lib"; inherit version; hash = "@sri beta_lib-0.9.tar.gz@"; }}; }}\n',
           ('"0.9"', '"0.10"'), ("@sri beta_lib-0.9.tar.gz@", "@sri beta_lib-0.10.tar.gz@"))
    recipe("post", ARGS + f'{WHEEL} rec {{ pname = "delta"; version = "1.0"; format = "wheel"; src = fetchPypi {{ inherit pname version; {PY3} hash = "@sri delta-1.0-py3-none-any.whl@"; }}; }}\n',
           ('"1.0"', '"1.0.post2"'), ("@sri delta-1.0-py3-none-any.whl@", "@sri delta-1.0.post2-py3-none-any.whl@"))
    recipe("epoch", ARGS + f'let v = "9.0"; in {WHEEL} {{ pname = "epoch"; version = "0"; format = "wheel"; src = fetchPypi {{ pname = "epoch"; name = "epoch-9-py3-none-any.whl"; version = v; {PY3} hash = "@sri epoch-9.0-py3-none-any.whl@"; }}; }}\n',
           ('v = "9.0"', 'v = "1!2.0"'), ("@sri epoch-9.0-py3-none-any.whl@", "@sri epoch-1!2.0-py3-none-any.whl@"))
    recipe("at-pre", ARGS + f'{WHEEL} rec {{ pname = "early"; version = "1.0rc1"; format = "wheel"; src = fetchPypi {{ inherit pname version; {PY3} hash = "@sri early-1.0rc1-py3-none-any.whl@"; }}; }}\n',
           ('"1.0rc1"', '"1.0rc2"'), ("@sri early-1.0rc1-py3-none-any.whl@", "@sri early-1.0rc2-py3-none-any.whl@"))
    recipe("is-newest", ARGS + f'{WHEEL} rec {{ pname = "lonely"; version = "1.0"; format = "wheel"; src = fetchPypi {{ inherit pname version; {PY3} hash = "@sri lonely-1.0-py3-none-any.whl@"; }}; }}\n')
    project_file(".flox/pkgs/folder/default.nix", ARGS.replace("../../versions.nix", "../../../versions.nix") + f'let pin = import ./pin.nix; in {WHEEL} {{ pname = "alpha"; inherit (pin) version; format = "wheel"; src = fetchPypi {{ pname = "alpha"; inherit (pin) version hash; {PY3} }}; }}\n')
    project_file(".flox/pkgs/folder/pin.nix", f'{{ hash = "{HASH[0]}";\n  version = "1.0"; }}\n', HASH, V)


MK = "stdenvNoCC.mkDerivation"


def other_recipes():
    recipe("final-attrs", ARGS + f'{MK} (finalAttrs: {{\n  pname = "tool";\n  version = "1.0.0";\n  src = fetchFromGitLab {{ {LAB} repo = "tool"; tag = "v${{finalAttrs.version}}"; hash = "{TOOL[0]}"; }};\n}})\n', T3, TOOL)
    recipe("refs-tags", ARGS + f'{MK} rec {{ pname = "tool"; version = "1.0.0"; src = fetchFromGitLab {{ {LAB} repo = pname; rev = "refs/tags/v${{version}}"; hash = "{TOOL[0]}"; }}; }}\n', T3, TOOL)
    recipe("v-rev", ARGS + f'{MK} rec {{ pname = "tool"; version = "1.0.0"; src = fetchFromGitLab {{ {LAB} repo = pname; rev = "v${{version}}"; sha256 = "@b32 tool:v1.0.0@"; }}; }}\n',
           T3, ("@b32 tool:v1.0.0@", "@b32 tool:v1.10.0@"))
    recipe("literal-rev", ARGS + f'{MK} {{ pname = "tool"; version = "1.0.0"; src = fetchFromGitLab {{ {LAB} repo = "tool"; hash = "{TOOL[0]}"; rev = "v1.0.0"; }}; }}\n', T3, TOOL, ('"v1.0.0"', '"v1.10.0"'))
    recipe("literal-refs-tags", ARGS + f'{MK} {{ pname = "tool"; version = "1.0.0"; src = fetchFromGitLab {{ {LAB} repo = "tool"; hash = "{TOOL[0]}"; rev = "refs/tags/v1.0.0"; }}; }}\n', T3, TOOL, ('v1.0.0"', 'v1.10.0"'))
    recipe("monorepo", ARGS + f'{MK} rec {{ pname = "many"; version = "0.1"; src = fetchFromGitLab {{ {LAB} repo = pname; tag = "many@${{version}}"; hash = "@sri many:manyAT0.1@"; }}; }}\n',
           ('"0.1"', '"0.2"'), ("@sri many:manyAT0.1@", "@sri many:manyAT0.2@"))
    old, new = git("tool", "rev-parse", "v1.0.0^{commit}"), git("tool", "rev-parse", "v1.10.0^{commit}")
    recipe("commit-of-tag", ARGS + f'{MK} {{ pname = "tool"; version = "1.0.0"; src = fetchFromGitLab {{ {LAB} repo = "tool"; rev = "{old}"; hash = "{TOOL[0]}"; }}; }}\n', T3, (old, new), TOOL)
    recipe("git", ARGS + f'{MK} rec {{ pname = "tool"; version = "1.0.0"; src = fetchgit {{ url = "file://@T/repos/tool"; rev = "refs/tags/v${{version}}"; sha256 = "@b32 tool:v1.0.0@"; }}; }}\n',
           T3, ("@b32 tool:v1.0.0@", "@b32 tool:v1.10.0@"))
    recipe("git-http", ARGS + f'{MK} rec {{ pname = "tool"; version = "1.0.0"; src = fetchgit {{ url = "http://127.0.0.1:@P/o/tool.git"; tag = "v${{version}}"; hash = "{TOOL[0]}"; fetchSubmodules = false; }}; }}\n', T3, TOOL)
    recipe("page-archive", ARGS + f'{MK} rec {{ pname = "tool"; version = "1.0.0"; src = fetchzip {{ url = "http://127.0.0.1:@P/o/tool/-/archive/v${{version}}/tool-v${{version}}.tar.gz"; hash = "{TOOL[0]}"; }}; }}\n', T3, TOOL)
    recipe("zip-literal", ARGS + f'{MK} {{ pname = "tool"; version = "1.0.0"; src = fetchzip {{ url = "http://127.0.0.1:@P/o/tool/archive/v1.0.0.tar.gz"; hash = "{TOOL[0]}"; }}; }}\n', T3, ("v1.0.0.tar", "v1.10.0.tar"), TOOL)
    recipe("bare-url", ARGS + f'{MK} rec {{ pname = "tool"; version = "1.0.0"; src = fetchzip {{ url = http://127.0.0.1:@P/o/tool/archive/v1.0.0.tar.gz; hash = "{TOOL[0]}"; }}; }}\n', T3, ("v1.0.0.tar", "v1.10.0.tar"), TOOL)
    recipe("indented", ARGS + f"{MK} rec {{ pname = ''tool''; version = ''1.0.0''; src = fetchzip {{ url = ''http://127.0.0.1:@P/o/tool/archive/v${{version}}.tar.gz''; hash = ''{TOOL[0]}''; }}; }}\n", ("''1.0.0''", "''1.10.0''"), TOOL)
    recipe("download", ARGS + f'{MK} rec {{ pname = "tool"; version = "1.0.0"; dontUnpack = true; src = fetchurl {{ url = "http://127.0.0.1:@P/o/tool/releases/download/v${{version}}/tool-${{lib.versions.majorMinor version}}.txt"; outputHashAlgo = "sha256"; outputHash = "@b16 text:tool-1.0.txt of v1.0.0\\n@"; }}; }}\n',
           T3, ("@b16 text:tool-1.0.txt of v1.0.0\\n@", "@b16 text:tool-1.10.txt of v1.10.0\\n@"))
    recipe("underscores", ARGS + f'{MK} rec {{ pname = "under"; version = "1.0.0"; src = fetchFromGitLab {{ {LAB} repo = pname; rev = "rel_${{lib.replaceStrings [ "." ] [ "_" ] version}}"; hash = "@sri under:rel_1_0_0@"; }}; }}\n',
           ('"1.0.0"', '"1.2.0"'), ("@sri under:rel_1_0_0@", "@sri under:rel_1_2_0@"))
    recipe("dated", ARGS + f'{MK} rec {{ pname = "dated"; version = "2024-01-05"; src = fetchFromGitLab {{ {LAB} repo = pname; rev = version; hash = "@sri dated:2024-01-05@"; }}; }}\n',
           ('"2024-01-05"', '"2024-02-01"'), ("@sri dated:2024-01-05@", "@sri dated:2024-02-01@"))
    recipe("two-of-one", ARGS + f'{MK} rec {{ pname = "tool"; version = "1.0.0"; src = fetchFromGitLab {{ {LAB} repo = pname; tag = "v${{version}}"; hash = "{TOOL[0]}"; }};\n  data = fetchFromGitLab {{ {LAB} repo = "data"; tag = "v${{version}}"; hash = "@sri data:v1.0.0@"; }}; }}\n',
           T3, TOOL, ("@sri data:v1.0.0@", "@sri data:v1.10.0@"))
    recipe("two-apart", ARGS + f'{MK} rec {{ pname = "tool"; version = "1.0.0"; src = fetchFromGitLab {{ {LAB} repo = pname; tag = "v${{version}}"; hash = "{TOOL[0]}"; }};\n  plugin = fetchFromGitLab {{ {LAB} repo = "plugin"; tag = "3"; hash = "@sri plugin:3@"; }}; }}\n',
           T3, TOOL, ('tag = "3"', 'tag = "4"'), ("@sri plugin:3@", "@sri plugin:4@"))
    recipe("nothing", ARGS + f'{MK} {{ pname = "nothing"; version = "1.0"; dontUnpack = true; }}\n')
    recipe("needs-another", "{ stdenvNoCC, rec-less }:\n" + f'{MK} {{ pname = "needs"; version = "1.0"; dontUnpack = true; inherit rec-less; }}\n')
    recipe("rec-less", ARGS + f'{MK} {{ pname = "lonely"; version = "1.0"; dontUnpack = true; src = fetchPypi versions.lonely; }}\n')
    project_file("versions.nix", f'let wheel = pname: version: hash: {{ inherit pname version hash; {PY3} }}; in {{\n'
                 f'  table = {{\n    alpha = {{ version = "1.0"; hash = "{HASH[0]}"; }};\n    omega = {{ version = "1.0"; hash = "{HASH[0]}"; }};\n  }};\n'
                 f'  lonely = wheel "lonely" "1.0" "@sri lonely-1.0-py3-none-any.whl@";\n  called = wheel "alpha" "1.0" "{HASH[0]}"; # "1.0"\n}}\n',
                 V, HASH, ('"alpha" "1.0"', '"alpha" "1.1"'), HASH)


def write(where, which):
    for path, texts in files.items():
        at = os.path.join(folder, where, path)
        os.makedirs(os.path.dirname(at), exist_ok=True)
        with open(at, "w", newline="") as f:
            f.write(texts[which])


if what == "upstream":
    upstream()
else:
    python_recipes()
    other_recipes()
    write("before", 0)
    write("after", 1)
