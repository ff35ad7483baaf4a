# SPDX-License-Identifier: MIT
"""For wheels-pip.sh and functional/wheels-odd.sh: wheels that kiln installed beside what pip makes of them.

    wheels-pip.py compare LIST         lines WHEEL OUTPUT, the wheel under its own name; each is installed by
                                       the pip that this interpreter imports, and compared file for file

compare prints a line for each file that differs without a reason, and at the end a line for each reason
that a file may differ for, with how many did: nothing is left out of the comparison but RECORD itself."""
import collections
import os
import re
import struct
import sys
import tempfile

SITE = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"

# ---- pip ----


def pip_install(wheel, prefix):
    """In a child, so that no run sees another: importing pip is most of the work."""
    import pip._internal.cli.main
    pid = os.fork()
    if pid == 0:
        os.umask(0o022)
        code = pip._internal.cli.main.main([
            "install", "--quiet", "--isolated", "--no-deps", "--no-compile", "--no-index", "--no-cache-dir",
            "--disable-pip-version-check", "--no-warn-script-location", "--ignore-installed",
            "--ignore-requires-python", "--root-user-action=ignore", "--prefix", prefix, wheel])
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def files(root):
    """Path below the root -> (bytes, executable)"""
    found = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.islink(path):
                found[os.path.relpath(path, root)] = (b"a link: " + os.readlink(path).encode(), False)
                continue
            with open(path, "rb") as file:
                found[os.path.relpath(path, root)] = (file.read(), bool(os.stat(path).st_mode & 0o111))
    return found


def place(path):
    """pip in a virtual environment has headers of its own place."""
    return re.sub(r"^include/site/", "include/", path)


def own_headers(path, mine):
    """Their folder has the project's name, which pip takes as it was asked for: the name that is here."""
    found = re.match(r"(include/python[^/]*/)([^/]*)(/.*)", path)
    for other in mine if found else ():
        there = re.match(r"(include/python[^/]*/)([^/]*)(/.*)", other)
        if there and there[3] == found[3] and re.sub(r"[-_.]+", "-", there[2]).lower() == re.sub(r"[-_.]+", "-", found[2]).lower():
            return other
    return path

# ---- what may differ, and how far ----


def elf_sections(data):
    """[(name, bytes)] of a 64-bit little-endian object; None of another."""
    if data[:6] != b"\x7fELF\x02\x01":
        return None
    start, = struct.unpack_from("<Q", data, 40)
    size, count, names = struct.unpack_from("<HHH", data, 58)
    rows = [struct.unpack_from("<IIQQQQ", data, start + i * size) for i in range(count)]
    if names >= count:
        return []
    texts = data[rows[names][4]:rows[names][4] + rows[names][5]]
    return [(texts[r[0]:texts.index(b"\0", r[0])], b"" if r[1] in (0, 8) else data[r[4]:r[4] + r[5]]) for r in rows]


def elf_dynamic(data):
    """[(tag, text)]: what the object needs, its own name, and its library path."""
    sections = collections.OrderedDict(elf_sections(data))
    table, texts = sections.get(b".dynamic", b""), sections.get(b".dynstr", b"")
    found = []
    for at in range(0, len(table) - 15, 16):
        tag, value = struct.unpack_from("<qQ", table, at)
        if tag in (1, 14, 15, 29) and value < len(texts):
            found.append((tag, texts[value:texts.index(b"\0", value)]))
    return found


def same_object(mine, theirs):
    """The same but for library path, interpreter and the right to run the stack: where the sections stand
    may differ, what is in them not."""
    moved = (b".dynamic", b".dynstr", b".interp", b".shstrtab")
    # symbols of sections say where these stand
    placed = (b".symtab", b".dynsym")
    a, b = elf_sections(mine), elf_sections(theirs)
    if not a or not b:
        return False
    plain = [[(n, c) for n, c in sections if n not in moved + placed] for sections in (a, b)]
    sizes = [[(n, len(c)) for n, c in sections if n in placed] for sections in (a, b)]
    needs = [[x for x in elf_dynamic(data) if x[0] in (1, 14)] for data in (mine, theirs)]
    return sorted(plain[0]) == sorted(plain[1]) and sorted(sizes[0]) == sorted(sizes[1]) and needs[0] == needs[1]


def without_start(text):
    """A program without its first line and the line that says where its modules are."""
    lines = text.split(b"\n")
    if lines[0].startswith(b"#!"):
        lines = lines[1:]
    return [line for line in lines if not line.endswith(b"# kiln:site")]


def entry_point(text):
    """What a program of an entry point imports and calls."""
    found = re.search(rb"^from (\S+) import (\S+)\n.*^ +sys\.exit\((\S+)\(\)\)\n\Z", text, re.M | re.S)
    return found and found.groups()


def is_interpreter(name):
    return re.fullmatch(r"python(3(\.\d+)?)?", name) is not None


def metadata_differs(mine, theirs):
    """Only in what it depends on."""
    def rest(text):
        return [line for line in text.split(b"\n") if not line.startswith(b"Requires-Dist:")]
    return rest(mine) != rest(theirs)


class Comparison:
    def __init__(self):
        self.reasons = collections.Counter()
        self.wheels = self.same = self.wrong = 0

    def tell(self, wheel, path, what):
        self.wrong += 1
        print(f"{os.path.basename(wheel)}: {path}: {what}")

    def only_mine(self, path):
        if path.startswith("nix-support/"):
            return "nix-support, for who builds with it"
        return None

    def only_theirs(self, path, info):
        name = path.removeprefix(info)
        if path.startswith(info) and name in ("REQUESTED", "direct_url.json"):
            return f"{name}, which tells of pip's own installation"
        if path.startswith(info) and name in ("RECORD.jws", "RECORD.p7s"):
            return "a signature of the RECORD that was replaced"
        if "__pycache__/" in path:
            return "bytecode that came with the wheel"
        if path.startswith("bin/") and is_interpreter(path.removeprefix("bin/")):
            return "a program in the interpreter's place"
        if re.fullmatch(r"bin/pip3\.\d+", path) and "/pip-" in info:
            return "pip's name with a version, which it has for itself alone"
        return None

    def both(self, path, info, mine, theirs):
        if path == info + "RECORD":
            return "RECORD"
        if path == info + "INSTALLER" and (mine, theirs) == (b"kiln\n", b"pip\n"):
            return "INSTALLER"
        if path == info + "METADATA" and not metadata_differs(mine, theirs):
            return "METADATA whose dependencies the set's recipe changes"
        if mine.startswith(b"\x7fELF") and same_object(mine, theirs):
            return "an object's library path"
        if path.startswith("bin/") and mine.startswith(b"#!") and without_start(mine) == without_start(theirs):
            return "a script's first line and module path"
        if path.startswith("bin/") and entry_point(mine) and entry_point(mine) == entry_point(theirs):
            return "an entry point's program"
        return None

    def wheel(self, wheel, output):
        with tempfile.TemporaryDirectory() as prefix:
            if not pip_install(wheel, prefix):
                self.tell(wheel, "-", "pip does not install it")
                return
            theirs = {place(path): value for path, value in files(prefix).items()}
        mine = files(output)
        for path in [p for p in theirs if p not in mine and own_headers(p, mine) != p]:
            theirs[own_headers(path, mine)] = theirs.pop(path)
            self.reasons["headers in a folder of the project's name, as pip was asked for it"] += 1
        self.wheels += 1
        info = next((p for p in mine if re.fullmatch(re.escape(SITE) + r"/[^/]*\.dist-info/RECORD", p)), "-/RECORD").removesuffix("RECORD")
        for path in sorted({*mine, *theirs}):
            if path not in theirs:
                why = self.only_mine(path)
                if not why:
                    self.tell(wheel, path, "pip has it not")
            elif path not in mine:
                why = self.only_theirs(path, info)
                if not why:
                    self.tell(wheel, path, "only pip has it")
            else:
                if mine[path][1] and not theirs[path][1] and path.startswith("bin/"):
                    self.reasons["a program that its wheel does not call one"] += 1
                elif mine[path][1] != theirs[path][1]:
                    self.tell(wheel, path, f"executable: {mine[path][1]}, of pip {theirs[path][1]}")
                if mine[path][0] == theirs[path][0]:
                    self.same += 1
                    continue
                why = self.both(path, info, mine[path][0], theirs[path][0])
                if not why:
                    self.tell(wheel, path, "other bytes")
            if why:
                self.reasons[why] += 1


def compare(listed):
    comparison = Comparison()
    with open(listed) as file:
        for line in file:
            comparison.wheel(*line.rstrip("\n").split(" "))
    for why, count in sorted(comparison.reasons.items()):
        print(f"differs {count} {why}")
    print(f"total {comparison.wheels} wheels, {comparison.same} equal files, {comparison.wrong} differ without a reason")
    return comparison.wrong > 0


if __name__ == "__main__":
    sys.exit(compare(sys.argv[2]))
