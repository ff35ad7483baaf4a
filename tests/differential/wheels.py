"""Makes odd wheels, installs each with kiln (whole, and in the steps of a recipe's build) and with pip,
and prints a line each: what it is, a tab, and "true" or what differs.

    wheels.py DRIVER FOLDER
"""

import ast
import base64
import csv
import hashlib
import io
import os
import random
import re
import shutil
import stat
import subprocess
import sys
import warnings
import zipfile

from pip._internal.models.scheme import Scheme
from pip._internal.operations.install.wheel import install_wheel

DRIVER, FOLDER = sys.argv[1:]
SITE = "lib/python3.13/site-packages"
METADATA = "Metadata-Version: 2.1\nName: {}\nVersion: {}\n"


class Pipe:
    """A file that cannot go back: sizes then follow the members."""

    def __init__(self, file):
        self.write, self.flush = file.write, file.flush


class Wheel:
    """Members in their order; RECORD is made at the end, and may be changed on its way."""

    def __init__(self, project="foo", version="1.0", info=None, tag="py3-none-any"):
        self.project, self.version, self.tag = project, version, tag
        self.info = info or f"{project}-{version}.dist-info"
        self.data = f"{project}-{version}.data"
        self.members = []
        self.record = lambda text: text
        self.compression = zipfile.ZIP_DEFLATED
        self.prefix = b""
        self.stream = self.large = False
        self.metadata = METADATA.format(project, version)
        self.wheel = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
        self.add("foo/__init__.py", "def main():\n    print('main')\n\n\nclass App:\n    run = main\n")

    def add(self, name, content="", mode=0o100644, listed=True, algorithm="sha256", system=3):
        data = content.encode() if isinstance(content, str) else content
        self.members.append((name, data, mode, listed, algorithm, system))
        return self

    def scripts(self, name, content, **more):
        return self.add(f"{self.data}/scripts/{name}", content, **more)

    def points(self, text):
        return self.add(f"{self.info}/entry_points.txt", text)

    def row(self, name, data, algorithm):
        digest = base64.urlsafe_b64encode(hashlib.new(algorithm, data).digest()).rstrip(b"=").decode()
        row = io.StringIO()
        csv.writer(row, lineterminator="\n").writerow([name, f"{algorithm}={digest}", len(data)])
        return row.getvalue()

    def write(self, folder):
        if self.metadata is not None:
            self.add(f"{self.info}/METADATA", self.metadata)
        if self.wheel is not None:
            self.add(f"{self.info}/WHEEL", self.wheel)
        rows = "".join(self.row(n, d, a) for n, d, _, listed, a, _ in self.members if listed)
        record = self.record(f"{rows}{self.info}/RECORD,,\n")
        if record is not None:
            self.add(f"{self.info}/RECORD", record, listed=False)
        path = f"{folder}/{self.project}-{self.version}-{self.tag}.whl"
        with open(path, "wb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # names that come twice
            file.write(self.prefix)
            with zipfile.ZipFile(Pipe(file) if self.stream else file, "w" if self.stream else "a", self.compression) as archive:
                for name, data, mode, _, _, system in self.members:
                    info = zipfile.ZipInfo(name)
                    info.external_attr = mode << 16
                    info.create_system = system
                    info.compress_type = self.compression
                    with archive.open(info, "w", force_zip64=self.large) as member:
                        member.write(data)
        return path


CASES = []


def case(what, refused=None, warns=None, differs=()):
    """refused: a pattern of kiln's words, whatever pip does. warns: kiln installs it and says so.
    differs: paths that kiln leaves out or makes otherwise, deliberately."""
    def note(make):
        CASES.append((what, make, refused, warns, differs))
        return make
    return note


def simple(what, **more):
    """A case whose function changes a wheel it is given."""
    def note(change):
        def make():
            wheel = Wheel()
            return change(wheel) or wheel
        return case(what, **more)(make)
    return note


# ---- names ----

simple("a plain wheel")(lambda w: w.add("foo/data.txt", "x\n"))
simple("every .data folder")(lambda w: [w.add(f"{w.data}/{k}", "x\n") for k in (
    "purelib/pure.py", "platlib/plat.py", "data/share/foo/x", "headers/foo.h", "headers/sub/bar.h")] and None)
for spelt in ("FOO-1.0.data", "f.o.o-1.0.data", "foo-1.data", "foo.data", "bar-2.0.data"):
    simple(f".data that is spelt '{spelt}'")(
        lambda w, spelt=spelt: w.add(f"{spelt}/data/share/x", "x\n").add(f"{spelt}/purelib/pure.py", "x = 1\n"))
simple("two .data folders")(
    lambda w: w.add("foo-1.0.data/data/share/a", "a\n").add("Foo-1.0.data/data/share/b", "b\n"))
simple("an unknown kind of .data", refused="no known .data folder")(lambda w: w.add(f"{w.data}/etc/x", "x\n"))
simple("a kind of .data in capitals", refused="no known .data folder")(lambda w: w.add(f"{w.data}/Scripts/x", "x\n"))
simple("a file of .data itself", refused="no known .data folder")(lambda w: w.add(f"{w.data}/x", "x\n"))
simple("data that builds would run", refused="goes to nix-support")(lambda w: w.add(f"{w.data}/data/nix-support/setup-hook", "x\n"))
simple("data in site-packages")(lambda w: w.add(f"{w.data}/data/{SITE}/foo/more.py", "x = 1\n"))
case("a project with dots")(lambda: Wheel("foo.bar", info="foo.bar-1.0.dist-info"))
case(".dist-info in capitals")(lambda: Wheel(info="Foo-1.0.dist-info"))
case(".dist-info with dashes")(lambda: Wheel("foo_bar", info="Foo-Bar-1.0.dist-info"))
case(".dist-info of the same version, longer")(lambda: Wheel(info="foo-1.0.0.dist-info"))
case(".dist-info of another project", refused="does not fit")(lambda: Wheel(info="bar-1.0.dist-info"))
simple("two .dist-info folders", refused="it has both|does not fit")(lambda w: w.add("bar-1.0.dist-info/METADATA", "x\n"))
simple("a vendored .dist-info")(lambda w: w.add("foo/_vendor/bar-1.dist-info/RECORD", "x\n"))


@simple("a local version")
def _(_wheel):
    w = Wheel(version="1.0+cu12.8")
    w.metadata = METADATA.format("foo", "1.0+cu12.8")
    return w


@simple("a version with underscores for dashes")
def _(_wheel):
    w = Wheel(version="1.0_2", info="foo-1.0_2.dist-info")
    w.metadata = METADATA.format("foo", "1.0.post2")
    return w


def renamed(version, info, metadata):
    def make():
        w = Wheel(version=version, info=info)
        w.metadata = METADATA.format("foo", metadata)
        return w
    return make


LOCAL = "METADATA is of version"
case("a local version in the file name only", warns=LOCAL)(renamed("1.0+cu128", "foo-1.0.dist-info", "1.0"))
case("a local version in METADATA only", warns=LOCAL)(renamed("1.0", "foo-1.0+cpu.dist-info", "1.0+cpu"))
case("a local version in .dist-info only")(renamed("1.0", "foo-1.0+cpu.dist-info", "1.0"))
case("another version in METADATA", refused="METADATA is of 'foo' 1.1")(renamed("1.0", "foo-1.0.dist-info", "1.1"))
simple("names that are not ASCII")(lambda w: w.add("foo/näme-日本.txt", "x\n").add("foo/é/mod.py", "x = 1\n"))
simple("odd names")(lambda w: w.add("foo/a b'c\"d.txt", "x\n").add("foo/" + "n" * 250, "").add("foo/.hidden", ""))
simple("folders as members")(lambda w: w.add("foo/empty/", mode=0o040755, listed=False).add("foo/sub/", mode=0o040755, listed=False)
                             .add("foo/sub/x", "x\n"))
simple("a name that leaves the wheel", refused=r"unsafe name '\.\./evil'")(lambda w: w.add("../evil", "x\n"))
simple("a name that leaves .data", refused="unsafe name")(lambda w: w.add(f"{w.data}/data/../../evil", "x\n"))
simple("an absolute name", refused="unsafe name '/evil'")(lambda w: w.add("/evil", "x\n"))
simple("a symlink", refused="is a link")(lambda w: w.add("foo/link", "__init__.py", mode=0o120777))
simple("a member twice, the same")(lambda w: w.add("foo/x", "x\n").add("foo/x", "x\n"))
simple("a member twice, different", refused="two members go to|not what the wheel's RECORD")(
    lambda w: w.add("foo/x", "x\n").add("foo/x", "y\n"))
simple("two members at one place, the same")(
    lambda w: w.add("foo/x", "x\n").add(f"{w.data}/purelib/foo/x", "x\n").add(f"{w.data}/platlib/foo/x", "x\n"))
simple("two members at one place, different", refused="two members go to")(
    lambda w: w.add("foo/x", "x\n").add(f"{w.data}/purelib/foo/x", "y\n"))


# ---- RECORD ----

def record(what, change, **more):
    def make():
        w = Wheel().add("foo/mod.py", "x = 1\n").add("foo-1.0.data/data/share/x", "x\n")
        w.record = change
        return w
    case(what, **more)(make)


record("RECORD names itself with a backslash", lambda t: t.replace("info/RECORD", "info\\RECORD"))
record("RECORD has backslashes throughout", lambda t: re.sub(r"(?m)^[^,]+", lambda m: m[0].replace("/", "\\"), t))
record("RECORD has names with ./", lambda t: re.sub(r"(?m)^(?=.)", "./", t))
record("RECORD has line ends of Windows", lambda t: t.replace("\n", "\r\n"))
record("RECORD starts with a byte order mark", lambda t: "\ufeff" + t)
record("RECORD ends without a line end", lambda t: t.rstrip("\n"))
record("RECORD spells .dist-info otherwise", lambda t: t.replace("foo-1.0.dist-info", "Foo-1.0.dist-info"))
record("RECORD spells .data otherwise", lambda t: t.replace("foo-1.0.data", "FOO-1.0.data"))
record("RECORD lists folders", lambda t: t + "foo/,,\nfoo\\,,\n")
record("RECORD lists a row twice", lambda t: t + t.splitlines()[1] + "\n")
record("RECORD lists bytecode and signatures that are not there",
       lambda t: t + "foo/__pycache__/x.cpython-313.pyc,,\nfoo-1.0.dist-info/RECORD.jws,,\n")
record("RECORD's hashes are padded", lambda t: re.sub(r"(sha256=[^,]+)", r"\1=", t))
record("RECORD does not list itself", lambda t: "".join(t.splitlines(True)[:-1]))
record("RECORD forgot a member", lambda t: "".join(r for r in t.splitlines(True) if "mod.py" not in r),
       warns="'foo/mod.py' is not in the wheel's RECORD")
record("RECORD forgot all members", lambda t: "foo-1.0.dist-info/RECORD,,\n", warns="and 4 more are not in")
record("RECORD lists what is not there", lambda t: t + "foo/absent.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n",
       refused="RECORD lists 'foo/absent.py', which the wheel has not")
record("RECORD has another hash", lambda t: re.sub("mod.py,sha256=.", "mod.py,sha256=A", t) if "mod.py,sha256=A" not in t
       else re.sub("mod.py,sha256=.", "mod.py,sha256=B", t), refused="'foo/mod.py' is not what the wheel's RECORD says")
record("RECORD has a row without hash", lambda t: re.sub("mod.py,[^,]*,", "mod.py,,", t), refused="no hash of 'foo/mod.py'")
record("there is no RECORD", lambda t: None, refused="it has no RECORD")
simple("a quote in a name that is not quoted")(lambda w: setattr(w.add('foo/a"b.txt', "x\n"), "record", lambda t: t.replace('""', "''").replace('"', "").replace("''", '"')))
simple("names with commas that are quoted")(lambda w: w.add("foo/a,b.txt", "x\n"))


@simple("names with commas that are not quoted")
def _(w):
    w.add("foo/a,b,c.txt", "x\n")
    w.record = lambda t: t.replace('"', "")


simple("hashes of SHA-512")(lambda w: w.add("foo/x", "x\n", algorithm="sha512"))
simple("a member that signs RECORD", differs=["lib/python3.13/site-packages/foo-1.0.dist-info/RECORD.jws"])(
    lambda w: w.add(f"{w.info}/RECORD.jws", "{}", listed=False))


# ---- programs ----

FUTURE = "from __future__ import (  # both\n    annotations,\n    division,\n)\nprint(__doc__, annotations.compiler_flag)\n"
SCRIPTS = {
    "plain": "#!python\nimport foo\nfoo.main()\n",
    "docstring": '#!python\n"""My\ndocumentation."""\nimport foo\nprint(__doc__)\n',
    "docstring behind a licence": '#!python\n# Licence\n\n"""My documentation."""\nprint(__doc__)\n',
    "coding and docstring": "#!python\n# -*- coding: latin-1 -*-\n'd\\xe9'\nprint(ascii(__doc__))\n".encode().replace(b"\\xe9", b"\xe9"),
    "future over lines": f"#!python\n{FUTURE}",
    "docstring and future": f"#!python\nr'''Doc'''\n\n# more\n{FUTURE}",
    "docstring in parentheses": "#!python\n(\n  'one '\n  'two'\n)\nprint(__doc__)\n",
    "docstring and a statement in one line": "#!python\n'doc'; import foo; print(__doc__)\n",
    "future and a statement in one line": "#!python\nfrom __future__ import annotations; import foo; foo.main()\n",
    "future continued by backslashes": "#!python\nfrom __future__ import annotations, \\\n  division\nprint(division)\n",
    "no docstring but an expression": "#!python\n'a'.strip()\nprint(__doc__)\n",
    "bytes for a docstring": "#!python\nb'a'\nprint(__doc__)\n",
    "only a docstring": "#!python\n'doc'",
    "empty": "#!python\n",
    "line ends of Windows": f"#!python\r\n'''Doc'''\r\n{FUTURE}".replace("\r\n", "\n").replace("\n", "\r\n"),
    "pythonw": "#!pythonw\nprint(1)\n",
    "python3 and options": "#!python3 -E\nimport sys; print(sys.flags.ignore_environment)\n",
    "env": "#!/usr/bin/env python3\nprint(__file__.rsplit('/')[-1])\n",
    "env and options": "#!/usr/bin/env -S python3 -u\nprint(1)\n",
    "an absolute path": "#!/usr/bin/python3\nprint(1)\n",
    "shell": "#!/bin/sh\necho shell\n",
    "text": "no program\n",
    "nothing": "",
}
for name, text in SCRIPTS.items():
    simple(f"a script: {name}")(lambda w, text=text: w.scripts("tool", text, mode=0o100755))
simple("a script that nobody may execute")(lambda w: w.scripts("tool", SCRIPTS["plain"]))
simple("a script in a folder")(lambda w: w.scripts("sub/tool", SCRIPTS["plain"]))
simple("a binary program")(lambda w: w.scripts("tool", b"\x7fELF" + bytes(range(256)), mode=0o100755))
simple("a program of 70 MB")(lambda w: w.scripts("tool", b"MZ" + bytes(70 << 20), mode=0o100755))
simple("a script of 20 MB")(lambda w: w.scripts("tool", "#!python\n'''doc'''\nprint(__doc__)\n" + "# more\n" * 3000000))


def zipapp():
    path = f"{FOLDER}/app.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("__main__.py", "print('zipapp')\n")
        archive.writestr("filler", os.urandom(1000))
    with open(path, "rb") as file:
        return file.read()


simple("a script that is an archive")(lambda w: w.scripts("tool", b"#!python\n" + zipapp()))
simple("entry points")(lambda w: w.points("[console_scripts]\none = foo:main\ntwo=foo:App.run [extra]\nfour=foo:main[a,b]\n"
                                          "[gui_scripts]\nthree = foo:main\n[other]\nfour = foo:main\n"))
simple("entry points with comments and odd names")(lambda w: w.points(
    "# c\n\n[console_scripts]\r\nOne.Two-3 = foo:main  # c\r\n_x+y = foo:main\n"))
simple("an entry point twice")(lambda w: w.points("[console_scripts]\none = foo:App.run\none = foo:main\n"))
simple("an entry point of both kinds")(
    lambda w: w.points("[gui_scripts]\none = foo:main\n[console_scripts]\none = foo:App.run\n"))
simple("an entry point and a script")(lambda w: w.points("[console_scripts]\ntool = foo:main\n").scripts("tool", SCRIPTS["plain"]))
simple("an entry point and its forms for Windows")(lambda w: w.points("[console_scripts]\ntool = foo:main\n").scripts("tool.exe", b"MZ")
                                                   .scripts("tool-script.py", SCRIPTS["plain"]).scripts("toolx", "x\n"))
simple("an entry point without object", refused="is not 'name = module:object'")(lambda w: w.points("[console_scripts]\none = foo\n"))
simple("an entry point that leaves bin", refused="names no program")(lambda w: w.points("[console_scripts]\n../one = foo:main\n"))
simple("an entry point named ..", refused="names no program")(lambda w: w.points("[console_scripts]\n.. = foo:main\n"))
for name in ("python", "python3", "python3.13"):
    simple(f"an entry point named {name}", warns=f"'{name}' is left out", differs=[f"bin/{name}"])(
        lambda w, name=name: w.points(f"[console_scripts]\n{name} = foo:main\nother = foo:main\n"))
    simple(f"a script named {name}", warns=f"'bin/{name}' is left out", differs=[f"bin/{name}"])(
        lambda w, name=name: w.scripts(name, SCRIPTS["plain"]))
simple("a program named python among the data", warns="'bin/python' is left out", differs=["bin/python"])(
    lambda w: w.add(f"{w.data}/data/bin/python", b"\x7fELF"))


# ---- the rest ----

simple("an object that is cut off", warns="'.*cut.so' is left as it is: not a valid ELF object")(
    lambda w: w.add("foo/cut.so", b"\x7fELF\2\1\1" + bytes(20)))
simple("an object of another machine")(
    lambda w: w.add("foo/other.so", b"\x7fELF\2\1\1" + bytes(9) + b"\3\0\xb7\0\1\0\0\0" + bytes(40)))
simple("modes")(lambda w: w.add("foo/run", "#!/bin/sh\n", mode=0o100755).add("foo/own", "", mode=0o100600)
                .add("foo/so.so", "", mode=0o100555))
# The archive library takes modes from where the zip format has them; pip looks no further than one field.
simple("modes without a type", differs=[f"{SITE}/foo/run"])(lambda w: w.add("foo/run", "#!/bin/sh\n", mode=0o755))
simple("modes of another system", differs=[f"{SITE}/foo/run"])(lambda w: w.add("foo/run", "#!/bin/sh\n", mode=0o100755, system=0))
simple("bytecode that is shipped", differs=[f"{SITE}/foo/__pycache__"])(
    lambda w: w.add("foo/__pycache__/__init__.cpython-313.pyc", "stale"))
simple("files of another installation", differs=[f"{SITE}/foo-1.0.dist-info/{n}" for n in ("INSTALLER", "REQUESTED", "direct_url.json")])(
    lambda w: [w.add(f"{w.info}/{n}", "x\n") for n in ("INSTALLER", "REQUESTED", "direct_url.json")] and None)


def variant(what, change, **more):
    def make():
        w = Wheel()
        change(w)
        return w
    case(what, **more)(make)


variant("an older Python is asked for", lambda w: setattr(w, "metadata", w.metadata + "Requires-Python: >=3.8, <3.12\n"),
        warns="METADATA asks for Python >=3.8, <3.12, this is 3.13.5")
variant("a Python that cannot be read", lambda w: setattr(w, "metadata", w.metadata + "Requires-Python: >3.8.*!\n"))
variant("WHEEL with tags that are none", lambda w: setattr(w, "wheel", w.wheel + "Tag: \nTag: -manylinux\nnonsense\n"))
variant("a newer minor format", lambda w: setattr(w, "wheel", "Wheel-Version: 1.9\n"))
variant("a format without a minor", lambda w: setattr(w, "wheel", "Wheel-Version: 1\n"))
variant("a newer major format", lambda w: setattr(w, "wheel", "Wheel-Version: 2.0\n"), refused="not 1.x")
variant("no version of the format", lambda w: setattr(w, "wheel", "Generator: x\n"), refused="does not say its version")
variant("no WHEEL", lambda w: setattr(w, "wheel", None), refused="WHEEL")
variant("no METADATA", lambda w: setattr(w, "metadata", None), refused="METADATA")
variant("METADATA of another project", lambda w: setattr(w, "metadata", METADATA.format("bar", "1.0")), refused="METADATA is of 'bar'")
variant("METADATA with line ends of Windows", lambda w: setattr(w, "metadata", w.metadata.replace("\n", "\r\n")))
variant("a malformed dependency", lambda w: setattr(w, "metadata", w.metadata + "Requires-Dist: bar >= 1.*.2\n"),
        warns="dependencies of 'foo' are not satisfied")
variant("a malformed dependency that is taken out", lambda w: setattr(w, "metadata", w.metadata + "Requires-Dist: removed.project (~> 1)\n"),
        differs=[f"{SITE}/foo-1.0.dist-info/METADATA"])
for method in ("STORED", "BZIP2", "LZMA"):
    variant(f"members packed by {method}", lambda w, method=method: setattr(w, "compression", getattr(zipfile, f"ZIP_{method}")))
variant("an archive that was written to a pipe", lambda w: setattr(w, "stream", True))
variant("an archive with large offsets", lambda w: setattr(w, "large", True))
variant("bytes ahead of the archive", lambda w: setattr(w, "prefix", b"#!/bin/sh\nexit\n"))


# ---- what was installed ----

def program(data):
    """What is comparable of a program: installers put lines of their own in."""
    if not data.startswith(b"#!"):
        return data
    point = re.search(rb"(?s)from (\S+) import (\S+)\n.*sys\.exit\((\S+)\(\)\)\n\Z", data)
    if point:
        return b"entry point %s %s %s" % point.groups()
    # those of Python are compared by what they do
    return "Python" if re.match(rb"#!.*python", data) else data


def tree(root):
    found = {}
    for where, _, names in os.walk(root):
        for name in names:
            path = os.path.join(where, name)
            relative = os.path.relpath(path, root)
            with open(path, "rb") as file:
                data = file.read()
            if relative.startswith("bin/"):
                found[relative] = program(data)
            elif not re.search(r"dist-info/(RECORD|INSTALLER|REQUESTED)$", relative):
                found[relative] = (data, bool(os.stat(path).st_mode & stat.S_IXUSR))
    return found


def said(root):
    """What each Python script of bin prints."""
    found = {}
    for where, _, names in os.walk(f"{root}/bin"):
        for name in names:
            path = os.path.join(where, name)
            with open(path, "rb") as file:
                head = file.read(64).split(b"\n")[0]
            if re.match(rb"#!.*python", head):
                environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{root}/{SITE}"}
                done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=False, env=environment)
                found[os.path.relpath(path, root)] = (done.returncode, done.stdout, done.stderr[-300:])
    return found


def by_pip(wheel, path, out):
    scheme = Scheme(purelib=f"{out}/{SITE}", platlib=f"{out}/{SITE}", headers=f"{out}/include/python3.13/{wheel.project}",
                    scripts=f"{out}/bin", data=out)
    try:
        install_wheel(wheel.project, path, scheme, wheel.project, pycompile=False, warn_script_location=False)
    except Exception as error:  # whatever pip raises is its refusal
        return repr(error)
    return None


def by_kiln(mode, path, out):
    shutil.rmtree(out, ignore_errors=True)
    done = subprocess.run([DRIVER, mode, path, out, sys.executable], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def difference(ours, theirs, differs):
    def counts(name):
        return not any(name == d or name.startswith(d + "/") for d in differs)
    names = [n for n in sorted({*ours, *theirs}) if counts(n) and ours.get(n, 0) != theirs.get(n, 0)]
    return "; ".join(f"{n}: kiln {str(ours.get(n))[:200]}, pip {str(theirs.get(n))[:200]}" for n in names)


def judge(number, make, refused, warns, differs):
    folder = f"{FOLDER}/{number}"
    os.makedirs(folder)
    wheel = make()
    path = wheel.write(folder)
    out = f"{folder}/out"
    steps = by_kiln("steps", path, out)
    whole = by_kiln("whole", path, out)
    if whole[0] not in (0, 1):
        return f"kiln ended with {whole[0]}: {whole[2]}"
    if whole[0] != steps[0] or whole[1] != steps[1]:
        return f"the two ways differ: {whole} {steps}"
    if refused:
        return True if whole[0] == 1 and re.search(refused, whole[2]) else f"kiln did not refuse it: {whole[2]}"
    if whole[0] != 0:
        return f"kiln refused it: {whole[2]}"
    if bool(warns) != ("warning:" in whole[2]) or (warns and not re.search(f"warning:.*{warns}", whole[2])):
        return f"kiln said: {whole[2]}"
    theirs = f"{folder}/pip"
    error = by_pip(wheel, path, theirs)
    if error:
        return f"pip refused it: {error}"
    return difference(tree(out), tree(theirs), differs) or difference(said(out), said(theirs), differs) or True


# ---- where the line goes into a script ----

PIECES = ['"""', '"', "'", "'''", "a", "\\", "\n", "\n", "\r\n", " ", "\t", "\f", "(", ")", ";", "#", "r", "u", "b", "f", ",",
          "from __future__ import annotations", "from __future__ import (annotations, division)", "from", "__future__",
          "import", "annotations", "division", "x", "x = 1", '"doc"', "'d'", "# c", "# coding: utf-8", ".strip()", "%",
          '"""a\nb"""', " as ", "\\\n"]
LINE = b"import site; 1  # kiln:site\n"


def syntax(text):
    """What a program is, statement by statement, or None where it is none."""
    try:
        compile(text, "script", "exec", dont_inherit=True)
        return ast.parse(text).body
    except (SyntaxError, ValueError):
        return None


def prologs(seed, count):
    """Docstring and `from __future__` stay first, the line is next, and all else is as it was."""
    random.seed(seed)
    texts = ["".join(random.choices(PIECES, k=random.randint(1, 9))) + random.choice(["", "\n", "\nx = 1\n"])
             for _ in range(count)]
    texts = [t for t in (x.encode() for x in texts) if syntax(t) is not None]
    answers = subprocess.run([DRIVER, "prolog"], input=b"".join(t + b"\0" for t in texts), capture_output=True, check=True)
    for text, answer in zip(texts, answers.stdout.splitlines(), strict=True):
        keep, resume = map(int, answer.split())
        head = text[:keep] + (b"" if text[:keep].endswith(b"\n") or not keep else b"\n")
        was, now = syntax(text), syntax(head + LINE + text[resume:])
        first = 0
        if was and isinstance(was[0], ast.Expr) and isinstance(was[0].value, ast.Constant) and isinstance(was[0].value.value, str):
            first = 1
        while first < len(was) and isinstance(was[first], ast.ImportFrom) and was[first].module == "__future__":
            first += 1
        want = was[:first] + ast.parse(LINE).body + was[first:]
        if now is None or [ast.dump(x) for x in now] != [ast.dump(x) for x in want]:
            return f"{text!r} becomes {head + LINE + text[resume:]!r}"
    return len(texts) > count / 20 or f"only {len(texts)} programs"


def main():
    warnings.simplefilter("ignore", SyntaxWarning)
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    for number, (what, make, *rest) in enumerate(CASES):
        result = judge(number, make, *rest)
        print(f"{what}\t{'true' if result is True else repr(result)}", flush=True)
        shutil.rmtree(f"{FOLDER}/{number}")
    for seed in range(3):
        result = prologs(seed, 20000)
        print(f"lines put into scripts, seed {seed}\t{'true' if result is True else repr(result)}")
    print(f"{len(CASES)} wheels", file=sys.stderr)


main()
