# SPDX-License-Identifier: MIT
#
# What every Python package gets once its recipe has changed what it wanted: programs that find their
# packages without an environment, ELF objects that find the libraries wheels expect of a host,
# bytecode, the list of slots, and a RECORD of all of it.

import base64
import hashlib
import importlib._bootstrap_external as external
import importlib.util
import os
import re
import subprocess

OUT, SITE, PYTHON = os.environ["out"], os.environ["sitePackagesPath"], os.environ["pythonInterpreter"]
CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=]")


def files(folder):
    for where, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(where, name)
            if not os.path.islink(path):
                yield path


def head(path, count):
    with open(path, "rb") as file:
        return file.read(count)


def wrap_program(path):
    """One line that adds the package and its dependencies to the module path."""
    with open(path, "rb") as file:
        lines = file.read().splitlines(keepends=True)
    if not lines or not re.match(rb"#!.*\bpython[\d.]*(\s|$)", lines[0]) or b"# kiln:site" in b"".join(lines[:4]):
        return
    folders = [f"{OUT}/{SITE}", *(p for p in os.environ.get("pythonPath", "").split(":") if p)]
    line = f"import site; [site.addsitedir(p) for p in {folders!r}]  # kiln:site\n".encode()
    at = 2 if len(lines) > 1 and CODING.match(lines[1]) else 1
    for i, text in enumerate(lines):
        if text.startswith(b"from __future__ import"):
            at = i + 1
    lines[0] = b"#!" + PYTHON.encode() + b"\n"
    lines.insert(at, line)
    with open(path, "wb") as file:
        file.write(b"".join(lines))
    os.chmod(path, 0o755)


def patchelf(*arguments):
    done = subprocess.run([os.environ["patchelfTool"], *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def relocate(path):
    """RUNPATH gets the folders of libc, libstdc++ and zlib that hold what the object needs; its own
    entries relative to $ORIGIN stay, and no object keeps an executable stack."""
    if head(path, 4) != b"\x7fELF":
        return
    old, needed = patchelf("--print-rpath", path), patchelf("--print-needed", path)
    if old is None or needed is None:
        return
    store = os.environ.get("NIX_STORE", "/nix/store")
    new = [p for p in old.split(":") if p.startswith(("$ORIGIN", "${ORIGIN}", store))]
    for folder in os.environ["runpath"].split(":"):
        if folder not in new and any(os.path.exists(f"{folder}/{n}") for n in needed.split() if n != "libc.so.6"):
            new.append(folder)
    os.chmod(path, os.stat(path).st_mode | 0o200)
    if ":".join(new) != old and patchelf("--set-rpath", ":".join(new), path) is None:
        raise SystemExit(f"error: patchelf cannot set the library path of {path}")
    if patchelf("--print-execstack", path) == "execstack: X":
        patchelf("--clear-execstack", path)


def compile_module(path):
    with open(path, "rb") as file:
        source = file.read()
    try:
        code = compile(source, path, "exec", dont_inherit=True, optimize=0)
    except (SyntaxError, ValueError):
        return
    target = importlib.util.cache_from_source(path, optimization="")
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(external._code_to_hash_pyc(code, importlib.util.source_hash(source), False))


def compile_apart(path):
    """In a process of its own: what was compiled before would show in the bytes."""
    child = os.fork()
    if child == 0:
        compile_module(path)
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        raise SystemExit(f"error: compiling {path} failed")


def record(info):
    def row(path):
        with open(path, "rb") as file:
            data = file.read()
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        return f"{quoted(path)},sha256={digest},{len(data)}"

    def quoted(path):
        name = os.path.relpath(path, f"{OUT}/{SITE}")
        return '"' + name.replace('"', '""') + '"' if re.search('[",\n]', name) else name

    own = f"{info}/RECORD"
    rows = [row(p) for p in files(OUT) if p != own and not p.startswith(f"{OUT}/nix-support/")]
    with open(own, "w", encoding="utf-8", newline="") as file:
        file.write("".join(f"{r}\n" for r in sorted([*rows, f"{quoted(own)},,"])))


def main():
    if not os.environ.get("dontWrapPythonPrograms") and os.path.isdir(f"{OUT}/bin"):
        for path in files(f"{OUT}/bin"):
            wrap_program(path)
    if not os.environ.get("dontPatchELF"):
        for path in files(OUT):
            relocate(path)
    site = f"{OUT}/{SITE}"
    if not os.environ.get("dontCompile"):
        for path in [p for p in files(site) if p.endswith(".py")]:
            compile_apart(path)
    infos = sorted(n for n in os.listdir(site) if n.endswith(".dist-info")) if os.path.isdir(site) else []
    if len(infos) == 1:
        record(f"{site}/{infos[0]}")
    if os.environ.get("pythonSlots"):
        os.makedirs(f"{OUT}/nix-support", exist_ok=True)
        with open(f"{OUT}/nix-support/kiln-slots", "w", encoding="ascii") as file:
            file.write("".join(f"{s}\n" for s in sorted(os.environ["pythonSlots"].split())))


main()
