# SPDX-License-Identifier: MIT
"""Interrupts kiln while its jobs run, as TAP. usage: interrupt-jobs.py TRIALS

The bound is generous for the sake of busy machines; on one with a load of ten all answer within 100 ms."""
import os
import signal
import socket
import subprocess
import sys
import threading
import time

BUILD = os.environ["KILN_BUILD"]
BOUND = 2.0
kept = []


def drip(connection):
    try:
        connection.recv(1000)
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        while True:
            connection.send(b"x" * 1000)
            time.sleep(0.01)
    except OSError:
        pass


def serve(listener):
    """Every other connection never has an answer, the rest have one without end."""
    while True:
        kept.append(listener.accept()[0])
        if len(kept) % 2:
            threading.Thread(target=drip, args=(kept[-1],), daemon=True).start()


def shell(name, script):
    return f'derivation {{ name = "{name}"; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" "{script}" ]; }}'


def main():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    threading.Thread(target=serve, args=(listener,), daemon=True).start()
    url = "http://127.0.0.1:%d/" % listener.getsockname()[1]
    source = ('derivation { name = "f${toString n}"; system = "builtin"; builder = "builtin:fetchurl"; url = "' + url
              + '${toString n}"; outputHash = "' + "0" * 52 + '"; outputHashAlgo = "sha256"; outputHashMode = "flat"; }')
    build = [BUILD + "/compat/nix-build", "--no-out-link", "-j", "20", "-E"]
    works = {
        "a build": build + [shell("one", "while :; do :; done")],
        "one that ignores all it can": build + [shell("deaf", "trap '' INT TERM HUP; while :; do :; done")],
        "twenty builds": build + ["map (n: " + shell("n${toString n}", "while :; do /bin/sleep 1; done") + ") (builtins.genList (n: n) 20)"],
        "twenty downloads": build + [f"map (n: {source}) (builtins.genList (n: n) 20)"],
        "a download of the evaluator": [BUILD + "/kiln", "eval", "-E", f'builtins.readFile (builtins.fetchurl "{url}x")'],
    }
    print("1..%d" % len(works))
    failed = 0
    for number, (name, command) in enumerate(works.items(), 1):
        worst, wrong = 0.0, None
        for trial in range(int(sys.argv[1])):
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                       preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
            time.sleep(0.4 + 0.3 * trial)
            begin = time.monotonic()
            process.send_signal(signal.SIGINT)
            try:
                err = process.communicate(timeout=60)[1].decode(errors="replace")
            except subprocess.TimeoutExpired:
                process.kill()
                wrong = "no answer within a minute"
                break
            worst = max(worst, time.monotonic() - begin)
            if process.returncode != 130:
                wrong = "status %d: %s" % (process.returncode, err[-300:])
        if not wrong and worst > BOUND:
            wrong = "it took longer than %.1f s" % BOUND
        failed += wrong is not None
        print("%s %d - %s # %.0f ms" % ("not ok" if wrong else "ok", number, name, worst * 1000), flush=True)
        if wrong:
            print("# " + wrong.replace("\n", "\n# "))
    return 1 if failed else 0


sys.exit(main())
