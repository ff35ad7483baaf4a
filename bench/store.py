# SPDX-License-Identifier: MIT
"""./dev bench store [--runs N] [--dir DIR] [CASE…]: the store beside nix-store (Debian's nix-bin), and
downloads beside curl. Each run has a store of its own in DIR (the temporary folder by default, which
should be a disk with 20 GB free). What was written before is synced first and memory is warm, so that
nobody pays for another or for the machine; and stores are removed at the end only, since some file systems make files slowly where many
were deleted a moment ago."""
import argparse
import contextlib
import glob
import hashlib
import http.server
import os
import random
import shutil
import socketserver
import statistics
import subprocess
import sys
import tempfile
import threading

import peers
from peers import BUILD

SMALL = 5000
FILES, FETCHED = 300, 500 << 20


def remove(path):
    """A store's folders are read-only."""
    subprocess.run(["chmod", "-R", "u+w", path], check=True)
    subprocess.run(["rm", "-rf", path], check=True)


def put_aside(path):
    """Out of the way, for the end."""
    if os.path.lexists(path):
        aside = tempfile.mkdtemp(prefix="aside.", dir=os.path.dirname(path))
        os.rename(path, aside + "/was")


def make_tree(folder):
    """Sizes as in a Python environment with a few big libraries: 620 MB in 4,200 files."""
    r = random.Random(7)
    for size, count in ((52 << 20, 6), (4 << 20, 30), (64 << 10, 2000), (20 << 10, 2164)):
        for i in range(count):
            place = f"{folder}/d{i % 40}/e{i % 7}"
            os.makedirs(place, exist_ok=True)
            with open(f"{place}/{size}-{i}", "wb") as f:
                f.write(r.randbytes(size))


def make_small(folder):
    os.makedirs(folder)
    names = []
    for i in range(SMALL):
        names.append(f"{folder}/small-{i}")
        with open(names[-1], "w") as f:
            f.write(f"file {i}\n" * (i % 90 + 1))
    return names


def run(argv, **more):
    done = subprocess.run(argv, capture_output=True, text=True, **more)
    if done.returncode:
        sys.exit(f"bench: {' '.join(argv[:4])}: {done.stderr[-2000:]}")
    return done.stdout


class Case:
    """prepare(store) fills a new store; args are those of nix-store, timed."""

    def __init__(self, name, prepare, args, change=True):
        self.name, self.prepare, self.args, self.change = name, prepare, args, change


def filler(kiln, work, names):
    """Stores that are needed again and again are made once and copied."""
    kept = {}

    def give(kind, make):
        def prepare(store):
            if kind not in kept:
                kept[kind] = f"{work}/kept-{kind}"
                make(kept[kind])
            shutil.copytree(kept[kind], store, symlinks=True)
        return prepare

    def many(store):
        run([*kiln, "--store", store, "--add", *names])

    def graph(store):
        """Each path refers to three earlier ones; one in the middle is a root."""
        r = random.Random(3)
        paths = run([*kiln, "--store", store, "--add", *names]).split()
        text = ""
        for i, path in enumerate(paths):
            refs = sorted({paths[r.randrange(i)] for _ in range(3)} if i else set())
            text += "\n".join([path, "", str(len(refs)), *refs]) + "\n"
        run([*kiln, "--store", store, "--register-validity", "--reregister"], input=text)
        os.symlink(paths[SMALL // 2], f"{store}/nix/var/nix/gcroots/half")
        with open(f"{store}/top", "w") as f:
            f.write(paths[-1])

    def everything(store):
        """40 paths of 15 MB, and the small ones."""
        many(store)
        run([*kiln, "--store", store, "--add", *sorted(glob.glob(f"{work}/tree/d*"))])

    def tree(store):
        run([*kiln, "--store", store, "--add", f"{work}/tree"])

    return (give(f.__name__, f) for f in (many, graph, everything, tree))


def cases(kiln, work):
    make_tree(f"{work}/tree")
    names = make_small(f"{work}/small")
    many, graph, everything, tree = filler(kiln, work, names)

    def nothing(store):
        os.makedirs(store)

    def top(store):
        return ["-qR", open(f"{store}/top").read()]

    return [
        Case("tree of 620 MB", nothing, lambda store: ["--add", f"{work}/tree"]),
        Case("5,000 files", nothing, lambda store: ["--add", *names]),
        Case("the tree again", tree, lambda store: ["--add", f"{work}/tree"], False),
        Case("gc of 5,000", many, lambda store: ["--gc"]),
        Case("check contents", everything, lambda store: ["--verify", "--check-contents"], False),
        Case("closure", graph, top, False),
        Case("print dead", graph, lambda store: ["--gc", "--print-dead"], False),
    ]


def compare(found, case, work, runs):
    """Interleaved; medians of wall, CPU and peak, and of the pairs' ratios to the first."""
    got = {p.name: [] for p in found}
    stores = {p.name: f"{work}/store-{i}" for i, p in enumerate(found)}
    for i in range(runs + 1):
        for p in found:
            store = stores[p.name]
            if case.change or i == 0:
                put_aside(store)
                case.prepare(store)
                peers.settle(work)
            figures = p.run(["--store", store, *case.args(store)])
            if i:  # the first warms caches up
                got[p.name].append(figures)
    for store in stores.values():
        put_aside(store)
    report(case.name, found, got)


def report(name, found, got):
    row = f"{name:16}"
    for p in found:
        cpu, wall, peak = (statistics.median(v) for v in zip(*got[p.name]))
        row += f" |{p.name:>9}{wall * 1000:9.1f} ms{cpu * 1000:9.1f} ms CPU{peak:7.1f} MB"
    for other in found[1:]:
        ratio = statistics.median(a[1] / b[1] for a, b in zip(got[found[0].name], got[other.name]))
        row += f" | wall {ratio:.2f} of {other.name}"
    print(row, flush=True)


# ---- downloads ----

class Sender(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder = None

    def log_message(self, *args):
        pass

    def do_GET(self):
        with open(f"{self.folder}/{os.path.basename(self.path)}", "rb") as f:
            size = os.fstat(f.fileno()).st_size
            self.send_response(200)
            self.send_header("Content-Length", str(size))
            self.end_headers()
            self.wfile.flush()
            at = 0
            while at < size:
                at += os.sendfile(self.connection.fileno(), f.fileno(), at, size - at)


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128


@contextlib.contextmanager
def serving(folder):
    Sender.folder = folder
    server = Server(("127.0.0.1", 0), Sender)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()


def downloads(work, runs):
    folder, out = f"{work}/served", f"{work}/fetched"
    os.makedirs(folder)
    r = random.Random(11)
    with serving(folder) as port, open(f"{work}/curl.conf", "w") as conf, open(f"{work}/sums", "w") as sums, \
            open(f"{work}/fetch.nix", "w") as nix:
        nix.write("map (f: derivation { name = f.n; system = \"builtin\"; builder = \"builtin:fetchurl\";\n"
                  f"  url = \"http://127.0.0.1:{port}/${{f.n}}\"; outputHashAlgo = \"sha256\"; outputHashMode = \"flat\";\n"
                  "  outputHash = f.h; preferLocalBuild = true; }) [\n")
        for i in range(FILES):
            data = r.randbytes(FETCHED // FILES)
            digest = hashlib.sha256(data).hexdigest()
            with open(f"{folder}/f{i}", "wb") as f:
                f.write(data)
            conf.write(f'url = "http://127.0.0.1:{port}/f{i}"\noutput = "{out}/f{i}"\n')
            sums.write(f"{digest}  {out}/f{i}\n")
            nix.write(f'  {{ n = "f{i}"; h = "{digest}"; }}\n')
        nix.write("]\n")
        for f in (conf, sums, nix):
            f.flush()
        env = {"no_proxy": "*", "KILN_STORE": f"{work}/store-fetch", "KILN_DATA_DIR": peers.TOP,
               "XDG_CACHE_HOME": f"{work}/cache"}
        curl = f"curl -sS --parallel --parallel-max 64 -K {work}/curl.conf && sha256sum --quiet -c {work}/sums && sync -f {out}"
        found = [peers.Peer("kiln", [os.path.join(BUILD, "compat", "nix-build"), "--no-out-link", f"{work}/fetch.nix"], env=env),
                 peers.Peer("curl", ["sh", "-c", curl], env=env)]
        got = {p.name: [] for p in found}
        for i in range(runs + 1):
            for p in found:
                put_aside(env["KILN_STORE"])
                put_aside(out)
                os.makedirs(out)
                peers.settle(work)
                figures = p.run([])
                if i:
                    got[p.name].append(figures)
        report("300 downloads", found, got)


def main():
    options = argparse.ArgumentParser(prog="./dev bench store", description=__doc__)
    options.add_argument("--runs", type=int, default=5, help="counted runs of each case (5)")
    options.add_argument("--dir", help="where the data and the stores are made")
    options.add_argument("only", nargs="*", metavar="CASE", help="cases whose names begin so")
    given = options.parse_args()
    kiln = [os.path.join(BUILD, "compat", "nix-store")]
    nix = shutil.which("nix-store")
    if not nix:
        sys.exit("bench: no nix-store (Debian's nix-bin) to compare with")
    version = run([nix, "--version"]).split()[-1]
    found = [peers.Peer("kiln", kiln), peers.Peer("Nix " + version, [nix])]
    work = tempfile.mkdtemp(prefix="kiln-bench.", dir=given.dir)
    peers.settle_files()

    def wanted(name):
        return not given.only or any(name.startswith(o) for o in given.only)

    try:
        for case in cases(kiln, work):
            if wanted(case.name):
                compare(found, case, work, given.runs)
        if wanted("300 downloads"):
            downloads(work, given.runs)
    finally:
        remove(work)


if __name__ == "__main__":
    main()
