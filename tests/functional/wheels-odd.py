# SPDX-License-Identifier: MIT
"""wheels-odd.py FOLDER SEED COUNT: wheels whose members are rare, and allowed."""
import base64
import hashlib
import random
import sys
import zipfile

MODES = (0o100644, 0o100755, 0o100744, 0o100611, 0o104755, 0o100600, 0o755, 0o644, 0)
NAMES = ("mod.py", "n\u00e4me.txt", "e\u0301.txt", "a b.txt", "c,d.txt", 'q"q.txt', "[x].py", "#hash", "empty", "UPPER/lower.Py",
         "deep/" * 20 + "f", "x.so", "data.bin", "-dash", "back\\slash", "dot./f", "..f", "tool.sh", "bin/inner",
         "other.dist-info2/f", "lib/python3/f")
SCRIPTS = ("#!python\nimport os\n", "#!pythonw\n'''doc'''\n", "#!/bin/sh\necho\n", "#!python -u\r\nprint()\r\n", "no shebang\n",
           "#!python\n# -*- coding: utf-8 -*-\nfrom __future__ import annotations\nx = 1\n", "#!python", "")
POINTS = ("{} = m:main", "{}=m.sub:Class.method", "{} = m:main [extra]", "{} = m.a.b:f # comment")


class Odd:
    def __init__(self, seed, number):
        self.random, self.project = random.Random(seed * 1000 + number), f"odd_{number}"
        self.members = {}
        self.info = f"{self.project}-1.dist-info"

    def add(self, name, data):
        self.members.setdefault(name, data if isinstance(data, bytes) else data.encode())

    def bytes(self):
        size = self.random.choice((0, 1, 100, 5000, 300000))
        return self.random.randbytes(size) if self.random.randrange(2) else b"line of text\n" * (size // 10)

    def fill(self):
        for name in self.random.sample(NAMES, 10):
            self.add(f"{self.project}/{name}", self.bytes())
        data = self.random.choice((self.project, self.project.upper())) + "-1.data"
        # purelib and platlib are one folder: two of one name would be no wheel
        kinds = self.random.sample(("purelib", "platlib", "headers", "data/share/x", "data/etc"), 3)
        for kind, name in zip(kinds, self.random.sample(NAMES, 3)):
            self.add(f"{data}/{kind}/{name}", self.bytes())
        for i, script in enumerate(self.random.sample(SCRIPTS, 3)):
            self.add(f"{data}/scripts/{self.project}-s{i}", script)
        points = [p.format(f"{self.project}-p{i}") for i, p in enumerate(self.random.sample(POINTS, 3))]
        if self.random.randrange(2):
            points.append(f"{self.project}-s0 = m:instead")
        self.add(f"{self.info}/entry_points.txt", "[console_scripts]\n" + "\n".join(points)
                 + f"\n\n[gui_scripts]\n{self.project}-gui = m:gui\n[other.group]\nx = y:z\n")
        self.add(f"{self.info}/METADATA", f"Metadata-Version: 2.1\nName: {self.project.replace('_', '-')}\nVersion: 1\n")
        self.add(f"{self.info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: {self.random.choice(('true', 'false'))}\n")
        self.add(f"{self.info}/licenses/LICENSE", "free\n")

    def record(self):
        rows = []
        for name, data in self.members.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            field = '"' + name.replace('"', '""') + '"' if any(c in name for c in ',"') else name
            rows.append(f"{field},sha256={digest},{len(data)}")
        return "\n".join([*rows, f"{self.info}/RECORD,,"]) + "\n"

    def put(self, archive, name, data):
        entry = zipfile.ZipInfo(name)
        entry.create_system = self.random.choice((0, 3, 3))
        entry.external_attr = self.random.choice(MODES) << 16
        entry.compress_type = self.random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
        with archive.open(entry, "w", force_zip64=self.random.randrange(4) == 0) as member:
            member.write(data)

    def write(self, folder):
        self.fill()
        self.add(f"{self.info}/RECORD", self.record())
        with open(f"{folder}/{self.project}-1-py3-none-any.whl", "wb") as file:
            target = Stream(file) if self.random.randrange(3) == 0 else file
            with zipfile.ZipFile(target, "w") as archive:
                archive.comment = self.random.choice((b"", b"a comment"))
                if self.random.randrange(2):
                    archive.writestr(zipfile.ZipInfo(f"{self.project}/"), "")
                for name, data in self.members.items():
                    self.put(archive, name, data)


class Stream:
    """Cannot go back: sizes follow their data."""

    def __init__(self, file):
        self.write, self.flush = file.write, file.flush


for n in range(int(sys.argv[3])):
    Odd(int(sys.argv[2]), n).write(sys.argv[1])
