#!/usr/bin/env python3
"""Instantiates what a checkout of nixpkgs has with several evaluators, and compares the paths.

  nixpkgs.py CHECKOUT LIMIT KILN ORACLE...   each evaluator a nix-instantiate's command line

Attributes go in batches; one whose evaluation cannot be caught leaves its batch and counts as an
error. The first oracle decides what there is. Every attribute that an oracle can instantiate must
have the same path with kiln, and one that it cannot must fail there too. At most LIMIT attributes of
a set are looked at (0: all).
"""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

BATCH = 250
HERE = os.path.dirname(os.path.abspath(__file__))
ERROR = "error"


def nix(value):
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("${", "\\${")
    return "[ " + " ".join(map(nix, value)) + " ]"


class Evaluator:
    """One nix-instantiate, with what it used."""

    def __init__(self, command, checkout):
        self.command = shlex.split(command)
        self.checkout = checkout
        self.cpu = 0.0
        self.peak = 0
        self.runs = 0

    def ask(self, what, path, names):
        expr = (f"(import {HERE}/nixpkgs.nix {{ nixpkgs = {self.checkout}; path = {nix(path)}; "
                f"names = {nix(names)}; }}).{what}")
        argv = self.command + ["--eval", "--strict", "--json", "--show-trace", "-E", expr]
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            err.seek(0)
            text, errors = out.read(), err.read().decode(errors="replace")
        self.cpu += usage.ru_utime + usage.ru_stime
        self.peak = max(self.peak, usage.ru_maxrss)
        self.runs += 1
        if child.returncode == 0:
            return json.loads(text), None
        return None, errors

    def each(self, what, path, names):
        """The answers for names, ERROR where there is none."""
        answers = {}
        names = list(names)
        while names:
            got, errors = self.ask(what, path, names)
            if got is not None:
                answers.update(zip(names, got))
                break
            blamed = [n for n in re.findall(r"@([^@\n]*)@", errors) if n in names]
            if blamed:
                answers[blamed[0]] = ERROR
                self.reasons[tuple(path) + (blamed[0],)] = last_error(errors)
                names.remove(blamed[0])
            elif len(names) == 1:
                answers[names[0]] = ERROR
                self.reasons[tuple(path) + (names[0],)] = last_error(errors)
                break
            else:
                half = len(names) // 2
                answers.update(self.each(what, path, names[:half]))
                names = names[half:]
        return answers

    reasons = {}


def last_error(text):
    found = re.findall(r"error: (.*)", text)
    return found[-1] if found else text[-200:]


def batches(names):
    return [names[i:i + BATCH] for i in range(0, len(names), BATCH)]


def sets_of(oracle, path, limit):
    """The attribute paths of the set and of the sets within it, with their names."""
    names, errors = oracle.ask("names", path, [])
    if names is None:
        return
    yield path, names[:limit] if limit else names
    if len(path) >= 2:
        return
    for some in batches(names):
        for name, is_set in oracle.each("sets", path, some).items():
            if is_set is True and name not in ("lib", "pkgs", "override", "meta", "passthru", "config"):
                yield from sets_of(oracle, path + [name], limit)


def main(checkout, limit, kiln, *oracles):
    kiln = Evaluator(kiln, checkout)
    oracles = [Evaluator(o, checkout) for o in oracles]
    seen, same, failed, bad = set(), 0, 0, 0
    for path, names in sets_of(Evaluator(shlex.join(oracles[0].command), checkout), [], limit):
        if tuple(names) in seen:
            continue
        seen.add(tuple(names))
        for some in batches(names):
            ours = kiln.each("drvs", path, some)
            theirs = [o.each("drvs", path, some) for o in oracles]
            for name in some:
                answers = [t[name] for t in theirs]
                if ours[name] in answers:
                    same += isinstance(ours[name], str) and ours[name] != ERROR
                    failed += ours[name] is False or ours[name] == ERROR
                    if all(a == ours[name] for a in answers):
                        continue
                # What only one Nix can instantiate is as that one says.
                if ours[name] in answers and ours[name] != ERROR:
                    continue
                bad += 1
                print(".".join(path + [name]), answers, ours[name],
                      Evaluator.reasons.get(tuple(path) + (name,), ""))
    for who, e in [("kiln", kiln)] + [(o.command[0], o) for o in oracles]:
        print(f"# {who}: {e.cpu:.1f} s of CPU, {e.peak // 1024} MiB at most, {e.runs} runs")
    print(f"{same} paths agree, {failed} fail alike, {bad} differ")
    return 1 if bad or not same else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:]))
