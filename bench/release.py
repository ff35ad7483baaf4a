# SPDX-License-Identifier: MIT
"""./dev bench release [--runs N]: kiln release beside git's own commands, on a repository with 50 tracks and
tags and a bare remote, with a gate before each track whose signed evidence is judged: the whole process's wall
time, taken in turn. By hand a promotion is a fetch, the
question whether it is a fast-forward, whether the work tree is clean, an atomic push, and the branch here."""
import argparse
import hashlib
import os
import shutil
import statistics
import subprocess
import tempfile
import time

from peers import BUILD, Failed

KILN = os.path.join(BUILD, "kiln")
HAND = {
    "promote": "git fetch -q origin && test -z \"$(git status --porcelain -uno)\" && git merge-base --is-ancestor latest-staging latest-testing"
               " && git push -q --atomic origin latest-testing:latest-staging && git branch -f latest-staging latest-testing",
    "rotate": "git fetch -q origin && git merge-base --is-ancestor main latest && git merge-base --is-ancestor latest latest-staging"
              " && git tag -a -m v0.3.100 v0.3.100 main"
              " && git push -q --atomic origin latest:main latest-staging:latest v0.3.100"
              " && git branch -f main latest && git branch -f latest latest-staging",
    "rollback": "git fetch -q origin && git merge-base --is-ancestor main~1 main"
                " && git push -q --force-with-lease=main:$(git rev-parse main) origin main~1:main && git branch -f main main~1",
    "status": "exec git for-each-ref",
}
OWN = {
    "promote": ["promote", "latest-testing"],
    "rotate": ["rotate"],
    "rollback": ["rollback", "main", "--to", "main~1"],
    "status": ["status"],
}

IT = """{ }: derivation { name = "it"; system = "builtin"; builder = "builtin:fetchurl"; url = "file://FILE"; outputHashAlgo = "sha256";
  outputHash = "%s"; }
""" % hashlib.sha256(b"it\n").hexdigest()
TRACKS = "".join(f'[release.track.{name}]\nfrom = {sources}\ngates = {gates}\n' for name, sources, gates in (
    ("latest-testing", [], ["build"]), ("latest-staging", ["latest-testing"], ["build"]), ("latest", ["latest-staging"], ["build"]),
    ("main-testing", [], ["build"]), ("main-staging", ["main-testing"], ["build"]), ("main", ["latest", "main-staging"], [])))


class Repository:
    def __init__(self, work):
        self.work, self.tree, self.bare = work, work + "/tree", work + "/bare.git"
        self.env = {**os.environ, "HOME": work, "XDG_CACHE_HOME": work + "/cache", "XDG_CONFIG_HOME": work + "/config",
                    "KILN_STORE": work + "/store", "GIT_CONFIG_NOSYSTEM": "1",
                    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
        subprocess.run(["git", "init", "-q", "--bare", self.bare], check=True)
        subprocess.run(["git", "init", "-q", "-b", "main", self.tree], check=True)
        os.makedirs(self.tree + "/.flox/pkgs")
        with open(self.tree + "/.flox/pkgs/it.nix", "w") as f:
            f.write(IT.replace("FILE", work + "/file"))
        with open(work + "/file", "w") as f:
            f.write("it\n")
        with open(self.tree + "/.flox/kiln.toml", "w") as f:
            f.write(TRACKS)
        self.kiln("key", "trust", self.kiln("key", "generate", "ci").strip(), "--gate", "build")
        for i in range(41):
            self.version(i + 60)
            if i < 40:
                self.git("tag", "-a", "-m", f"v0.3.{i + 60}", f"v0.3.{i + 60}")
        for branch in ("main-testing", "main-staging"):
            self.git("branch", branch)
        for i, branch in enumerate(("latest", "latest-staging", "latest-testing")):
            self.git("switch", "-q", "-c", branch)
            self.version(101 + i)
        self.git("remote", "add", "origin", self.bare)
        self.git("push", "-q", "origin", "--all")
        self.git("push", "-q", "origin", "--tags")
        for track in ("main-testing", "main-staging", "latest", "latest-staging", "latest-testing"):
            self.kiln("release", "gate", track, "--push")
        self.refs = [self.list(folder) for folder in (self.tree, self.bare)]

    def git(self, *args):
        subprocess.run(["git", "-C", self.tree, *args], check=True, env=self.env)

    def kiln(self, *args):
        done = subprocess.run([KILN, *args], cwd=self.tree, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"bench: kiln {' '.join(args)}:\n{done.stderr}")
        return done.stdout

    def version(self, patch):
        with open(self.tree + "/versions.nix", "w") as f:
            f.write(f'{{ release = "0.3.{patch}"; comfyui.version = "0.3.{patch}"; }}\n')
        self.git("add", "-A")
        self.git("commit", "-q", "-m", f"version 0.3.{patch}")

    def list(self, folder):
        return subprocess.run(["git", "-C", folder, "for-each-ref", "--format=%(refname) %(objectname)"],
                              check=True, env=self.env, capture_output=True, text=True).stdout

    def again(self):
        """As it was before whatever moved it."""
        for folder, refs in zip((self.tree, self.bare), self.refs):
            wanted = dict(line.split() for line in refs.splitlines())
            now = dict(line.split() for line in self.list(folder).splitlines())
            text = "".join(f"delete {name}\n" for name in now if name not in wanted)
            text += "".join(f"update {name} {wanted[name]}\n" for name in wanted if now.get(name) != wanted[name])
            subprocess.run(["git", "-C", folder, "update-ref", "--stdin"], input=text, text=True, check=True, env=self.env)

    def timed(self, argv):
        begin = time.perf_counter()
        done = subprocess.run(argv, cwd=self.tree, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        took = time.perf_counter() - begin
        if done.returncode:
            raise Failed(f"bench: {' '.join(argv)}:\n{done.stderr}")
        return took


def main():
    options = argparse.ArgumentParser(prog="./dev bench release", description=__doc__)
    options.add_argument("--runs", type=int, default=20, help="counted runs of each (20)")
    given = options.parse_args()
    work = tempfile.mkdtemp(prefix="kiln-bench.")
    try:
        r = Repository(work)
        print(f"{'':10}{'kiln':>10}{'git':>10}{'ratio':>8}")
        for name, words in OWN.items():
            got = {"kiln": [], "git": []}
            for i in range(given.runs + 1):
                for who, argv in (("kiln", [KILN, "release", *words]), ("git", ["sh", "-c", HAND[name]])):
                    if name != "status":
                        r.again()
                    took = r.timed(argv)
                    if i:
                        got[who].append(took)
            kiln, git = (statistics.median(got[who]) * 1000 for who in ("kiln", "git"))
            ratio = statistics.median(a / b for a, b in zip(got["kiln"], got["git"]))
            print(f"{name:10}{kiln:7.1f} ms{git:7.1f} ms{ratio:8.2f}", flush=True)
    finally:
        shutil.rmtree(work)


main()
