# SPDX-License-Identifier: MIT
"""For bytecode.sh.

    bytecode.py generate WHEEL SEED COUNT    a wheel of modules whose bits tell what a process knew
    bytecode.py compare [--together]         of the files named on standard input, those whose bytecode is
                                             not what a process gives that compiled nothing else; with
                                             --together: that compiled all those before, too
"""

import posix
import sys

import _frozen_importlib_external as ext


def differs(path):
    with open(path, "rb") as file:
        source = file.read()
    try:
        code = compile(source, path, "exec", dont_inherit=True, optimize=0)
    except (SyntaxError, ValueError, RecursionError):
        return False
    data = ext._code_to_hash_pyc(code, ext._imp.source_hash(ext._RAW_MAGIC_NUMBER, source), False)
    with open(ext.cache_from_source(path, optimization=""), "rb") as file:
        return file.read() != data


def differs_alone(path):
    if posix.fork() == 0:
        posix._exit(10 + differs(path))
    status = posix.waitstatus_to_exitcode(posix.wait()[1])
    if status not in (10, 11):
        sys.exit(f"{path}: exit status {status}")
    return status == 11


def compare(together):
    paths = sys.stdin.read().splitlines()
    for path in paths:
        if differs(path) if together else differs_alone(path):
            print(path)
    print(f"{len(paths)} files", file=sys.stderr)


class Generator:
    """Few names for many things: identifiers, constants, dotted imports, classes in classes, and sets
    that several functions have."""

    NAMES = [f"n{i}" for i in range(30)] + ["é1", "λ", "os", "path", "data"]

    def __init__(self, random, shared):
        self.random, self.shared, self.sets = random, shared, []

    def name(self):
        return self.random.choice(self.NAMES)

    def constant(self, depth=0):
        kind = self.random.randrange(10)
        if kind < 3 and depth < 3:
            return "(" + ", ".join(self.constant(depth + 1) for _ in range(self.random.randrange(1, 4))) + ",)"
        return self.random.choice([
            repr(self.name()), repr(f"{self.name()}.{self.name()}"), repr(f"{self.name()} {self.name()}"), repr(self.name().encode()),
            repr(self.random.randrange(400)), repr(self.random.random()), "None", "...", "()", "''", "1j", "'x'", "1 << 70"])

    def set(self):
        if not self.sets or self.random.random() > self.shared:
            self.sets.append("{" + ", ".join(self.constant(2) for _ in range(self.random.randrange(1, 5))) + "}")
        return self.random.choice(self.sets[-1:] if self.shared < 0.5 else self.sets)

    def value(self, depth=0):
        kind, name = self.random.randrange(8), self.name
        if kind == 0 and depth < 3:
            return f"lambda {name()}={self.constant()}: {self.value(depth + 1)}"
        return self.random.choice([
            lambda: f"{name()} in {self.set()}", lambda: f"[{name()} for {name()} in {self.set()}]",
            lambda: f"{name()}({name()}={self.constant()}, {name()}z={self.constant()})", lambda: f"{name()}.{name()}",
            lambda: f"f'{{{name()}}} {name()} {{{name()}!r:>{self.random.randrange(300)}}}'",
            lambda: f"x[{self.constant()}:{self.constant()}]", self.constant])()

    def block(self, depth=0):
        """Lines, indented by their depth."""
        name, lines = self.name, []
        for _ in range(self.random.randrange(1, 5)):
            kind = self.random.randrange(9)
            if kind == 0 and depth < 4:
                lines += [f"class {name()}:", f" '''{name()}.{name()}'''", *self.block(depth + 1)]
            elif kind == 1 and depth < 4:
                arguments = ", ".join(f"{x}: {self.constant()} = {self.constant()}" for x in sorted({name(), name()}))
                lines += [f"def {name()}({arguments}):", *self.block(depth + 1)]
            elif kind == 2:
                lines += [f"import {name()}.{name()}", f"from {name()}.{name()} import {name()} as {name()}"]
            elif kind == 3:
                lines += [f"for {name()} in {self.set()}:", f" {self.value()}"]
            elif kind == 4:
                lines += [f"self.__{name()} = {self.value()}", f"__{name()}: {name()} = {self.value()}"]
            else:
                lines += [f"print({self.value()}, {self.value()})"]
        return [" " * (depth > 0) + line for line in lines]

    def module(self):
        self.sets.clear()
        head = ["from __future__ import annotations"] if self.random.random() < 0.2 else []
        return "\n".join([*head, *self.block(), *self.block(), *self.block()]) + "\n"


def generate(path, seed, count):
    import base64
    import hashlib
    import random
    import zipfile

    files = {"many-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: many\nVersion: 1\n",
             "many-1.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"}
    for shared in (0.0, 0.1, 0.6):
        maker = Generator(random.Random(f"{seed} {shared}"), shared)
        files |= {f"many/s{shared * 10:.0f}_{i}.py": maker.module() for i in range(count // 3)}
    files["many/syntax.py"] = "def (:\n"
    files["many/deep.py"] = "x = " + "(" * 90 + "1," + ")," * 89 + ")\n"
    files["many/twice.py"] = "".join(f"def f{i}(x):\n    return x in {{'n1', 'n2'}}\n" for i in range(2))
    files["many/use.py"] = "n1 = n2 = None\nimport n1.n2\n"
    files["many/zz.py"] = "class n1:\n    class n2:\n        pass\n"
    record = ""
    for name, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(text.encode())}\n"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in [*files.items(), ("many-1.dist-info/RECORD", record + "many-1.dist-info/RECORD,,\n")]:
            archive.writestr(zipfile.ZipInfo(name), text)


if sys.argv[1] == "generate":
    generate(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
else:
    compare("--together" in sys.argv)
