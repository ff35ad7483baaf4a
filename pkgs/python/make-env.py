# SPDX-License-Identifier: MIT
#
# Builds an environment: the interpreter, copied, so that it finds this folder as its prefix and a
# venv on top finds it; the standard library and the packages as symlinks. A folder that only one
# package has is one link, but for .dist-info: uv takes a link for none, and the project for absent. Two packages' different files under one name are an error, but for what
# many projects leave beside their module by mistake.

import filecmp
import os
import re
import shutil
import sys

JUNK = {"test", "tests", "testing", "doc", "docs", "example", "examples", "benchmark", "benchmarks", "scripts"}
JUNK_FILES = ("LICENSE", "LICENCE", "COPYING", "NOTICE", "README", "CHANGELOG", "AUTHORS")
SITE_MARK = b"# kiln:site"


def fail(text):
    sys.exit(f"error: {text}")


def junk(relative):
    """Is this name one that many wheels carry at the top of site-packages?"""
    top = relative.split("/")[0]
    return top in JUNK or top.upper().startswith(JUNK_FILES)


def is_folder(path):
    return os.path.isdir(path) and not os.path.islink(path)


class Clashes:
    """Files that differ, one line for each name at the top of site-packages."""

    def __init__(self, ignore, base):
        self.ignore = ignore
        self.base = base
        self.found = {}

    def add(self, relative, first, second, of_base=False):
        # modules that the interpreter itself brings give way to a package; its programs do not
        if not self.ignore and not junk(relative) and (of_base or not second.startswith(self.base + "/")):
            top = relative if relative.startswith("bin/") else relative.split("/")[0]
            self.found.setdefault(top, f"  {relative}\n    {first}\n    {second}")

    def check(self):
        if self.found:
            fail("two packages have different files under one name:\n" + "\n".join(self.found.values())
                 + "\nhint: take one of them out, or give both the same version")


def merge(sources, target, relative, clashes):
    """Fills the folder target from the folders sources; the first one wins a clash."""
    names = {}
    for source in sources:
        for name in os.listdir(source):
            names.setdefault(name, []).append(os.path.join(source, name))
    os.makedirs(target, exist_ok=True)
    for name in sorted(names):
        merge_name(names[name], os.path.join(target, name), f"{relative}{name}", clashes)


def merge_name(paths, target, relative, clashes):
    folders = [p for p in paths if is_folder(p)]
    if len(folders) == len(paths) and (len(paths) > 1 or "/" not in relative and relative.endswith(".dist-info")):
        merge(folders, target, relative + "/", clashes)
        return
    for other in paths[1:]:
        # a package of other packages has links to what is theirs
        same = os.path.realpath(other) == os.path.realpath(paths[0])
        if not same and (is_folder(other) or is_folder(paths[0]) or not filecmp.cmp(paths[0], other, shallow=False)):
            clashes.add(relative, paths[0], other)
    os.symlink(paths[0], target)


def link_interpreter(base, out, lib_prefix):
    os.makedirs(f"{out}/bin")
    os.makedirs(f"{out}/lib/{lib_prefix}")
    for name in sorted(os.listdir(f"{base}/bin")):
        source = f"{base}/bin/{name}"
        if name == lib_prefix:
            shutil.copyfile(source, f"{out}/bin/{name}")
            os.chmod(f"{out}/bin/{name}", 0o755)
        elif os.path.realpath(source) == os.path.realpath(f"{base}/bin/{lib_prefix}"):
            os.symlink(lib_prefix, f"{out}/bin/{name}")
        else:
            os.symlink(source, f"{out}/bin/{name}")
    for name in sorted(os.listdir(f"{base}/lib/{lib_prefix}")):
        if name != "site-packages":
            os.symlink(f"{base}/lib/{lib_prefix}/{name}", f"{out}/lib/{lib_prefix}/{name}")
    for name in sorted(os.listdir(f"{base}/lib")):
        if name != lib_prefix:
            os.symlink(f"{base}/lib/{name}", f"{out}/lib/{name}")
    if os.path.isdir(f"{base}/include"):
        os.symlink(f"{base}/include", f"{out}/include")


def link_program(source, target, old, new):
    """A Python program starts with this environment's interpreter; others stay what they are."""
    with open(source, "rb") as file:
        head = file.read(2)
        text = head + file.read() if head == b"#!" else b""
    lines = text.splitlines(keepends=True)
    if not lines or not lines[0].startswith(b"#!" + old):
        os.symlink(source, target)
        return
    lines[0] = b"#!" + new + lines[0][2 + len(old):]
    with open(target, "wb") as file:
        file.write(b"".join(line for line in lines if SITE_MARK not in line))
    os.chmod(target, 0o755)


def refuse_interpreters(packages, base, lib_prefix):
    """A program of the interpreter's name would take its place, start itself, and so on for ever."""
    own = os.path.realpath(f"{base}/bin/{lib_prefix}")
    programs = [f"{p}/bin/{n}" for p in packages for n in ("python", "python3", lib_prefix)]
    found = [p for p in programs if os.path.lexists(p) and os.path.realpath(p) != own]
    if found:
        fail("a package's program would stand in the interpreter's place:\n  " + "\n  ".join([*found, own])
             + "\nhint: remove it in the package's recipe, as in: postInstall = ''rm $out/bin/" + os.path.basename(found[0]) + "'';")


def link_programs(packages, base, out, lib_prefix, clashes):
    old, new = f"{base}/bin/{lib_prefix}".encode(), f"{out}/bin/{lib_prefix}".encode()
    owner, folders = {}, {}
    for package in packages:
        folder = f"{package}/bin"
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            source, target = f"{folder}/{name}", f"{out}/bin/{name}"
            if name in ("python", "python3", lib_prefix):
                continue
            if is_folder(source):
                folders.setdefault(name, []).append(source)
                continue
            if name in owner:
                if not filecmp.cmp(owner[name], source, shallow=False):
                    clashes.add(f"bin/{name}", owner[name], source)
                continue
            owner[name] = source
            if os.path.lexists(target):
                if not filecmp.cmp(f"{base}/bin/{name}", source, shallow=False):
                    clashes.add(f"bin/{name}", source, f"{base}/bin/{name}", of_base=True)
                os.unlink(target)
            link_program(source, target, old, new)
    for name, sources in sorted(folders.items()):
        if name in owner:
            clashes.add(f"bin/{name}", owner[name], sources[0])
        else:
            merge_name(sources, f"{out}/bin/{name}", f"bin/{name}", clashes)


def project_of(info):
    """The PEP 503 name that a .dist-info says, or else its folder's."""
    name = ""
    try:
        with open(f"{info}/METADATA", encoding="utf-8", errors="replace") as file:
            for line in file:
                if not line.strip():
                    break
                if line.lower().startswith("name:"):
                    name = line[5:].strip()
                    break
    except OSError:
        pass
    name = name or os.path.basename(info).removesuffix(".dist-info").rpartition("-")[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def refuse_doubles(packages, site):
    """One project, one package: whichever came first would win, file by file."""
    seen = {}
    for package in packages:
        folder = f"{package}/{site}"
        for entry in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            if entry.endswith(".dist-info"):
                name = project_of(f"{folder}/{entry}")
                if name in seen:
                    fail(f"two packages of one project:\n  {seen[name]}\n  {folder}/{entry}\n"
                         "hint: override one of them everywhere, with python3.override { packageOverrides = ...; }")
                seen[name] = f"{folder}/{entry}"


def main():
    out, base, lib_prefix = (os.environ[n] for n in ("out", "python", "libPrefix"))
    packages = os.environ["packages"].split()
    clashes = Clashes(os.environ.get("ignoreCollisions") == "1", base)
    site = f"lib/{lib_prefix}/site-packages"

    if not clashes.ignore:
        refuse_doubles(packages, site)
        refuse_interpreters(packages, base, lib_prefix)
    link_interpreter(base, out, lib_prefix)
    merge([f"{p}/{site}" for p in [*packages, base] if os.path.isdir(f"{p}/{site}")],
          f"{out}/{site}", "", clashes)
    link_programs(packages, base, out, lib_prefix, clashes)
    for folder in ("share", "etc"):
        sources = [f"{p}/{folder}" for p in packages if os.path.isdir(f"{p}/{folder}")]
        if sources:
            merge(sources, f"{out}/{folder}", f"{folder}/", clashes)
    if os.environ.get("slots"):
        os.makedirs(f"{out}/nix-support")
        with open(f"{out}/nix-support/kiln-slots", "w", encoding="ascii") as file:
            file.write("".join(f"{s}\n" for s in os.environ["slots"].split()))
    clashes.check()


main()
