# SPDX-License-Identifier: MIT
"""./dev bench against REVISION|BUILD-FOLDER [--pairs N] [ROW…]: this build beside an older one.

The other one is a revision of this repository, built into build/against/, or a folder built already.
Each has folders, caches and stores of its own; both evaluate the other one's package set and project,
so that what differs is the program (--own-set: each its own). Runs alternate; ratios are new to old,
pair by pair, medians. Instructions are counted by perf where the machine has counters, else by valgrind
(on smaller inputs where that would take minutes, and not where a process forks). A ! marks what is
over 1.03 in instructions, 1.10 in wall time or peak memory. The status is always 0: it measures, it
does not judge."""
import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import against_rows
import trivial
from peers import BUILD, TOP, Failed, Peer

LIMITS = {"wall": 1.10, "instructions": 1.03, "peak": 1.10}


class Side:
    """One of both: its build folder, a folder of everything that it writes, and in that the package
    set and the project that it evaluates."""

    def __init__(self, name, build, work, data):
        self.name, self.build, self.top = name, build, source_of(build)
        self.work, self.data = f"{work}/{name}", f"{work}/{name}/data"
        self.env = {**trivial.own_folders(self.work), "KILN_DATA_DIR": self.data}
        for folder in ("pkgs", "comfyui"):
            shutil.copytree(f"{data or self.top}/{folder}", f"{self.data}/{folder}",
                            ignore=shutil.ignore_patterns("result*"))

    def command(self, tool):
        return f"{self.build}/kiln" if tool == "kiln" else f"{self.build}/compat/{tool}"

    def peer(self, tool, env):
        return Peer(self.name, [self.command(tool)], env={**self.env, **env}, cwd=self.work)


def source_of(build):
    with open(build + "/meson-info/meson-info.json") as f:
        return json.load(f)["directories"]["source"]


def options_of(build):
    """What of a build folder's configuration decides how fast the program is."""
    found = subprocess.run(["meson", "introspect", "--buildoptions", build], capture_output=True, text=True)
    if found.returncode:
        return None
    wanted = ("buildtype", "optimization", "debug", "b_ndebug", "b_lto", "b_sanitize", "c_args", "c_link_args")
    return {o["name"]: o["value"] for o in json.loads(found.stdout) if o["name"] in wanted}


def as_arguments(options):
    for name, value in options.items():
        if isinstance(value, list):
            if value:
                yield f"-D{name}={','.join(value)}"
        else:
            yield f"-D{name}={str(value).lower() if isinstance(value, bool) else value}"


def built(revision):
    """The build folder of a revision, made as this one's is."""
    asked = subprocess.run(["git", "-C", TOP, "rev-parse", "--verify", "--quiet", revision + "^{commit}"],
                           capture_output=True, text=True)
    if asked.returncode:
        sys.exit(f"bench: '{revision}' is neither a build folder nor a revision of {TOP}")
    commit = asked.stdout.strip()
    source = os.path.join(BUILD, "against", commit)
    if not os.path.exists(source):
        os.makedirs(os.path.dirname(source), exist_ok=True)
        fresh = tempfile.mkdtemp(prefix="new.", dir=os.path.dirname(source))
        archive = subprocess.run(["git", "-C", TOP, "archive", commit], stdout=subprocess.PIPE, check=True)
        subprocess.run(["tar", "-x", "-C", fresh], input=archive.stdout, check=True)
        os.rename(fresh, source)
    build = source + "/build"
    for command in (["meson", "setup", build, source, *as_arguments(options_of(BUILD) or {})],
                    ["ninja", "-C", build, "--quiet"]):
        if command[0] == "meson" and os.path.exists(build + "/build.ninja"):
            continue
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            sys.exit(f"bench: {' '.join(command)}:\n{done.stdout[-4000:]}")
    return build


def find_old(text):
    if os.path.exists(text + "/kiln") and os.path.exists(text + "/build.ninja"):
        return os.path.abspath(text)
    return built(text)


def counter():
    """The function that counts a command's instructions, and its name."""
    probe = subprocess.run(["perf", "stat", "-x,", "-e", "instructions:u", "true"], capture_output=True, text=True) \
        if shutil.which("perf") else None
    if probe and re.match(r"\d+,", probe.stderr.strip().split("\n")[-1]):
        return count_with_perf, "perf"
    if shutil.which("valgrind"):
        return count_with_valgrind, "valgrind"
    return None, "nothing that counts instructions is here"


def quietly(command, peer, stdin):
    with open(stdin, "rb") as given:
        done = subprocess.run(command, env={**os.environ, **peer.env}, cwd=peer.cwd, stdin=given,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return done.returncode == 0


def count_with_perf(peer, args, stdin, folder):
    out = folder + "/perf"
    if not quietly(["perf", "stat", "-x,", "-e", "instructions:u", "-o", out, "--", *peer.argv, *args], peer, stdin):
        return None
    found = re.search(r"^(\d+),", open(out).read(), re.M)
    return int(found[1]) if found else None


def count_with_valgrind(peer, args, stdin, folder):
    """Of all processes together. What valgrind cannot run has no figure, nor has a process that forked
    another, which would count its parent's instructions once more."""
    folder = tempfile.mkdtemp(dir=folder)
    tool = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null",
            "--trace-children=yes", f"--log-file={folder}/%p"]
    if not quietly([*tool, *peer.argv, *args], peer, stdin):
        return None
    total = 0
    for name in os.listdir(folder):
        for pid, refs in re.findall(r"==(\d+)== I +refs: +([\d,]+)", open(f"{folder}/{name}").read()):
            if pid != name:
                return None
            total += int(refs.replace(",", ""))
    return total or None


def cell(value, limit):
    if value is None:
        return f"{'-':>8} "
    return f"{value:8.3f}{'!' if value > limit else ' '}"


class Comparison:
    """The rows of both sides, measured in turn."""

    def __init__(self, sides, pairs, count, work):
        self.sides, self.pairs, self.count, self.work = sides, pairs, count, work
        self.marked = []

    def measure(self, row):
        """The figures of both. Which runs first changes from pair to pair."""
        figures = {side.name: [] for side in self.sides}
        for i in range(self.pairs + 1):
            for side in self.sides if i % 2 else reversed(self.sides):
                row.reset(side)
                got = row.peer(side).run(row.args(side), row.stdin(side))
                if i:  # the first warms caches up
                    figures[side.name].append(got)
        return figures["old"], figures["new"]

    def instructions(self, row):
        counts = []
        for side in self.sides if self.count else []:
            row.reset(side)
            counts.append(self.count(row.peer(side), row.args(side, small=True), row.stdin(side), self.work))
        return counts[1] / counts[0] if all(counts) and counts else None

    def compare(self, row):
        for side in self.sides:
            row.prepare(side)
        old, new = self.measure(row)
        cpu, wall, peak = (statistics.median(b[i] / max(a[i], 1e-6) for a, b in zip(old, new)) for i in range(3))
        times = [statistics.median(f[1] for f in figures) * 1000 for figures in (old, new)]
        ratios = {"wall": wall, "instructions": self.instructions(row), "peak": peak}
        cells = [cell(ratios[name], LIMITS[name]) for name in ("wall", "instructions", "peak")]
        print(f"{row.name:30}{times[0]:10.1f}{times[1]:10.1f}{cells[0]}{cpu:8.3f} {cells[1]}{cells[2]}", flush=True)
        over = [name for name, value in ratios.items() if value and value > LIMITS[name]]
        if over:
            self.marked.append(f"{row.name} ({', '.join(over)})")

    def all(self, rows):
        print(f"{'':30}{'old ms':>10}{'new ms':>10}{'wall':>8} {'CPU':>8} {'instr.':>8} {'peak':>8}", flush=True)
        for row in rows:
            try:
                self.compare(row)
            except Failed as failure:
                print(f"{row.name:30}cannot be compared: {failure}", flush=True)
            for side in self.sides:
                row.done(side)
        print("over the limits: " + (", ".join(self.marked) or "none"))


def sizes(sides):
    """Bytes of the stripped programs, and lines of code by folder."""
    stripped = []
    for side in sides:
        out = side.work + "/stripped"
        subprocess.run(["strip", "-o", out, side.build + "/kiln"], check=True)
        stripped.append(os.path.getsize(out))
    print(f"{'stripped program, bytes':30}{stripped[0]:10}{stripped[1]:10}{stripped[1] / stripped[0]:8.3f}")
    lines = [lines_of(side.top + "/src") for side in sides]
    for room in sorted(set(lines[0]) | set(lines[1])):
        print(f"{'lines of src/' + room:30}{lines[0].get(room, 0):10}{lines[1].get(room, 0):10}")
    total = [sum(found.values()) for found in lines]
    print(f"{'lines of src':30}{total[0]:10}{total[1]:10}{total[1] / total[0]:8.3f}", flush=True)


def lines_of(src):
    found = {}
    for folder, _, names in os.walk(src):
        room = os.path.relpath(folder, src).split("/")[0]
        for name in names:
            if name.endswith((".c", ".h", ".def")):
                with open(f"{folder}/{name}", "rb") as f:
                    found[room] = found.get(room, 0) + f.read().count(b"\n")
    return found


def demo(sides):
    """Wall seconds of each side's demo, from an empty store: mostly what the network takes."""
    for side in sides:
        tree = f"{side.work}/demo"
        for folder in ("pkgs", "comfyui", "tests"):
            shutil.copytree(f"{side.top}/{folder}", f"{tree}/{folder}", ignore=shutil.ignore_patterns("result*"))
        own = trivial.own_folders(tree + "/own")
        del own["HOME"], own["XDG_CONFIG_HOME"]  # where hosts come from
        env = {**os.environ, **own, "KILN_BUILD": side.build, "KILN_STORE": tree + "/store"}
        began = time.monotonic()
        done = subprocess.run(["sh", tree + "/tests/demo.sh"], env=env, capture_output=True, text=True)
        took = time.monotonic() - began
        told = [line for line in done.stdout.split("\n") if line.startswith("time:")]
        print(f"demo, {side.name}: status {done.returncode}, {took:.0f} s; {' '.join(told) or done.stderr[-400:]}",
              flush=True)
        trivial.clear(tree)


def main():
    options = argparse.ArgumentParser(prog="./dev bench against", description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("other", metavar="REVISION|BUILD-FOLDER")
    options.add_argument("--pairs", type=int, default=30, help="counted pairs of each row (30)")
    options.add_argument("--no-count", action="store_true", help="count no instructions")
    options.add_argument("--own-set", action="store_true", help="each evaluates the set and project beside it")
    options.add_argument("--demo", action="store_true", help="run each side's demo, too, once (needs the network)")
    options.add_argument("only", nargs="*", metavar="ROW", help="rows whose name begins so")
    given = options.parse_intermixed_args()
    old = find_old(given.other)
    trivial.no_outside_settings()
    work = tempfile.mkdtemp(prefix="kiln-bench.")
    try:
        data = None if given.own_set else source_of(old)
        sides = [Side("old", old, work, data), Side("new", BUILD, work, data)]
        rows = against_rows.rows(work + "/inputs")
        rows = [r for r in rows if not given.only or r.name.startswith(tuple(given.only))]
        count, how = (None, "not counted") if given.no_count else counter()
        print(f"old: {old}\nnew: {BUILD}\ninstructions: {how}; {given.pairs} pairs", flush=True)
        if options_of(old) != options_of(BUILD):
            print("these two were configured differently: what differs may be that")
        sizes(sides)
        Comparison(sides, given.pairs, count, work).all(rows)
        if given.demo:
            demo(sides)
    finally:
        trivial.clear(work)


if __name__ == "__main__":
    main()
