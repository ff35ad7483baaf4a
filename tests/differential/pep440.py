#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# pep440.py DRIVER [CASES [SEED]]: generates versions, specifiers, markers and requirements, most of
# them nearly valid, and compares the driver's answers with the module `packaging`.

import random
import subprocess
import sys

from packaging.markers import InvalidMarker, Marker, UndefinedComparison
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

VARIABLES = ["os_name", "sys_platform", "platform_machine", "platform_python_implementation", "platform_system",
             "python_version", "python_full_version", "implementation_name", "implementation_version", "extra"]
VALUES = ["linux", "posix", "x86_64", "aarch64", "CPython", "Linux", "win32", "cpython", "test", "Test_Me", ""]
OPERATORS = ["==", "!=", "<=", ">=", "<", ">", "~=", "==="]


class Cases:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def maybe(self, text, p=0.3):
        return text if self.r.random() < p else ""

    def number(self):
        return self.r.choice(["0", "1", "2", "10", "007", str(self.r.randrange(30)), "20240101"])

    def version(self):
        r = self.r

        def sep():
            return r.choice(["", ".", "-", "_"])

        text = self.maybe("v", 0.05) + self.maybe(self.number() + "!", 0.1)
        text += ".".join(self.number() for _ in range(r.choice([1, 1, 2, 2, 3, 4])))
        if r.random() < 0.3:
            text += sep() + r.choice(["a", "b", "rc", "c", "alpha", "beta", "pre", "preview", "RC", "A"])
            text += self.maybe(sep() + self.number(), 0.8)
        if r.random() < 0.25:
            text += r.choice([sep() + r.choice(["post", "rev", "r", "POST"]) + self.maybe(sep() + self.number(), 0.8),
                              "-" + self.number()])
        if r.random() < 0.25:
            text += sep() + r.choice(["dev", "DEV"]) + self.maybe(sep() + self.number(), 0.8)
        if r.random() < 0.2:
            parts = [r.choice(["cpu", "cu121", "1", "01", "Ab", "2x"]) for _ in range(r.choice([1, 2, 3]))]
            text += "+" + r.choice(".-_").join(parts)
        if r.random() < 0.04:
            at = r.randrange(len(text) + 1)
            text = text[:at] + r.choice(".-_+!*x 1") + text[at:]
        return text

    def specifier(self):
        r = self.r
        if r.random() < 0.25:
            base = ".".join(self.number() for _ in range(r.choice([1, 2, 3])))
            return r.choice(["==", "!=", "==", "!=", "~=", ">="]) + self.maybe(" ") + base + ".*"
        return r.choice(OPERATORS[:7]) + self.maybe(" ") + self.version()

    def specifiers(self):
        if self.r.random() < 0.05:  # packaging's === swallows a comma, so it stands alone
            return "===" + self.version().replace(" ", "")
        return self.r.choice([",", ", ", " ,"]).join(self.specifier() for _ in range(self.r.choice([1, 1, 1, 2, 3])))

    def near(self, spec):
        """A version that is likely to be at the edge of a specifier."""
        text = spec.split(",")[-1].lstrip("<>=!~ ").removesuffix(".*").strip()
        tail = self.r.choice(["", ".0", ".post1", "a1", ".dev1", "+x", ".1", None])
        return self.version() if tail is None else text + tail

    def comparison(self):
        r = self.r
        name = r.choice(VARIABLES)
        if "version" in name:
            value = r.choice(["3.13", "3.8", "3.13.5", "3.13.*", "4", "3", "3.9.0", "x", "3.13.5rc1"])
        else:
            value = r.choice(VALUES)
        quote = r.choice("\"'")
        value = f"{quote}{value}{quote}"
        op = r.choice([*OPERATORS[:6], *OPERATORS[:2] * 2, "in", "not in", "~="])
        left, right = (name, value) if r.random() < 0.85 else (value, name)
        return f"{left} {op} {right}"

    def marker(self, depth=0):
        r = self.r
        parts = []
        for _ in range(r.choice([1, 1, 2, 3])):
            if depth < 3 and r.random() < 0.25:
                parts.append("(" + self.marker(depth + 1) + ")")
            else:
                parts.append(self.comparison())
        text = parts[0]
        for part in parts[1:]:
            text += r.choice([" and ", " or "]) + part
        if r.random() < 0.03:
            text = text[:r.randrange(len(text))]
        return text

    def requirement(self):
        r = self.r
        text = r.choice(["a", "Foo.Bar", "x_y-z", "a1", "-a", "a-", "numpy"])
        text += self.maybe(r.choice(["[b]", "[b, c]", " [x-y,z]", "[]", "[,]", "[a"]), 0.3)
        shape = r.random()
        if shape < 0.5:
            specs = self.specifiers()
            text += self.maybe(" ") + (f"({specs})" if r.random() < 0.3 else specs)
        elif shape < 0.6:
            text += " @ file:///x/y" + self.maybe(" ", 0.8)
        if r.random() < 0.4:
            text += self.maybe(" ") + ";" + self.maybe(" ") + self.marker()
        return text


def guarded(function):
    try:
        return function()
    except (InvalidVersion, InvalidSpecifier, InvalidMarker, InvalidRequirement, UndefinedComparison):
        return "bad"


def yes_no(value):
    return "yes" if value else "no"


def expect_order(a, b):
    x, y = Version(a), Version(b)
    return "<" if x < y else ">" if x > y else "="


def expect_contains(spec, version):
    return yes_no(SpecifierSet(spec).contains(Version(version), prereleases=True))


def environment(machine):
    return {"implementation_name": "cpython", "implementation_version": "3.13.5", "os_name": "posix",
            "platform_machine": machine, "platform_release": "", "platform_system": "Linux", "platform_version": "",
            "python_full_version": "3.13.5", "platform_python_implementation": "CPython", "python_version": "3.13",
            "sys_platform": "linux", "extra": ""}


def expect_requirement(text):
    r = Requirement(text)
    return f"{r.name}|{len(r.extras)}|{len(r.specifier)}|{r.url or ''}|{yes_no(r.marker)}"


def main():
    driver = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 4000
    cases = Cases(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    questions, answers = [], []

    def ask(question, function):
        questions.append(question)
        answers.append(guarded(function))

    for _ in range(count):
        a, b = cases.version(), cases.version()
        ask(f"version\t{a}", lambda: str(Version(a)))
        ask(f"order\t{a}\t{b}", lambda: expect_order(a, b))
        spec = cases.specifiers()
        near = cases.near(spec)
        ask(f"contains\t{spec}\t{near}", lambda: expect_contains(spec, near))
        marker, machine = cases.marker(), cases.r.choice(["x86_64", "aarch64"])
        ask(f"marker\t{machine}\t{marker}", lambda: yes_no(Marker(marker).evaluate(environment(machine))))
        requirement = cases.requirement()
        ask(f"requirement\t{requirement}", lambda: expect_requirement(requirement))
    got = subprocess.run([driver], input="\n".join(questions) + "\n", capture_output=True, text=True,
                         check=True).stdout.splitlines()
    wrong = [(q, w, g) for q, w, g in zip(questions, answers, got) if w != g]
    for question, want, have in wrong[:20]:
        print(f"{question!r}: packaging says {want!r}, kiln says {have!r}")
    print(f"{len(questions)} questions, {len(wrong)} differ")
    sys.exit(bool(wrong) or len(got) != len(questions))


main()
