# SPDX-License-Identifier: MIT
"""./dev bench python [--runs N] [--dir DIR] [--store DIR] [CASE…]: ComfyUI's wheels and environments
beside uv, both with the same interpreter and the wheels on this disk.

    environment   of packages in the store; uv: installed from a warm cache
    second        an environment of other packages, with bytecode; uv: --compile-bytecode
    unpack        every wheel, without bytecode; uv: installed with an empty cache
    bytecode      scipy and transformers, installed and compiled; uv: the same

--store is a store that has ComfyUI; without it one is made in DIR, for which Debian's and PyPI's files
are fetched. DIR (the temporary folder by default) should be a disk with 20 GB free, or memory. Each run
has a store, or an environment and a cache, of its own; what was written before is synced first and
memory is warm."""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

import peers
import store as stores
import trivial
from peers import BUILD, TOP
from trivial import said

HERE = os.path.dirname(os.path.abspath(__file__))
UV = "uv==0.13.9"
CASES = ("environment", "second", "unpack", "bytecode")


def find_uv():
    """The one on PATH, or else the pinned one, which pip installs into the build folder."""
    found = shutil.which("uv")
    if not found:
        venv = os.path.join(BUILD, "bench", "uv")
        found = venv + "/bin/uv"
        if not os.path.exists(found):
            subprocess.run([sys.executable, "-m", "venv", venv], check=True)
            subprocess.run([venv + "/bin/pip", "install", "-q", UV], check=True)
    return found


def wheels(env):
    """The files, which of them are the big ones, and the interpreter."""
    text = said([os.path.join(BUILD, "compat", "nix-instantiate"), "--eval", "--strict", "--json", "-E",
                 f"with import {HERE}/python.nix; {{ inherit files big; python = python.interpreter; }}"], env)
    return json.loads(text)


class Kiln:
    """A store with everything but what is measured, copied for each run."""

    def __init__(self, work, kept):
        self.work, self.kept, self.used = work, kept, work + "/store"
        self.env = {"KILN_STORE": kept, "KILN_DATA_DIR": TOP, "XDG_CACHE_HOME": work + "/cache"}

    def tool(self, name):
        return os.path.join(BUILD, "compat", name)

    def make(self):
        """The store, the derivations of each case, and the wheels: path and name."""
        def drvs(name):
            return sorted(set(said([self.tool("nix-instantiate"), HERE + "/python.nix", "-A", name], self.env).split()))

        said([self.tool("nix-store"), "--realise", *drvs("prepared")], self.env)
        self.drvs = {case: drvs(case) for case in CASES}
        return wheels(self.env)

    def prepare(self):
        """What is registered is copied; files are the same ones."""
        stores.put_aside(self.used)
        os.makedirs(self.used + "/nix")
        subprocess.run(["cp", "-al", self.kept + "/nix/store", self.used + "/nix/"], check=True)
        subprocess.run(["cp", "-a", self.kept + "/nix/var", self.used + "/nix/"], check=True)

    def peer(self):
        return peers.Peer("kiln", [self.tool("nix-store"), "--realise"], env={**self.env, "KILN_STORE": self.used})

    def check(self, case):
        """An environment is links, and nothing of it is compiled."""
        outputs = said([self.tool("nix-store"), "-q", "--outputs", *self.drvs[case]], self.env).split()
        for out in outputs if case in ("environment", "second") else []:
            for folder, _, names in os.walk(self.used + out):
                # two packages' modules at the top share a folder of links
                if any(n.endswith(".pyc") and not os.path.islink(f"{folder}/{n}") for n in names):
                    raise peers.Failed(f"bench: {folder}: an environment has bytecode of its own")


class Uv:
    def __init__(self, work, store, found):
        self.work, self.uv, self.python = work, find_uv(), found["python"]
        self.venv, self.cache, self.warm = work + "/venv", work + "/uv-cache", work + "/uv-warm"
        self.env = {"UV_NO_CONFIG": "1", "UV_OFFLINE": "1", "UV_LINK_MODE": "hardlink", "UV_PYTHON_DOWNLOADS": "never"}
        top = self.python.split("/bin/")[0]
        self.within = [os.path.join(BUILD, "kiln"), "--store", store, "run", top, "--"]
        os.makedirs(work + "/wheels")
        for file in found["files"]:
            shutil.copy(store + file["path"], f"{work}/wheels/{file['name']}")
        self.wheels = [f"{work}/wheels/{f['name']}" for f in found["files"]]
        self.big = [f"{work}/wheels/{name}" for name in found["big"]]

    def run(self, args, cache):
        peer = peers.Peer("uv", [self.uv], env={**self.env, "UV_CACHE_DIR": cache}, within=self.within)
        return peer.run(args)

    def prepare(self, case):
        if case in ("environment", "second") and not os.path.exists(self.warm):
            self.make_venv(self.warm)
            self.run(self.args("environment"), self.warm)
        stores.put_aside(self.cache)
        self.make_venv(self.cache)

    def make_venv(self, cache):
        stores.put_aside(self.venv)
        self.run(["venv", "--python", self.python, self.venv], cache)

    def args(self, case):
        more = ["--compile-bytecode"] if case in ("second", "bytecode") else []
        wheels = self.big if case == "bytecode" else self.wheels
        return ["pip", "install", "--no-deps", "--python", self.venv + "/bin/python", *more, *wheels]

    def install(self, case):
        return self.run(self.args(case), self.warm if case in ("environment", "second") else self.cache)


def compare(case, kiln, uv, runs):
    """In turn; the first of each warms caches up."""
    got = {"kiln": [], "uv": []}
    first = kiln.peer()
    for i in range(runs + 1):
        kiln.prepare()
        uv.prepare(case)
        peers.settle(kiln.work)
        own = first.run(kiln.drvs[case])
        peers.settle(kiln.work)
        pair = own, uv.install(case)
        kiln.check(case)
        for name, figures in zip(got, pair):
            if i:
                got[name].append(figures)
    stores.report(case, [first, peers.Peer("uv", [])], got)


def main():
    options = argparse.ArgumentParser(prog="./dev bench python", description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=5, help="counted runs of each case (5)")
    options.add_argument("--dir", help="where stores, caches and environments are made")
    options.add_argument("--store", help="a store that has ComfyUI, which is copied")
    options.add_argument("only", nargs="*", metavar="CASE", help="cases whose names begin so")
    given = options.parse_args()
    trivial.no_outside_settings()
    work = tempfile.mkdtemp(prefix="kiln-bench.", dir=given.dir)
    peers.settle_files()
    try:
        kiln = Kiln(work, work + "/kept")
        if given.store:
            subprocess.run(["cp", "-a", given.store, kiln.kept], check=True)
        uv = Uv(work, kiln.kept, kiln.make())
        for case in CASES:
            if not given.only or any(case.startswith(o) for o in given.only):
                compare(case, kiln, uv, given.runs)
    finally:
        stores.remove(work)


if __name__ == "__main__":
    main()
