"""own-package FOLDER NAME: makes absolute imports below FOLDER relative to it.

The modules in FOLDER name each other as parts of the package NAME, which nobody has where FOLDER stands
alone: `from NAME.a.b import c` in FOLDER/x/y.py becomes `from ..a.b import c`.
"""
import pathlib
import re
import sys

folder, name = pathlib.Path(sys.argv[1]), re.escape(sys.argv[2])
changed = 0
for path in sorted(folder.rglob("*.py")):
    up = "." * len(path.relative_to(folder).parts)
    text = path.read_text(encoding="utf-8")
    new = re.sub(rf"^(\s*from\s+){name}(?:\.|(?=\s))", rf"\g<1>{up}", text, flags=re.MULTILINE)
    # a module that is named when it runs; its package's own name holds wherever it stands
    new = re.sub(rf'import_module\(f"{name}[\w.]*\.\{{', 'import_module(f"{__name__}.{', new)
    if new != text:
        path.write_text(new, encoding="utf-8")
        changed += 1
if not changed:
    sys.exit(f"error: nothing below '{folder}' imports '{sys.argv[2]}'")
left = [str(p) for p in sorted(folder.rglob("*.py")) if re.search(rf"^\s*(?:from|import)\s+{name}", p.read_text(encoding="utf-8"), re.MULTILINE)]
if left:
    sys.exit(f"error: these still import '{sys.argv[2]}': " + " ".join(left))
