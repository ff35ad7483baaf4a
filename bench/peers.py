# SPDX-License-Identifier: MIT
"""Runs of commands side by side: kiln and its peers in turn, so that a machine that slows down slows
all of them; medians, and ratios pair by pair. Figures are those of the kernel for the process."""
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("KILN_BUILD", os.path.join(TOP, "build"))


ZEROS = bytes(1 << 20)


def settle(folder, megabytes=1000):
    """Before a run that writes: what others wrote is on the disk, and memory for that many megabytes
    of files is at hand. A virtual machine fetches each page from its host at first touch, which takes
    ten times as long as writing it, of whoever comes by: a file that is written and at once removed
    takes that on itself."""
    os.sync()
    with tempfile.TemporaryFile(dir=folder) as f:
        for _ in range(megabytes):
            f.write(ZEROS)


def settle_files():
    """Before the first run. ext4 passes by, one at a time and for each file that is made, the inodes
    of files that were deleted within the last 5 seconds, or 300 where that is not on the disk yet."""
    os.sync()
    time.sleep(6)


class Failed(SystemExit):
    """A command that failed. It ends everything, unless who asked goes on without it."""


class Peer:
    """A program to run: argv before the case's own, its root or None, its environment's additions,
    its folder or None, what becomes it and is not counted."""

    def __init__(self, name, argv, root=None, env=None, cwd=None, within=()):
        self.name, self.argv, self.root, self.env, self.cwd = name, argv, root, env or {}, cwd
        self.within = list(within)

    def run(self, args, stdin=os.devnull):
        """One run: CPU seconds, wall seconds, peak MB. Failed, if the command does."""
        with tempfile.NamedTemporaryFile() as out, open(stdin, "rb") as given:
            command = [*self.within, os.path.join(BUILD, "bench", "measure")]
            command += ["-r", self.root] if self.root else []
            command += [out.name] + self.argv + args
            done = subprocess.run(command, env={**os.environ, **self.env}, cwd=self.cwd, stdin=given,
                                  stderr=subprocess.PIPE, text=True, errors="replace")
            figures = open(out.name).read().split()
            if done.returncode or len(figures) != 5 or figures[4] != "0":
                said = " ".join(self.argv + args)[:200]
                raise Failed(f"bench: {self.name}: {said}:\n{done.stderr[-2000:]}")
        user, system, wall, peak = map(int, figures[:4])
        return (user + system) / 1e6, wall / 1e6, peak / 1024


def compare(peers, cases, runs):
    """cases: (name, args of a peer -> list, repetitions factor). Prints a row each; returns
    {peer: [(case, CPU ratio, memory ratio)]} of the first peer to each other one."""
    first, others = peers[0], peers[1:]
    head = f"{'':14}" + f"{first.name + ' CPU':>12}{'MB':>8}"
    for p in others:
        head += f" |{p.name + ' CPU':>14}{'MB':>8}{'CPU':>7}{'mem':>6}"
    print(head, flush=True)
    ratios = {p.name: [] for p in others}
    for name, args, factor in cases:
        got = {p.name: [] for p in peers}
        for i in range(max(3, int(runs * factor)) + 1):
            for p in peers:
                figures = p.run(args(p))
                if i:  # the first warms caches up
                    got[p.name].append(figures)
        row = f"{name:14}" + "".join(cells(got[first.name]))
        for p in others:
            cpu = statistics.median(a[0] / max(b[0], 1e-6) for a, b in zip(got[first.name], got[p.name]))
            mem = statistics.median(a[2] / b[2] for a, b in zip(got[first.name], got[p.name]))
            ratios[p.name].append((name, cpu, mem))
            cpu_cell, mem_cell = cells(got[p.name])
            row += f" |{cpu_cell:>14}{mem_cell}{cpu:7.2f}{mem:6.2f}"
        print(row, flush=True)
    return ratios


def cells(runs):
    cpu = statistics.median(r[0] for r in runs)
    return f"{cpu * 1000:9.1f} ms", f"{statistics.median(r[2] for r in runs):8.1f}"


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))
