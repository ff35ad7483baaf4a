"""Random trees and random expressions of lib.fileset on them, against a model that is nothing but lists
of files.

	fileset.py make SEED COUNT DIR   DIR/tree, DIR/copy/N (what source N must be), DIR/cases.nix (a function
	                                 of lib) and DIR/expected (a line for each case)
	fileset.py show DIR FILE         the first cases whose line in FILE is another one
"""

import json
import os
import random
import sys

NAMES = ["a", "b", "c.py", "d.tar.gz", "e f", ".hidden", "g-h", "g", "Z", "i.py~", "lib", "lib.nix", "ö", "_k"]
EXTENSIONS = ["py", "gz", "tar.gz", "hidden", "nix", ""]


class Tree:
    """Folders and files by path relative to the tree; what lies below links is not looked at."""

    def __init__(self, top):
        self.top, self.folders, self.files = top, [""], {}

    def grow(self, r, here="", depth=0):
        os.makedirs(os.path.join(self.top, here), exist_ok=True)
        for name in r.sample(NAMES, r.randint(0 if depth > 1 else 5, 6)):
            path = os.path.join(here, name)
            full = os.path.join(self.top, path)
            kind = r.random()
            if kind < 0.4 and depth < 4:
                self.folders.append(path)
                self.grow(r, path, depth + 1)
            elif kind < 0.5:
                os.symlink(r.choice(["a", "..", "/", "nowhere"]), full)
                self.files[path] = "symlink"
            else:
                with open(full, "w") as f:
                    f.write(path * r.randint(0, 3))
                os.chmod(full, r.choice([0o644, 0o755]))
                self.files[path] = "regular"

    def below(self, path):
        return {f for f in self.files if f == path or path == "" or f.startswith(path + "/")}


def is_below(path, folder):
    return folder in ("", path) or path.startswith(folder + "/")


def common(a, b):
    names = []
    for x, y in zip(a.split("/"), b.split("/")):
        if x != y:
            break
        names.append(x)
    return "/".join(names)


def has_extension(name, ext):
    return name.endswith("." + ext)


class Maker:
    """An expression, with what the model says of it: its folder (None: the empty set's) and files."""

    def __init__(self, tree, r):
        self.tree, self.r = tree, r

    def text(self, path):
        return f"(t + {json.dumps('/' + path, ensure_ascii=False)})" if path else "t"

    def some(self, files_too=True):
        return self.r.choice(self.tree.folders + (sorted(self.tree.files) if files_too and self.r.random() < 0.6 else []))

    def of_path(self, path, files=None):
        base = os.path.dirname(path) if path in self.tree.files else path
        return base, self.tree.below(path) if files is None else files

    def path(self):
        path = self.some()
        return self.text(path), *self.of_path(path)

    def maybe(self):
        if self.r.random() < 0.5:
            return f"(f.maybeMissing {self.text(self.some(False) + '/no')})", None, set()
        path = self.some()
        return f"(f.maybeMissing {self.text(path)})", *self.of_path(path)

    def filtered(self):
        path, ext, name = self.some(), self.r.choice(EXTENSIONS), self.r.choice(NAMES)
        way = self.r.choice(["ext", "name", "link", "all"])
        pred, keep = {
            "ext": (f'{{ hasExt, ... }}: hasExt "{ext}"', lambda f: has_extension(os.path.basename(f), ext)),
            "name": (f"{{ name, ... }}: name != {json.dumps(name, ensure_ascii=False)}", lambda f: os.path.basename(f) != name),
            "link": ('file: file.type == "symlink"', lambda f: self.tree.files[f] == "symlink"),
            "all": ("_: true", lambda f: True),
        }[way]
        return f"(f.fileFilter ({pred}) {self.text(path)})", *self.of_path(path, {x for x in self.tree.below(path) if keep(x)})

    def source(self):
        """A source whose filter leaves out folders of a name with all that is in them, and files of an extension."""
        path, name, ext = self.some(False), self.r.choice(NAMES), self.r.choice(EXTENSIONS)
        inside = (lambda f: f[len(path) + 1:] if path else f)
        files = {f for f in self.tree.below(path)
                 if name not in inside(f).split("/") and not has_extension(os.path.basename(f), ext)}
        text = json.dumps(name, ensure_ascii=False)
        return (f"(f.fromSource (lib.cleanSourceWith {{ src = {self.text(path)}; filter = p: k: baseNameOf p != {text}"
                f' && (k == "directory" || !lib.hasSuffix ".{ext}" p); }}))'), path, files

    def pair(self, depth):
        (a, base_a, x), (b, base_b, y) = self.any(depth - 1), self.any(depth - 1)
        verb = self.r.choice(["union", "intersection", "difference"])
        text = f"(f.{verb} {a} {b})"
        if verb == "difference":
            return text, base_a, x - y
        if verb == "union":
            return text, base_a if base_b is None else base_b if base_a is None else common(base_a, base_b), x | y
        if base_a is None or base_b is None or not (is_below(base_a, base_b) or is_below(base_b, base_a)):
            return text, None, set()
        return text, max(base_a, base_b, key=len), x & y

    def many(self, depth):
        parts = [self.any(depth - 1) for _ in range(self.r.randint(0, 4))]
        base, files = None, set()
        for _, b, x in parts:
            base = b if base is None else base if b is None else common(base, b)
            files |= x
        return f"(f.unions [ {' '.join(p[0] for p in parts)} ])", base, files

    def any(self, depth):
        kind = self.r.random()
        if depth and kind < 0.55:
            return self.pair(depth)
        if depth and kind < 0.7:
            return self.many(depth)
        return self.r.choice([self.path, self.path, self.path, self.maybe, self.filtered, self.source])()


def copy(tree, root, files, to):
    os.makedirs(to)
    for path in sorted(files):
        full = os.path.join(to, path[len(root) + 1:] if root else path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        was = os.path.join(tree.top, path)
        if tree.files[path] == "symlink":
            os.symlink(os.readlink(was), full)
        else:
            with open(was) as f, open(full, "w") as g:
                g.write(f.read())
            os.chmod(full, os.stat(was).st_mode)


def make(seed, count, top):
    r = random.Random(seed)
    tree = Tree(f"{top}/tree")
    tree.grow(r)
    cases, expected = [], []
    for i in range(count):
        text, base, files = Maker(tree, r).any(r.randint(0, 4))
        # Below the set's own folder, it cannot be the root; elsewhere it may.
        root = r.choice([f for f in tree.folders if base is None or is_below(base, f)]) if r.random() < 0.85 else r.choice(tree.folders)
        fits = base is None or is_below(base, root)
        if fits:
            copy(tree, root, files, f"{top}/copy/{i}")
        order = [f.split("/") for f in files]
        expected.append(json.dumps([["/".join(f) for f in sorted(order)], fits], ensure_ascii=False, separators=(",", ":")))
        rooted = Maker(tree, r).text(root)
        cases.append(f"""  {{
    list = map relative (f.toList {text});
    source = f.toSource {{ root = {rooted}; fileset = {text}; }};
    copy = ./copy + "/{i}";
  }}""")
    with open(f"{top}/expected", "w") as f:
        f.write("".join(line + "\n" for line in expected))
    with open(f"{top}/cases.nix", "w") as f:
        f.write("""# For each case a line: its files, and whether its source is what it must be; false where there is none.
{ lib }:
let
  f = lib.fileset;
  t = ./tree;
  relative = p: lib.removePrefix (toString t + "/") (toString p);
  tried = v: let x = builtins.tryEval v; in if x.success then x.value else false;
  same = case: tried (case.source.outPath == builtins.path { path = case.copy; name = "source"; } || abort "another source: ${baseNameOf case.copy}");
  line = case: builtins.unsafeDiscardStringContext (builtins.toJSON [ case.list (same case) ]) + "\\n";
in
lib.concatMapStrings line [
""" + "\n".join(cases) + "\n]\n")


def show(top, found):
    with open(f"{top}/expected") as f, open(found) as g, open(f"{top}/cases.nix") as h:
        lines, got, cases = f.read().split("\n"), g.read().split("\n"), h.read().split("\n  {\n")[1:]
    wrong = [i for i, line in enumerate(lines) if i >= len(got) or line != got[i]]
    for i in wrong[:5]:
        print(f"case {i}: {cases[i].strip() if i < len(cases) else ''}\n  expected {lines[i]}\n  found    {got[i] if i < len(got) else 'nothing'}")
    print(f"{len(wrong)} of {len(cases)} differ")


if sys.argv[1] == "make":
    make(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
else:
    show(sys.argv[2], sys.argv[3])
