"""Where ctypes.util.find_library looks: LD_LIBRARY_PATH, then the libraries of this interpreter.

It answers with whole paths, so that loading what was found needs no search; the linker cache and the
compilers of the host are never asked.
"""
import os

FOLDERS = "@folders@".split(":")


def find(name):
    searched = [f for f in os.environ.get("LD_LIBRARY_PATH", "").split(":") if f] + FOLDERS
    prefix = "lib" + name + ".so"
    for folder in searched:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        found = [n for n in names if n == prefix or n.startswith(prefix + ".")]
        if found:
            return os.path.join(folder, min(found, key=lambda n: (len(n), n)))
    return None
