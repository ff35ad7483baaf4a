# SPDX-License-Identifier: MIT
"""Kills a command with SIGKILL at seeded moments of its work on a store, each time on a fresh copy of
one, and says what was wrong afterwards: who outlived it, a store that does not verify, a second run
that does not complete, what neither that nor a collection takes away.

usage: killed.py SCRATCH STORE SEED MOMENTS [--altered|--interrupt] [--left LEFT] CHECK -- COMMAND…

SCRATCH/template is the store as it is before, SCRATCH/work where it is worked on; STORE is the folder of
store paths below it. The command and CHECK, a line of shell that fails where not all was done, are run
in SCRATCH, and so is LEFT, right after the end. --altered: it is the command that mends the store. --interrupt: SIGINT instead, to the
command alone or to all that it has started, as a terminal sends it; it must say so, end with status 130,
and leave no file behind that was not there. Last line: kills, moments, milliseconds that the whole
command takes, and with --interrupt the longest that it took to end."""
import ctypes
import os
import random
import signal
import subprocess
import sys
import time

BUILD = os.environ["KILN_BUILD"]
NIX_STORE = BUILD + "/compat/nix-store"
PR_SET_CHILD_SUBREAPER = 36
# Long, since the machine may be busy: who stays is found by his staying.
PATIENCE = 20
# From SIGINT to the end, on a busy machine, with a disk to wait for.
BOUND = 10


class Trial:
    def __init__(self, scratch, store, check, command, mode):
        self.scratch, self.check, self.command = scratch, check, command
        self.altered, self.interrupt = mode == "--altered", mode == "--interrupt"
        self.longest, self.left = 0, None
        self.store = f"{scratch}/work/{store}"
        self.wrong = []

    def fresh(self):
        work = self.scratch + "/work"
        if os.path.exists(work):
            subprocess.run(["chmod", "-R", "u+w", work], check=True)
            subprocess.run(["rm", "-rf", work], check=True)
        subprocess.run(["cp", "-a", self.scratch + "/template", work], check=True)
        self.wrong = []

    def start(self):
        return subprocess.Popen(self.command, cwd=self.scratch, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
                                # a shell's background job ignores it
                                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))

    def said(self, what, *argv, **more):
        done = subprocess.run(argv, cwd=self.scratch, stdin=subprocess.DEVNULL, capture_output=True, text=True, **more)
        if done.returncode:
            self.wrong.append(f"{what}: status {done.returncode}\n{done.stderr[-1500:]}{done.stdout[-500:]}")
        return done.stdout

    def verify(self, when):
        self.said(f"{when} it does not verify", NIX_STORE, "--verify", "--check-contents")

    def reap(self):
        """What the killed one had started is ours now: it must end by itself."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                if time.monotonic() > until:
                    self.wrong.append("what it had started goes on")
                    subprocess.run(["pkill", "-9", "-P", str(os.getpid())], check=False)
                    return
                time.sleep(0.002)

    def strays(self):
        valid = {os.path.basename(line) for line in self.said("the dump", NIX_STORE, "--dump-db").split("\n") if line.startswith("/")}
        for name in sorted(set(os.listdir(self.store)) - valid - {".links"}):
            self.wrong.append(f"'{name}' stays in the store")

    def files(self):
        """All names, but for what a database and locks make at their opening."""
        found = set()
        for folder, folders, names in os.walk(self.scratch + "/work"):
            if folder.startswith(self.store + "/") or folder.endswith("/nix/var"):
                folders.clear()
                continue
            found |= {os.path.join(folder, name) for name in folders + names}
        return found

    def end_by_hand(self, process, was):
        """^C, to it alone or to its group: it says so, soon, and cleans up. Before it has begun anything
        it may just go."""
        begin = time.monotonic()
        try:
            (os.kill if random.random() < 0.5 else os.killpg)(process.pid, signal.SIGINT)
            err = process.communicate(timeout=PATIENCE)[1].decode(errors="replace")
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            self.wrong.append("^C: no answer")
            return
        took = time.monotonic() - begin
        self.longest = max(self.longest, took)
        if process.returncode == 0 or (process.returncode == -signal.SIGINT and self.files() == was):
            return
        if process.returncode != 130 or not any(line.startswith("error: ") and "interrupted" in line for line in err.split("\n")):
            self.wrong.append(f"^C: status {process.returncode}: {err[-500:]}")
        if took > BOUND:
            self.wrong.append(f"^C: it took {took:.1f} s")
        # What was done whole before it may stay, and what the next collection takes.
        left = [name for name in self.files() - was if "kiln" in os.path.basename(name) and not name.startswith(self.store)]
        if left:
            self.wrong.append("^C: it leaves " + " ".join(sorted(left)))

    def run(self, moment):
        """Was it killed while it worked?"""
        self.fresh()
        was = self.files()
        process = self.start()
        time.sleep(moment)
        killed = process.poll() is None
        if killed and self.interrupt:
            self.end_by_hand(process, was)
        process.kill()
        err = process.stderr.read().decode(errors="replace") if not killed else ""
        process.wait()
        self.reap()
        process.stderr.close()
        if not killed and process.returncode:
            self.wrong.append(f"it failed by itself: {err[-1000:]}")
        if self.left:
            self.said("what it left is wrong", "sh", "-c", self.left)
        if not self.altered:
            self.verify("after the kill")
        # Every other time what it left is collected first: its garbage is nobody's any more.
        if not self.altered and random.random() < 0.5:
            self.said("a collection before the second run", NIX_STORE, "--gc")
            self.strays()
        self.said("the second run", *self.command)
        self.said("the second run did not do all", "sh", "-c", self.check)
        self.verify("after the second run")
        self.said("a collection", NIX_STORE, "--gc")
        self.strays()
        self.verify("after the collection")
        return killed


def main():
    scratch, store, seed, moments = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    rest = sys.argv[5:]
    mode = rest.pop(0) if rest[0] in ("--altered", "--interrupt") else ""
    left = None
    if rest[0] == "--left":
        left, rest = rest[1], rest[2:]
    check, command = rest[0], rest[2:]
    random.seed(seed)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    trial = Trial(scratch, store, check, command, mode)
    trial.left = left
    # How long it takes by itself, on a busy machine, too.
    whole = float("inf")
    for _ in range(3):
        trial.fresh()
        begin = time.monotonic()
        process = trial.start()
        err = process.stderr.read().decode(errors="replace")
        if process.wait():
            print(f"by itself it fails: {err[-1500:]}")
            return 1
        whole = min(whole, time.monotonic() - begin)
    # stratified: each part of its time has its share
    killed, bad = 0, 0
    for i in range(moments):
        moment = whole * (i + random.random()) / moments
        killed += trial.run(moment)
        if trial.wrong:
            bad += 1
            print(f"killed after {moment * 1000:.1f} of {whole * 1000:.0f} ms:\n" + "\n".join(trial.wrong))
    ended = f", ended within {trial.longest * 1000:.0f} ms" if trial.interrupt else ""
    print(f"{killed} of {moments} within {whole * 1000:.0f} ms{ended}")
    return bad > 0 or killed < moments // 3


sys.exit(main())
