# SPDX-License-Identifier: MIT
"""./dev bench jobs [--runs N] [ROW…]: what the job loop costs, with builders that do next to nothing.
Rows: goals (CPU a goal, from 1,000 to 10,000, sandbox off), flat (200 builds, sandbox off), sandboxed
(200 builds, each in a sandbox), chain (200, each after the one before, in sandboxes that show more and
more of the store): these three beside nix-store, where it is on PATH. substitutes (100 paths from a
slow folder cache, and 100 builds over them, in one run and each alone)."""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

import trivial
from peers import BUILD, TOP, Failed, Peer

JOBS = str(os.cpu_count())


class Graph:
    """A graph in a store, and a copy of the store for each run: one in which nothing is built yet."""

    def __init__(self, work, name, tools, count, shape, sandbox, kiln=None):
        self.folder = f"{work}/{name}-{count}-{shape}-{sandbox}".replace(" ", "-")
        self.store = self.folder + "/now"
        env = {**trivial.own_folders(self.folder), **trivial.own_store(self.store), "KILN_DATA_DIR": TOP}
        self.drvs = trivial.instantiate(tools, env, count, shape)
        if kiln:
            trivial.add_shell(kiln, TOP, env)
        os.rename(self.store, self.folder + "/unbuilt")
        options = ["-r", "-j", JOBS, "--option", "sandbox", sandbox]
        options += [] if kiln else ["--option", "build-users-group", ""]
        self.peer = Peer(name, [(tools + "/" if tools else "") + "nix-store", *options], env=env)

    def run(self):
        """CPU and wall seconds, peak MB of one build of everything."""
        trivial.clear(self.store)
        subprocess.run(["cp", "-a", self.folder + "/unbuilt", self.store], check=True)
        os.sync()
        return self.peer.run(self.drvs)


def tools_of_peers():
    peers = [("kiln", BUILD + "/compat", BUILD)]
    nix = shutil.which("nix-store")
    if nix:
        version = subprocess.run([nix, "--version"], capture_output=True, text=True).stdout.split()[-1]
        peers.append(("Nix " + version, None, None))
    return peers


def beside(work, what, count, shape, sandbox, runs):
    graphs = [Graph(work, name, tools, count, shape, sandbox, kiln) for name, tools, kiln in tools_of_peers()]
    got = [[] for _ in graphs]
    for _ in range(runs):
        for graph, figures in zip(graphs, got):
            figures.append(graph.run())
    row = f"{what:42}"
    for graph, figures in zip(graphs, got):
        cpu, wall, peak = (statistics.median(f) for f in zip(*figures))
        row += f"  {graph.peer.name}: wall {wall * 1000:7.0f} ms, CPU {cpu * 1000:6.0f} ms, {peak:5.1f} MB"
    for other in got[1:]:
        ratio = [statistics.median(a[i] / b[i] for a, b in zip(got[0], other)) for i in (1, 0)]
        row += f"; ratio of wall {ratio[0]:.2f}, of CPU {ratio[1]:.2f}"
    print(row, flush=True)
    for graph in graphs:
        trivial.clear(graph.folder)


def goals(work, runs):
    """CPU of the whole run, the builders' too, by the number of goals: it must not grow with it."""
    graphs = [Graph(work, "kiln", BUILD + "/compat", count, "flat", "false", BUILD) for count in (1000, 10000)]
    got = {1000: [], 10000: []}
    for _ in range(runs):
        for graph in graphs:
            cpu, wall, peak = graph.run()
            got[len(graph.drvs)].append((cpu / len(graph.drvs), wall / len(graph.drvs), peak))
    for count, figures in got.items():
        cpu, wall, peak = (statistics.median(f) for f in zip(*figures))
        print(f"{f'{count:,} goals, sandbox off':42}  CPU {cpu * 1e6:5.0f} µs a goal, wall {wall * 1e6:5.0f} µs, "
              f"{peak:5.1f} MB", flush=True)
    grown = statistics.median(b[0] / a[0] for a, b in zip(got[1000], got[10000]))
    print(f"{'':42}  CPU a goal at 10,000 to that at 1,000: {grown:.2f} (the bar: 1.20)", flush=True)
    for graph in graphs:
        trivial.clear(graph.folder)


def substitutes(runs):
    """Wall time of both together must be near that of the longer: neither waits for all of the other."""
    got = []
    for delay, build in ((100, 60), (400, 5)):
        for _ in range(runs):
            done = subprocess.run([BUILD + "/bench/substitutes", "100", str(delay), str(build)], capture_output=True, text=True)
            if done.returncode:
                raise Failed(f"bench: substitutes:\n{done.stderr[-2000:]}")
            got.append([int(word) for word in done.stderr.split()[-3:]])
        far, near, both = (statistics.median(f) for f in zip(*got[-runs:]))
        ratio = statistics.median(b / max(f, n) for f, n, b in got[-runs:])
        print(f"{f'100 substitutes of {delay} ms, 100 builds':42}  substitutes alone {far:.0f} ms, builds alone {near:.0f} ms, "
              f"both {both:.0f} ms; to the longer: {ratio:.2f} (the bar: 1.15)", flush=True)


def main():
    options = argparse.ArgumentParser(prog="./dev bench jobs", description=__doc__)
    options.add_argument("--runs", type=int, default=3, help="runs of each (3)")
    options.add_argument("only", nargs="*", metavar="ROW", help="these rows")
    given = options.parse_args()
    trivial.no_outside_settings()
    rows = {
        "goals": lambda work: goals(work, given.runs),
        "flat": lambda work: beside(work, "200 builds, sandbox off", 200, "flat", "false", given.runs),
        "sandboxed": lambda work: beside(work, "200 builds, each in a sandbox", 200, "flat", "true", given.runs),
        "chain": lambda work: beside(work, "a chain of 200, each in a sandbox", 200, "chain", "true", given.runs),
        "substitutes": lambda work: substitutes(given.runs),
    }
    for name in given.only:
        if name not in rows:
            sys.exit(f"bench: there is no row '{name}'; there are: {' '.join(rows)}")
    work = tempfile.mkdtemp(prefix="kiln-bench.")
    try:
        for name in given.only or rows:
            try:
                rows[name](work)
            except Failed as failure:
                print(f"{name}: cannot be measured here:\n{failure}", flush=True)
    finally:
        trivial.clear(work)


main()
