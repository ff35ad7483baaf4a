"""clear-execstack FOLDER: takes the flag for an executable stack from every 64-bit ELF file below FOLDER.

The flag is PF_X of the program header PT_GNU_STACK. What had it is printed, a line each.
"""
import os
import struct
import sys

PT_GNU_STACK = 0x6474E551
PF_X = 1


def clear(path):
    with open(path, "rb") as file:
        head = file.read(64)
    if len(head) < 64 or head[:5] != b"\x7fELF\x02":
        return False
    order = "<" if head[5] == 1 else ">"
    offset, = struct.unpack_from(order + "Q", head, 32)
    size, count = struct.unpack_from(order + "HH", head, 54)
    changed = False
    mode = os.stat(path).st_mode
    os.chmod(path, mode | 0o200)
    with open(path, "r+b") as file:
        for i in range(count):
            file.seek(offset + i * size)
            kind, flags = struct.unpack(order + "II", file.read(8))
            if kind == PT_GNU_STACK and flags & PF_X:
                file.seek(offset + i * size + 4)
                file.write(struct.pack(order + "I", flags & ~PF_X))
                changed = True
    os.chmod(path, mode)
    return changed


for folder, _, names in os.walk(sys.argv[1]):
    for name in sorted(names):
        path = os.path.join(folder, name)
        if not os.path.islink(path) and clear(path):
            print(f"no executable stack: {path}")
