# SPDX-License-Identifier: MIT
"""Kills a command of `kiln release` with SIGKILL at moments that are spread over its work, with the git
programs that it runs and without them, each time on a fresh copy of a repository and its remote. Run
again, the command must bring both to where they are to be.

usage: release-killed.py KILN SCRATCH SEED MOMENTS WANTED [--interrupt] COMMAND…
--interrupt: by SIGINT instead, to kiln or to all of it, as a terminal sends it.
SCRATCH/template has the folders w, a work tree, and r.git, its remote by a relative path. WANTED is the
file with what `git for-each-ref` is to print of both. Last line: kills, moments, milliseconds."""
import os
import random
import shutil
import signal
import subprocess
import sys
import time

kiln, scratch, seed, moments, wanted = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
SIGNAL = signal.SIGINT if sys.argv[6] == "--interrupt" else signal.SIGKILL
command = [kiln, "release"] + sys.argv[6 + (SIGNAL == signal.SIGINT):]
work = scratch + "/work"
tree = work + "/w"
random.seed(seed)
with open(wanted) as f:
    target = f.read()


def fresh():
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(scratch + "/template", work, symlinks=True)


def start():
    return subprocess.Popen(command, cwd=tree, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            start_new_session=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))


def ask(*argv):
    done = subprocess.run(argv, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def refs(folder):
    return ask("git", "-C", folder, "for-each-ref", "--format=%(refname) %(objectname) %(*objectname)", "refs/heads", "refs/tags")[1]


def children(pid):
    """Of a process, and theirs, but for what stands for another machine: the remote's own program."""
    found = []
    for name in os.listdir("/proc"):
        try:
            with open("/proc/%s/stat" % name) as f:
                parent = int(f.read().rsplit(")", 1)[1].split()[1])
            with open("/proc/%s/cmdline" % name) as f:
                words = f.read()
        except (OSError, IndexError, ValueError):
            continue
        if parent == pid and "receive-pack" not in words and "upload-pack" not in words:
            found += [int(name)] + children(int(name))
    return found


def end(pid, with_children):
    victims = children(pid) if with_children else []
    for victim in [pid] + victims:
        try:
            os.kill(victim, SIGNAL)
        except ProcessLookupError:
            pass


def quiet(group):
    """Until nobody of the session works any more."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.002)


def trial(moment, whole_group):
    fresh()
    process = start()
    time.sleep(moment)
    killed = process.poll() is None
    end(process.pid, killed and whole_group)
    said = process.stderr.read().decode()
    process.stderr.close()
    process.stdout.close()
    process.wait()
    quiet(process.pid)
    wrong = []
    # ^C is answered by a word, but where nothing has begun.
    if killed and SIGNAL == signal.SIGINT and process.returncode:
        begun = os.path.exists(tree + "/.git/kiln-release.json") or refs(tree) != before
        if process.returncode != 130 if begun else process.returncode not in (130, -SIGNAL):
            wrong.append("^C: status %d: %s" % (process.returncode, said))
        elif process.returncode == 130 and "error: " not in said:
            wrong.append("^C: it says: " + said)
    # Who was killed has no status 0, whatever he told before: he is run again. Then once more, as
    # somebody does who did not see that.
    for _ in range(2 if killed else 1):
        status, words = ask("sh", "-c", 'cd "$1"; shift; exec "$@"', "sh", tree, *command)
        if status:
            wrong.append("run again: status %d: %s" % (status, words))
    for folder in (tree, work + "/r.git"):
        if refs(folder) != target:
            wrong.append("%s is at\n%s" % (folder, refs(folder)))
        status, words = ask("git", "-C", folder, "fsck", "--strict", "--no-dangling")
        if status or words:
            wrong.append("fsck: " + words)
    status, words = ask("git", "-C", tree, "status", "--porcelain")
    if status or words:
        wrong.append("its files: " + words)
    if os.path.exists(tree + "/.git/kiln-release.json"):
        wrong.append("the journal stays")
    return killed, wrong


before = refs(scratch + "/template/w")
whole = float("inf")
for _ in range(3):
    fresh()
    begin = time.monotonic()
    process = start()
    out, err = process.communicate()
    whole = min(whole, time.monotonic() - begin)
    if process.returncode:
        print("by itself it fails: " + err.decode())
        sys.exit(1)
kills = 0
for i in range(moments):
    moment = (i + random.random()) / moments * whole * 1.1
    killed, wrong = trial(moment, i % 2 == 1)
    kills += killed
    if wrong:
        print("after %.1f of %.1f ms, %s: %s" % (moment * 1000, whole * 1000, "all" if i % 2 else "kiln alone", "\n".join(wrong)))
        sys.exit(1)
print("%d of %d moments, %.0f ms" % (kills, moments, whole * 1000))
