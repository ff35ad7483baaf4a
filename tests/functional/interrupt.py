"""Interrupts kiln at a seeded moment in each of many kinds of work, as TAP.

usage: interrupt.py KILN SCRATCH SEED TRIALS
A line a kind: the longest time from SIGINT to the process's end must be below a second. The bound
is generous for the sake of busy machines; on an idle one all answer within 100 ms. What waits for
the disk (one syncfs before a path is registered) gets ten: the kernel does not interrupt that.
"""

import os
import random
import signal
import subprocess
import sys
import time

kiln, scratch, seed, trials = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
random.seed(seed)

BOUND, DISK_BOUND = 1.0, 10.0
DISK = ("a build", "copying a file", "copying a folder", "a path filter", "derivations")

# Long enough for any moment: the work is repeated without end.
AGAIN = "builtins.foldl' (acc: x: builtins.seq (%s) acc) 0 (builtins.genList (x: x) 1000000)"


def again(before, work):
    return before + AGAIN % work


TEXT = 'let f = n: s: if n == 0 then s else f (n - 1) (s + s); s = f 24 "abcdefgh"; in '
LIST = "let l = builtins.genList (x: x) 3000000; in "
SET = 'let a = builtins.listToAttrs (builtins.genList (x: { name = "n${toString x}"; value = x; }) 500000); in '

WORK = {
    "a build": 'import (derivation { name = "w"; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" "while :; do :; done" ]; })',
    "a loop": again("let f = n: if n == 0 then 0 else f (n - 1); in ", "f 5000"),
    "genList": again("", "builtins.genList (x: x) 20000000"),
    "map": again(LIST, "map (y: y) l"),
    "filter": again(LIST, "builtins.filter builtins.isInt l"),
    "foldl'": again(LIST, "builtins.foldl' builtins.add 0 l"),
    "sort": again("let l = builtins.genList (x: builtins.bitXor (x * 7919) 123456789) 2000000; in ", "builtins.sort builtins.lessThan l"),
    "concatLists": again("let l = builtins.genList (x: x) 5000000; in ", "builtins.concatLists [ l l l ]"),
    "++": again("let l = builtins.genList (x: x) 5000000; in ", "l ++ l"),
    "elem": again(LIST, "builtins.elem (-1) l"),
    "concatStringsSep": again(TEXT, 'builtins.concatStringsSep ", " [ s s s s ]'),
    "interpolation": again(TEXT, '"${s}${s}${s}"'),
    "replaceStrings": again(TEXT, 'builtins.replaceStrings [ "a" "c" ] [ "bb" "dd" ] s'),
    "match": again(TEXT, 'builtins.match "[a-h]*z" s'),
    "split": again(TEXT, 'builtins.split "h(a)" s'),
    "splitVersion": again('let f = n: s: if n == 0 then s else f (n - 1) (s + s); s = f 22 "1.2a"; in ', "builtins.splitVersion s"),
    "fromJSON": again('let t = "[" + builtins.concatStringsSep "," (builtins.genList (x: \'\'{"a":${toString x}}\'\') 500000) + "]"; in ', "builtins.fromJSON t"),
    "toJSON": again(LIST, "builtins.toJSON l"),
    "toJSON of a string": again(TEXT, "builtins.toJSON s"),
    "toXML": again(LIST, "builtins.toXML l"),
    "fromTOML": again('let t = builtins.concatStringsSep "\\n" (builtins.genList (x: "k${toString x} = [ 1, 2 ]") 300000); in ', "builtins.fromTOML t"),
    "hashString": again(TEXT, 'builtins.hashString "sha512" s'),
    "hashFile": again("", 'builtins.hashFile "sha512" SCRATCH/big'),
    "readFile": again("", "builtins.readFile SCRATCH/big"),
    "copying a file": again("", '"${builtins.path { path = SCRATCH/big; name = "n${toString x}"; }}"'),
    "copying a folder": again("", '"${builtins.path { path = SCRATCH/tree; name = "n${toString x}"; }}"'),
    "a path filter": again("", '"${builtins.path { path = SCRATCH/tree; name = "n${toString x}"; filter = p: t: true; }}"'),
    "attrNames": again(SET, "builtins.attrNames a"),
    "mapAttrs": again(SET, "builtins.mapAttrs (n: v: v) a"),
    "listToAttrs": again('let l = builtins.genList (x: { name = "n${toString x}"; value = x; }) 500000; in ', "builtins.listToAttrs l"),
    "removeAttrs": again(SET + "let n = builtins.attrNames a; in ", "removeAttrs a n"),
    "groupBy": again(LIST, "builtins.groupBy toString l"),
    "zipAttrsWith": again(SET, "builtins.zipAttrsWith (n: l: l) [ a a a ]"),
    "intersectAttrs": again(SET, "builtins.intersectAttrs a a"),
    "//": again(SET, "a // builtins.mapAttrs (n: v: v) a"),
    "catAttrs": again("let l = builtins.genList (x: { a = x; }) 2000000; in ", 'builtins.catAttrs "a" l'),
    "partition": again(LIST, "builtins.partition builtins.isInt l"),
    "concatMap": again(LIST, "builtins.concatMap (x: [ x x ]) l"),
    "toFile": again(TEXT, 'builtins.toFile "n${toString x}" s'),
    "printing": "builtins.genList (x: { inherit x; s = \"x\"; }) 20000000",
    "genericClosure": "builtins.genericClosure { startSet = [ { key = 0; } ]; operator = x: [ { key = x.key + 1; } ]; }",
    "deepSeq": again("let l = builtins.genList (x: [ x { a = x; } ]) 500000; in ", "builtins.deepSeq l 1"),
    "comparing": again("let l = builtins.genList (x: [ x ]) 500000; m = builtins.genList (x: [ x ]) 500000; in ", "l == m"),
    "derivations": again("", '(derivation { name = "x${toString x}"; system = "x"; builder = "b"; }).drvPath'),
    "parsing": None,
}


def trial(expression):
    command = [kiln, "eval"]
    command += ["-f", scratch + "/program.nix"] if expression is None else ["--strict", "-E", expression.replace("SCRATCH", scratch)]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        # a shell's background job ignores it
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    time.sleep(0.05 + random.random() * (0.3 if expression is None else 1.0))
    if process.poll() is not None:
        return None, "ended by itself: " + process.stderr.read().decode(errors="replace")[-200:]
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    try:
        err = process.communicate(timeout=60)[1].decode(errors="replace")
    except subprocess.TimeoutExpired:
        process.kill()
        return None, "no answer within a minute"
    took = time.monotonic() - begin
    if process.returncode != 130 or not err.rstrip().endswith("interrupted by the user"):
        return took, "status %d: %s" % (process.returncode, err[-200:])
    return took, None


failed = 0
longest = 0.0
print("1..%d" % len(WORK))
for number, (name, expression) in enumerate(WORK.items(), 1):
    worst, wrong = 0.0, None
    for _ in range(trials):
        took, problem = trial(expression)
        worst = max(worst, took or 0.0)
        wrong = wrong or problem
    bound = DISK_BOUND if name in DISK else BOUND
    if worst > bound:
        wrong = wrong or "it took longer than %.1f s" % bound
    longest = max(longest, worst)
    failed += wrong is not None
    print("%s %d - %s # %.0f ms" % ("not ok" if wrong else "ok", number, name, worst * 1000), flush=True)
    if wrong:
        print("# " + wrong.replace("\n", "\n# "))
print("# longest: %.0f ms in %d trials" % (longest * 1000, len(WORK) * trials))
sys.exit(1 if failed else 0)
