# Random repositories and archives, and calls of fetchers on them.
#
# usage: gen_fetch.py make SEED COUNT DIR      DIR/cases: lines "TAGS<tab>NAME<tab>EXPRESSION"
#        gen_fetch.py program DIR SKIPPED…     a Nix set of all cases without any of these tags
#        gen_fetch.py compare THEIRS OURS FIELD…   two answers (JSON) of such a program, but for these fields;
#                                              FIELD@GLOB: in cases with such names
#
# Tags: what a case is about, so that a version that differs there can pass over it.
import bz2, fnmatch, gzip, io, json, lzma, os, random, subprocess, sys, tarfile

ENV = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_AUTHOR_NAME": "a",
       "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b", "GIT_CONFIG_COUNT": "2",
       "GIT_CONFIG_KEY_0": "protocol.file.allow", "GIT_CONFIG_VALUE_0": "always",
       "GIT_CONFIG_KEY_1": "core.safecrlf", "GIT_CONFIG_VALUE_1": "false"}
NAMES = ["a", "b.txt", "A", "sp ace", "ü", "-dash", "q'uote", "star*", "[x]", "a.b", "a-b", "a0", "tab\tx", "%41", "#h", ".hid", "back\\slash"]


def nix(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${") + '"'


class Repo:
    def __init__(self, r, path, submodule=None):
        self.r, self.path, self.clock, self.tags = r, path, 1700000000, set()
        self.git("init", "-q", "-b", "main", path, cwd="/")
        self.files = []
        for _ in range(r.randint(1, 4)):
            for _ in range(r.randint(1, 6)):
                self.write()
            if r.random() < 0.3:
                self.attributes()
            self.commit()
        if submodule:
            self.tags.add("submodules")
            self.git("submodule", "--quiet", "add", submodule, "mods/sub dir" if r.random() < 0.3 else "sub")
            self.commit()
        self.history()

    def git(self, *args, cwd=None):
        self.clock += 7
        date = f"{self.clock} +0{self.r.randint(0, 9)}00"
        env = {**ENV, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        done = subprocess.run(["git", *args], cwd=cwd or self.path, env=env, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"git {args}: {done.stderr}")
        return done.stdout.strip()

    def place(self):
        parts = [self.r.choice(NAMES) for _ in range(self.r.choice([1, 1, 2, 3]))]
        at = self.path
        for i, part in enumerate(parts):
            at = os.path.join(at, part)
            last = i + 1 == len(parts)
            if os.path.islink(at) or (os.path.isfile(at) and not last) or (os.path.isdir(at) and last):
                return None
        os.makedirs(os.path.dirname(at), exist_ok=True)
        return at

    def write(self):
        at, kind = self.place(), self.r.random()
        if not at:
            return
        if kind < 0.15:
            if not os.path.exists(at):
                os.symlink(self.r.choice(["a", "../x", "/nowhere", "b.txt/..", "ü"]), at)
            return
        with open(at, "wb") as f:
            f.write(self.r.choice([b"", b"text\n", b"a\r\nb\r\n", b"$Id$ $Format:%H$\n", self.r.randbytes(self.r.randint(1, 3000))]))
        os.chmod(at, self.r.choice([0o644, 0o755, 0o600, 0o744]))
        self.files.append(at)

    def attributes(self):
        self.tags.add("attributes")
        where = os.path.dirname(self.r.choice(self.files)) if self.files and self.r.random() < 0.4 else self.path
        with open(os.path.join(where, ".gitattributes"), "a") as f:
            for _ in range(self.r.randint(1, 3)):
                f.write(self.r.choice(["a", "*.txt", "A/", "/b.txt", "A/**", "ü", ".hid", "*0"]) + " ")
                f.write(self.r.choice(["export-ignore", "export-ignore", "-export-ignore", "export-ignore=x", "eol=lf", "ident",
                                       "export-subst"]) + "\n")

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "m")

    def history(self):
        r = self.r
        if r.random() < 0.5:
            self.git("tag", "light")
            self.git("tag", "-a", "-m", "x", "heavy")
            self.tags.add("heavy")
        if r.random() < 0.5:
            self.git("checkout", "-q", "-b", "side/branch")
            self.write()
            self.commit()
            self.git("checkout", "-q", "main")
            self.tags.add("side")
            self.commit()
            if r.random() < 0.5:
                self.git("merge", "-q", "-m", "merged", "side/branch")
        self.head = self.git("rev-parse", "HEAD")
        self.first = self.git("rev-list", "--max-parents=0", "HEAD").split()[0]

    def disturb(self):
        r, files = self.r, [f for f in self.files if os.path.isfile(f) and not os.path.islink(f)]
        tracked = set(self.git("-c", "core.quotePath=false", "ls-files", "-z").split("\0"))
        files = [f for f in files if os.path.relpath(f, self.path) in tracked]
        for _ in range(r.randint(1, 3)):
            what = r.randint(0, 4)
            if what == 0 or not files:
                with open(os.path.join(self.path, "untracked"), "w") as f:
                    f.write("u")
            elif what == 1:
                with open(r.choice(files), "ab") as f:
                    f.write(b"more")
            elif what == 2:
                os.unlink(files.pop(r.randrange(len(files))))
                self.tags.add("deleted")
            elif what == 3:
                with open(os.path.join(self.path, "staged"), "w") as f:
                    f.write("s")
                self.git("add", "staged")
            else:
                os.chmod(r.choice(files), 0o755)


def repo_cases(r, folder, n, add):
    path = f"{folder}/repo{n}"
    sub = None
    if r.random() < 0.3:
        sub = f"{folder}/sub{n}"
        within = Repo(r, sub).tags & {"attributes"}
    repo = Repo(r, path, sub)
    base = [t for t in ("attributes", "submodules") if t in repo.tags]
    name = f"repo{n}"
    bare = f"{folder}/bare{n}"
    repo.git("clone", "-q", "--bare", path, bare)
    url = f"file://{path}"
    add(base + ["commit"], f"{name}-rev", f'fetchGit {{ url = {nix(path)}; rev = "{repo.first}"; }}')
    add(base + ["commit"], f"{name}-ref", f'fetchGit {{ url = {nix(url)}; ref = "main"; }}')
    add(base + ["commit", "tree"], f"{name}-tree", f'fetchTree {{ type = "git"; url = {nix(url)}; rev = "{repo.head}"; ref = "main"; }}')
    add(base + ["commit", "bare"], f"{name}-bare", f'fetchGit {{ url = "file://{bare}"; ref = "main"; }}')
    add(base + ["commit", "bare", "head"], f"{name}-bare-head", f'fetchGit "file://{bare}"')
    add(base + ["commit"], f"{name}-named", f'fetchGit {{ url = {nix(path)}; rev = "{repo.head}"; ref = "main"; name = "other"; }}')
    if "heavy" in repo.tags:
        add(base + ["commit"], f"{name}-light", f'fetchGit {{ url = {nix(path)}; ref = "refs/tags/light"; }}')
        add(base + ["commit", "heavy"], f"{name}-heavy", f'fetchGit {{ url = {nix(path)}; ref = "refs/tags/heavy"; }}')
    if "side" in repo.tags:
        add(base + ["commit"], f"{name}-side", f'fetchGit {{ url = {nix(path)}; ref = "side/branch"; }}')
    if sub:
        # what attributes within do is in the whole, too
        add(sorted({*base, *within}) + ["commit", "filled"], f"{name}-filled", f'fetchGit {{ url = {nix(path)}; ref = "main"; submodules = true; }}')
    state = r.random()
    if state < 0.2:
        repo.git("checkout", "-q", repo.first)
        base.append("detached")
    elif state < 0.7:
        repo.disturb()
        base.append("dirty")
        base += ["deleted"] if "deleted" in repo.tags else []
    if sub:
        add(sorted({*base, *within}) + ["workdir", "filled"], f"{name}-filled-work", f'fetchGit {{ url = {nix(path)}; submodules = true; }}')
        base.append("unfilled")
    add(base + ["workdir"], f"{name}-work", f"fetchGit {nix(path)}")
    add(base + ["workdir", "tree"], f"{name}-work-tree", f'fetchTree {{ type = "git"; url = {nix(url)}; }}')


def archive(r, folder, n):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=r.choice([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])) as t:
        top = r.choice(["top/", "top/", "./top/", "", "./"])
        made = []

        def put(name, kind, **more):
            i = tarfile.TarInfo(top + name)
            i.type, i.mtime, i.mode = kind, 1600000000 + r.randint(0, 10 ** 8), r.choice([0o644, 0o755, 0o700, 0o444, 0o664])
            body = more.pop("body", b"")
            i.size = len(body)
            for key, value in more.items():
                setattr(i, key, value)
            t.addfile(i, io.BytesIO(body))

        if top and r.random() < 0.7:
            put("", tarfile.DIRTYPE)
        for k in range(r.randint(1, 12)):
            name = r.choice(["", "d/", "d/e/"]) + r.choice(NAMES) + str(k)
            kind = r.random()
            if kind < 0.7 or not made:
                put(name, tarfile.REGTYPE, body=r.randbytes(r.randint(0, 5000)))
                made.append(name)
            elif kind < 0.8:
                put(name, tarfile.SYMTYPE, linkname=r.choice(["x", "../../y", "/abs"]))
            elif kind < 0.9:
                put(name, tarfile.LNKTYPE, linkname=top + r.choice(made))
            else:
                put(name, tarfile.DIRTYPE)
    end, pack = r.choice([(".tar", bytes), (".tar.gz", gzip.compress), (".tar.xz", lzma.compress), (".tar.bz2", bz2.compress)])
    path = f"{folder}/archive{n}{end}"
    with open(path, "wb") as f:
        f.write(pack(data.getvalue()))
    return path, "top/" in top


def make(seed, count, folder):
    r = random.Random(seed)
    with open(f"{folder}/cases", "w") as out:
        def add(tags, name, expr):
            out.write(f"{' '.join(tags)}\t{name}\t{expr}\n")

        for n in range(count):
            repo_cases(r, folder, n, add)
        for n in range(count):
            path, one = archive(r, folder, n)
            tags = ["archive"] + ([] if one else ["several"])
            add(tags, f"archive{n}", f'{{ outPath = fetchTarball "file://{path}"; }}')
            add(tags + ["tree"], f"archive{n}-tree", f'fetchTree {{ type = "tarball"; url = "file://{path}"; }}')
            add(["file"], f"archive{n}-file", f'{{ outPath = builtins.fetchurl "file://{path}"; }}')
            add(["file", "tree", "file-tree"], f"archive{n}-file-tree", f'fetchTree {{ type = "file"; url = "file://{path}"; }}')


def program(folder, skipped):
    print("{")
    for line in open(f"{folder}/cases"):
        tags, name, expr = line.rstrip("\n").split("\t", 2)
        if not set(skipped) & set(tags.split()):
            # A set with an outPath would print as that alone.
            print(f"  {name} = let r = {expr}; in removeAttrs r [ \"outPath\" ] // {{ path = r.outPath; }};")
    print("}")


def compare(theirs, ours, *fields):
    a, b = (json.load(open(f)) for f in (theirs, ours))
    for name, answer in [*a.items(), *b.items()]:
        for field in fields:
            field, _, names = field.partition("@")
            if fnmatch.fnmatch(name, names or "*"):
                answer.pop(field, None)
    bad = 0
    for name in sorted(set(a) | set(b)):
        x, y = a.get(name), b.get(name)
        if x != y:
            bad += 1
            print(f"{name}\n  theirs: {json.dumps(x)}\n  ours:   {json.dumps(y)}")
    print(f"{len(a)} cases, {bad} differ")
    sys.exit(bad > 0)


if sys.argv[1] == "make":
    make(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
elif sys.argv[1] == "program":
    program(sys.argv[2], sys.argv[3:])
else:
    compare(*sys.argv[2:])
