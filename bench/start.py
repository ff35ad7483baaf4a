# SPDX-License-Identifier: MIT
"""./dev bench start [--runs N] [--dir DIR] [--store DIR]: from `kiln run --slot torch=cpu RESULT -- comfyui-start`
until ComfyUI answers /system_stats, beside `python main.py` of the same ComfyUI in a virtual environment that
uv made of the same wheels, with the same interpreter, torch and options. Both have started before, so that
files and bytecode are at hand.

--store is a store that has ComfyUI and is used as it is; without it one is made in DIR (the temporary folder by
default), for which Debian's and PyPI's files are fetched."""
import argparse
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import peers
import python
import store as stores
import trivial
from peers import BUILD, TOP
from trivial import said

WAIT_S = 180
KILN = os.path.join(BUILD, "kiln")
# Is started where it shall run, says so, and becomes the command when it is told to.
GATE = 'echo ready; read -r go; exec "$@"'


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def answers(port):
    """Is it 200 that /system_stats gives?"""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as s:
            s.sendall(b"GET /system_stats HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            return s.recv(64).split()[1:2] == [b"200"]
    except OSError:
        return False


def used(pid):
    """CPU seconds of a process and of the children that it waited for; its memory's peak in MB."""
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    peak = next(line for line in open(f"/proc/{pid}/status") if line.startswith("VmHWM"))
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK"), int(peak.split()[1]) / 1024


class Side:
    """One way to start: a name, the command for a port, the environment, and what becomes it before that counts."""

    def __init__(self, name, command, env, log, within=()):
        self.name, self.command, self.env, self.log, self.within = name, command, env, log, list(within)

    def start(self):
        """CPU seconds, wall seconds and peak MB until it answers."""
        port = free_port()
        with open(self.log, "w") as log:
            server = subprocess.Popen([*self.within, "/bin/sh", "-c", GATE, "sh", *self.command(port)], text=True,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                                      env={**os.environ, **self.env}, start_new_session=True)
        try:
            if server.stdout.readline() != "ready\n":
                raise self.failed()
            before, began = used(server.pid)[0], time.monotonic()
            print("go", file=server.stdin, flush=True)
            while not answers(port):
                if server.poll() is not None or time.monotonic() - began > WAIT_S:
                    raise self.failed()
                time.sleep(0.002)
            wall = time.monotonic() - began
            cpu, peak = used(server.pid)
            return cpu - before, wall, peak
        finally:
            end(server)

    def failed(self):
        text = open(self.log, errors="replace").read()
        return peers.Failed(f"bench: {self.name}: ComfyUI did not answer:\n{text[-2000:]}")


def end(server):
    """With all that it started."""
    try:
        os.killpg(server.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    server.wait()
    server.stdin.close()
    server.stdout.close()


def kiln_side(work, store):
    env = {"KILN_STORE": store, "KILN_DATA_DIR": TOP, "HOME": work + "/home", "XDG_CACHE_HOME": work + "/cache",
           "COMFYUI_WORK_DIR": work + "/kiln-work"}
    os.makedirs(work + "/home")
    built = [KILN, "build", "--project", TOP + "/comfyui", "--no-link", "--quiet"]
    result = said([*built, "comfyui"], env).strip()
    said([*built, "--slot", "torch=cpu"], env)
    inside = [KILN, "run", "--slot", "torch=cpu", result, "--"]
    slots = said([*inside, "sh", "-c", "echo $KILN_SLOT_PATH"], env).strip().split(":")
    side = Side("kiln", lambda port: [*inside, "comfyui-start", "--port", str(port)], env, work + "/kiln.log")
    return side, result, slots


def uv_side(work, store, result, slots):
    """The tree without its bytecode, which Python writes for itself here."""
    uv = python.Uv(work, store, python.wheels({"KILN_STORE": store, "KILN_DATA_DIR": TOP}))
    uv.prepare("second")
    uv.install("second")
    site = uv.venv + "/lib/python3.13/site-packages"
    with open(site + "/slots.pth", "w") as f:
        f.write("\n".join(slots) + "\n")
    app, folder = work + "/app", work + "/uv-work"
    shutil.copytree(store + result + "/share/comfyui", app, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(["chmod", "-R", "u+w", app], check=True)
    subprocess.run([*uv.within, "cp", "-rL", work + "/kiln-work", folder], check=True)

    def command(port):
        return [uv.venv + "/bin/python", app + "/main.py", "--base-directory", folder, "--listen", "127.0.0.1",
                "--port", str(port), "--database-url", f"sqlite:///{folder}/user/comfyui.db", "--cpu"]

    return Side("uv", command, {"HOME": work + "/home"}, work + "/uv.log", within=uv.within)


def compare(sides, runs):
    """In turn; who is first changes."""
    got = {s.name: [] for s in sides}
    for i in range(runs + 1):
        for side in sides if i % 2 else reversed(sides):
            figures = side.start()
            if i:  # the first warms caches up
                got[side.name].append(figures)
    stores.report("comfyui-start", [peers.Peer(s.name, []) for s in sides], got)


def main():
    options = argparse.ArgumentParser(prog="./dev bench start", description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=7, help="counted runs of each (7)")
    options.add_argument("--dir", help="where the store and the environment are made")
    options.add_argument("--store", help="a store that has ComfyUI")
    given = options.parse_args()
    trivial.no_outside_settings()
    work = tempfile.mkdtemp(prefix="kiln-bench.", dir=given.dir)
    try:
        store = os.path.abspath(given.store) if given.store else work + "/kept"
        own, result, slots = kiln_side(work, store)
        own.start()
        compare([own, uv_side(work, store, result, slots)], given.runs)
    finally:
        stores.remove(work)


if __name__ == "__main__":
    main()
