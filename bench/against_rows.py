# SPDX-License-Identifier: MIT
"""What against.py runs: rows of one command each, with what the command needs. What costs much to
make is made once a side, in the row's own folders; commands are those that old revisions have, too."""
import os
import random
import re
import subprocess

import peers
import trivial
from peers import TOP

PARSED = 4_000_000
BIG_TREE = (400, 500_000)
MANY_FILES = (2_000, 50_000)
SMALL_FILES = 1_000
DERIVATIONS = 5_000
REGISTRATIONS = 20_000
RECIPES = """{ root }:
let
  all = import (root + "/pkgs/project.nix") { dir = root + "/comfyui/.flox/pkgs"; system = "x86_64-linux"; };
in
map (name: all.${name}.drvPath) (builtins.attrNames all)
"""
PACKAGE = """  # package @
  p@ = { lib, stdenv, p@needs@ ? null, enable ? @bool@, ... }<>args:
    let inherit (lib) optional; version = "1.@"; in
    if enable && p@needs@ != null || version == "@random@" then
      assert version != ""; stdenv.mkDerivation (args // rec {
        pname = "p@"; inherit version;
        src = ./sources + "/${pname}-${version}.tar.gz";
        flags = [ "--with=@" "--prefix=${placeholder "out"}" ] ++ optional enable (-@ * 3 + 0.@);
        script = ''
          mkdir -p $out/share
          echo ''${HOME} ${toString flags} > $out/share/@
        '';
        meta = with lib; { license = licenses.mit; broken = !(a.b.c or false); };
      })
    else null;
"""


class Row:
    """A command. args: its arguments, or what makes them of a side and of what make(side, env) gave,
    which is called once a side to prepare; small: the same for the run that counts instructions; stdin:
    the name of a file in the side's folder. fresh: before each run the store is put back to what make
    left."""

    def __init__(self, name, args, tool="kiln", make=None, fresh=False, stdin=None, small=None):
        self.name, self.tool, self.make, self.fresh, self.stdin_name = name, tool, make, fresh, stdin
        self.args_of, self.small_of = args, small or args
        self.folder = re.sub(r"[^a-z0-9]+", "-", name.lower())
        self.made = {}

    def store(self, side):
        return f"{side.work}/{self.folder}"

    def env(self, side):
        return trivial.own_store(self.store(side))

    def prepare(self, side):
        os.makedirs(self.store(side))
        self.made[side.name] = self.make(side, {**side.env, **self.env(side)}) if self.make else None
        if self.fresh:
            os.rename(self.store(side), self.store(side) + ".first")

    def reset(self, side):
        if self.fresh:
            trivial.clear(self.store(side))
            subprocess.run(["cp", "-a", self.store(side) + ".first", self.store(side)], check=True)
            peers.settle(side.work)

    def done(self, side):
        """What is no longer needed goes, so that the disk holds one row's files at a time."""
        for folder in (self.store(side), self.store(side) + ".first"):
            trivial.clear(folder)

    def peer(self, side):
        return side.peer(self.tool, self.env(side))

    def args(self, side, small=False):
        args = self.small_of if small else self.args_of
        return args(side, self.made[side.name]) if callable(args) else args

    def stdin(self, side):
        return f"{side.work}/{self.stdin_name}" if self.stdin_name else os.devnull


def make_text(path, size):
    """A Nix file of every kind of expression."""
    r = random.Random(11)
    with open(path, "w") as f:
        f.write("rec {\n")
        n = 0
        while f.tell() < size:
            n += 1
            text = PACKAGE.replace("@needs@", str(r.randrange(n))).replace("@random@", repr(r.random()))
            f.write(text.replace("@bool@", "true" if n % 2 else "false").replace("@", str(n)).replace("<>", "@"))
        f.write("}\n")


def make_files(folder, count, size):
    r = random.Random(count)
    for i in range(count):
        inner = f"{folder}/d{i % 50}/e{i % 7}"
        os.makedirs(inner, exist_ok=True)
        with open(f"{inner}/f{i}", "wb") as f:
            f.write(r.randbytes(r.randrange(size // 2, size * 3 // 2)))
        if i % 10 == 0:
            os.chmod(f"{inner}/f{i}", 0o755)


def make_registrations(path, store, count):
    """What --dump-db prints, of paths that refer to up to ten earlier ones."""
    r = random.Random(3)
    letters = "0123456789abcdfghijklmnpqrsvwxyz"
    paths = ["".join(r.choice(letters) for _ in range(31)) for _ in range(count)]
    with open(path, "w") as f:
        for i in range(count):
            needs = sorted({r.randrange(i) for _ in range(r.randrange(11))}) if i else []
            f.write(f"{store}/0{paths[i]}-r{i}\n{r.getrandbits(256):064x}\n{r.randrange(10**7)}\n\n{len(needs)}\n")
            f.writelines(f"{store}/0{paths[k]}-r{k}\n" for k in needs)


def init(side, env):
    """A store that is empty, but is."""
    trivial.said([side.command("nix-store"), "--init"], env)


def adds(*operands):
    """What adds these to the store."""
    def make(side, env):
        return trivial.said([side.command("nix-store"), "--add", *operands], env).split()
    return make


def graph(count, shape, sandboxed=False):
    """What writes the derivations of a graph."""
    def make(side, env):
        if sandboxed:
            trivial.add_shell(side.build, side.data, env)
        return trivial.instantiate(side.build + "/compat", env, count, shape)
    return make


def fill_project(side, env):
    """The project's derivations, and an empty output registered for each as if it were built: nothing
    is fetched or built for this, and a build that has nothing to do asks the same of database and disk."""
    trivial.said([side.command("kiln"), "build", "--project", side.data + "/comfyui", "-n", "--no-eval-cache"], env)
    store = env["NIX_STORE_DIR"]
    texts = {f"{store}/{name}": open(f"{store}/{name}").read() for name in os.listdir(store) if name.endswith(".drv")}
    outputs = {drv: dict(re.findall(r'\("([^"]+)","([^"]+)","[^"]*","[^"]*"\)', text[:text.index("],[")]))
               for drv, text in texts.items()}
    lines = []
    for drv, text in sorted(texts.items()):
        needs = {outputs[needed][name] for needed, names in re.findall(r'\("([^"]+\.drv)",\[([^]]*)\]\)', text)
                 for name in names.replace('"', "").split(",")}
        for path in outputs[drv].values():
            os.makedirs(path)
            lines += [path, drv, str(len(needs)), *sorted(needs)]
    trivial.said([side.command("nix-store"), "--register-validity"], env, "\n".join(lines) + "\n")


def rows(inputs):
    os.makedirs(inputs)
    return [*language(inputs), *projects(), *stores(inputs), *builds()]


def language(inputs):
    strict = ["--eval", "--strict", "--json"]
    with open(inputs + "/recipes.nix", "w") as f:
        f.write(RECIPES)
    make_text(inputs + "/big.nix", PARSED)
    return [
        Row("help", ["--help"]),
        Row("eval -E 1", ["eval", "-E", "1"]),
        Row("parse 4 MB", ["parse", inputs + "/big.nix"]),
        Row("recipes, cold", lambda side, _: [*strict, inputs + "/recipes.nix", "--arg", "root", side.data],
            tool="nix-instantiate"),
        Row("whole set, cold",
            lambda side, _: [*strict, TOP + "/tests/differential/set.nix", "--arg", "root", side.data],
            tool="nix-instantiate"),
    ]


def projects():
    def build(link, *more):
        return lambda side, _: ["build", "--project", side.data + "/comfyui", "-o", f"{side.work}/{link}", *more]

    def everything(*more):
        return lambda side, _: ["build", "--project", side.data + "/comfyui", "--no-eval-cache", *more]

    return [
        Row("no-op build, kept", build("kept", "comfyui"), make=fill_project),
        Row("no-op build, evaluated", build("evaluated", "comfyui", "--no-eval-cache"), make=fill_project),
        Row("no-op build of all, evaluated", everything("--no-link"), make=fill_project),
        Row("dry run of all, nothing built", everything("-n"), make=init),
    ]


def stores(inputs):
    many, small, big = inputs + "/many", inputs + "/small", inputs + "/big"
    make_files(many, *MANY_FILES)
    make_files(small, SMALL_FILES, 1_000)
    make_files(big, *BIG_TREE)
    files = sorted(f"{folder}/{name}" for folder, _, names in os.walk(small) for name in names)

    def hashes(tree):
        return ["eval", "-E", f'builtins.path {{ path = {tree}; name = "x"; }}']

    return [
        Row("plan 5,000", lambda _, drvs: ["-r", "-n", *drvs], tool="nix-store", make=graph(DERIVATIONS, "web")),
        Row("closure of 5,000 .drv", lambda _, drvs: ["-qR", *drvs], tool="nix-store", make=graph(DERIVATIONS, "web")),
        Row("dead paths of 5,000", ["--gc", "--print-dead"], tool="nix-store", make=graph(DERIVATIONS, "web")),
        Row("NAR hash, 200 MB", hashes(big), small=hashes(small)),
        Row("NAR, 200 MB", ["--dump", big], tool="nix-store", small=["--dump", small]),
        Row("add 2,000 files, 100 MB", ["--add", many], tool="nix-store", make=init, fresh=True,
            small=["--add", small]),
        Row("add it again", ["--add", many], tool="nix-store", make=adds(many), small=["--add", small]),
        Row("add 1,000 files in one call", ["--add", *files], tool="nix-store", make=init, fresh=True),
        Row("check of contents, 100 MB", ["--verify", "--check-contents"], tool="nix-store", make=adds(many)),
        Row("load 20,000 registrations", ["--load-db"], tool="nix-store", make=registrations, fresh=True,
            stdin="registrations"),
        Row("dump 20,000 registrations", ["--dump-db"], tool="nix-store", make=registered),
    ]


def registrations(side, env):
    init(side, env)
    make_registrations(side.work + "/registrations", env["NIX_STORE_DIR"], REGISTRATIONS)


def registered(side, env):
    registrations(side, env)
    trivial.said([side.command("nix-store"), "--load-db"], env, open(side.work + "/registrations").read())


def builds():
    def realise(sandbox, most=None):
        return lambda _, drvs: ["-r", "--option", "sandbox", sandbox, *drvs[:most]]

    return [
        Row("100 builds, sandbox off", realise("false"), tool="nix-store", make=graph(100, "flat"), fresh=True,
            small=realise("false", 10)),
        Row("50 builds in sandboxes", realise("true"), tool="nix-store", make=graph(50, "flat", True), fresh=True,
            small=realise("true", 5)),
        Row("a chain of 50 in sandboxes", realise("true"), tool="nix-store", make=graph(50, "chain", True), fresh=True),
    ]
