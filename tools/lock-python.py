#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# Resolves pkgs/python/requirements.txt with uv and writes pkgs/python/lock.json: for every project
# its version, its dependencies after markers, and for every system the one file to install. The
# lock names files and hashes, never a host or an address, and is sorted throughout, so that the
# same resolution gives the same bytes. A file without systems is for all of them; no requires, and
# no slots, are none.
#
# Needs uv and the module packaging: in a scratch venv, `pip install uv packaging`, and a
# Python 3.13 where a project must be asked for its metadata. What the lock already has keeps its
# version wherever the requirements allow that, unless --upgrade is given; what moved is printed.
# --check resolves again with the lock's versions as constraints and fails when anything differs.

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from packaging.markers import Marker
from packaging.tags import compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

PYTHON = (3, 13)
PYTHON_FULL = "3.13.5"
GLIBC = (2, 41)
MACHINES = ("aarch64", "x86_64")
NVIDIA = re.compile(r"nvidia-.*-cu\d+$|nvidia-cuda-.*$|cuda-bindings$|cuda-pathfinder$|cuda-toolkit$")
SLOT_NAMES = {"torch", "torchvision", "torchaudio", "triton"}


def is_slot(name):
    return name in SLOT_NAMES or bool(NVIDIA.match(name))


def read_requirements(path):
    """The file's lines by their leading word."""
    kinds = {"want": [], "constraint": [], "override": [], "sdist": [], "slot": [], "alias": [], "needs": []}
    for line in path.read_text().splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        word, _, rest = line.partition(" ")
        kind = word if word in kinds and word != "want" and rest else "want"
        kinds[kind].append(line if kind == "want" else rest.strip())
    return kinds


def platforms(machine):
    """Platform tags from the best to the least, as an installer orders them."""
    legacy = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
    for minor in range(GLIBC[1], 4, -1):
        yield f"manylinux_2_{minor}_{machine}"
        if minor in legacy:
            yield f"{legacy[minor]}_{machine}"
    yield f"linux_{machine}"


def tags(machine):
    plats = list(platforms(machine))
    return [*cpython_tags(PYTHON, platforms=plats),
            *compatible_tags(PYTHON, interpreter="cp313", platforms=plats)]


def environment(machine):
    return {
        "implementation_name": "cpython", "implementation_version": PYTHON_FULL,
        "os_name": "posix", "platform_machine": machine, "platform_release": "",
        "platform_system": "Linux", "platform_version": "",
        "platform_python_implementation": "CPython", "python_full_version": PYTHON_FULL,
        "python_version": "3.13", "sys_platform": "linux", "extra": "",
    }


def toml_list(items):
    return "[" + ", ".join(json.dumps(i) for i in items) + "]"


def project_file(kinds, pins):
    dependencies = kinds["want"] + [s.split("==")[0] for s in kinds["slot"]]
    systems = [f"sys_platform == 'linux' and platform_machine == '{m}'" for m in MACHINES]
    return f"""
[project]
name = "set"
version = "0"
requires-python = "=={PYTHON[0]}.{PYTHON[1]}.*"
dependencies = {toml_list(dependencies)}
[tool.uv]
package = false
environments = {toml_list(systems)}
required-environments = {toml_list(systems)}
constraint-dependencies = {toml_list(kinds["constraint"] + kinds["slot"] + pins)}
override-dependencies = {toml_list(kinds["override"])}
"""


def index_environment():
    """What pip is configured with, for uv."""
    env = dict(os.environ)
    index = subprocess.run([sys.executable, "-m", "pip", "config", "get", "global.index-url"],
                           capture_output=True, text=True, check=False).stdout.strip()
    if index:
        env["UV_DEFAULT_INDEX"] = index
    if env.get("PIP_CERT"):
        env.setdefault("SSL_CERT_FILE", env["PIP_CERT"])
    return env


def resolve(uv, python, kinds, pins, preferred):
    """uv.lock of the requirements, parsed. A uv.lock that is there already is what uv prefers, so
    one of the preferred versions alone is made first."""
    env = index_environment()
    with tempfile.TemporaryDirectory() as folder:
        command = [uv, "lock", "--quiet", "--project", folder, "--python", python, "--no-build"]
        for name in kinds["sdist"]:
            command += ["--no-binary-package", name]
        if preferred:
            only = {**kinds, "want": preferred, "constraint": []}
            Path(folder, "pyproject.toml").write_text(project_file(only, []))
            subprocess.run(command, check=True, env=env)
        Path(folder, "pyproject.toml").write_text(project_file(kinds, pins))
        subprocess.run(command, check=True, env=env)
        return tomllib.loads(Path(folder, "uv.lock").read_text())


def applies(edge, machine):
    return "marker" not in edge or Marker(edge["marker"]).evaluate(environment(machine))


def requires(packages, package, machine):
    """The names that a project needs on a machine; an extra counts as its dependencies."""
    found, seen = set(), set()

    def visit(owner, edges):
        for edge in edges:
            if not applies(edge, machine):
                continue
            target = packages[edge["name"]]
            if target is not owner:
                found.add(edge["name"])
            for extra in edge.get("extra", []):
                key = (edge["name"], extra)
                if key not in seen:
                    seen.add(key)
                    visit(target, target.get("optional-dependencies", {}).get(extra, []))

    visit(package, package.get("dependencies", []))
    found.discard(package["name"])
    return found


def file_of(entry):
    name = entry["url"].split("#")[0].rsplit("/", 1)[1].replace("%2B", "+").replace("%2b", "+")
    algorithm, _, digest = entry["hash"].partition(":")
    if algorithm != "sha256":
        raise SystemExit(f"{name}: the index gives {algorithm}, not sha256")
    return {"name": name, "sha256": digest}


def best_wheel(package, machine):
    order = {tag: i for i, tag in enumerate(tags(machine))}
    ranked = []
    for wheel in package.get("wheels", []):
        entry = file_of(wheel)
        _, _, build, wheel_tags = parse_wheel_filename(entry["name"])
        ranks = [order[t] for t in wheel_tags if t in order]
        if ranks:
            ranked.append((min(ranks), tuple(-b for b in build[:1]), entry["name"], entry))
    return min(ranked)[3] if ranked else None


def files(package, sdists):
    """One file a machine; the same file for several machines is listed once."""
    out = {}
    for machine in MACHINES:
        entry = None if package["name"] in sdists else best_wheel(package, machine)
        if entry is None and package["name"] in sdists and "sdist" in package:
            entry = file_of(package["sdist"])
        if entry is not None:
            row = out.setdefault(entry["name"], {**entry, "systems": []})
            row["systems"].append(f"{machine}-linux")
    return [out[name] for name in sorted(out)]


def row_of(packages, package, sdists):
    by_machine = {m: requires(packages, package, m) for m in MACHINES}
    everywhere = set.intersection(*by_machine.values())
    row = {"version": package["version"], "files": files(package, sdists)}
    row["requires"] = sorted(n for n in everywhere if not is_slot(n))
    row["slots"] = sorted({n for s in by_machine.values() for n in s if is_slot(n)})
    only = {f"{m}-linux": sorted(n for n in s - everywhere if not is_slot(n))
            for m, s in by_machine.items()}
    only = {system: names for system, names in only.items() if names}
    if only:
        row["requiresOn"] = only
    return row


def apply_aliases(rows, aliases):
    """Several projects that ship one module: whoever needs one of them needs the provider."""
    for name in aliases:
        rows.pop(name, None)
    for row in rows.values():
        for names in [row, *([row["requiresOn"]] if "requiresOn" in row else [])]:
            for key, value in names.items():
                if isinstance(value, list) and key != "files":
                    names[key] = sorted({aliases.get(n, n) for n in value})


def add_needs(rows, lines):
    """What a project imports and does not ask for."""
    for name, *more in (line.split() for line in lines):
        row = rows[name]
        row["slots"] = sorted({*row["slots"], *filter(is_slot, more)})
        row["requires"] = sorted({*row["requires"], *(n for n in more if not is_slot(n))})


def needs(row):
    return set(row["requires"]).union(*row.get("requiresOn", {}).values())


def reachable(rows, roots):
    seen, todo = set(), sorted(roots)
    while todo:
        name = todo.pop()
        if name not in seen and not is_slot(name):
            seen.add(name)
            todo += sorted(needs(rows[name]))
    return seen


def refuse_cycles(rows):
    """Store paths cannot refer to each other in a circle."""
    state = {}

    def visit(name, trail):
        if state.get(name) == "done":
            return
        if name in trail:
            raise SystemExit("cycle: " + " -> ".join([*trail[trail.index(name):], name]))
        for need in sorted(needs(rows[name])):
            visit(need, [*trail, name])
        state[name] = "done"

    for name in sorted(rows):
        visit(name, [])


def slot_versions(packages, kinds, rows):
    """The slots that have a filling, and what else of the kind a row needs, with their versions."""
    needed = {n for r in rows.values() for n in r["slots"]}
    return {n: packages[n]["version"] for n in needed} | dict(s.split("==") for s in kinds["slot"])


def make_lock(uv_lock, kinds):
    packages = {p["name"]: p for p in uv_lock["package"] if "virtual" not in p.get("source", {})}
    twice = len(packages) + 1 != len(uv_lock["package"])
    if twice:
        raise SystemExit("a project has two versions: bound it by a constraint, so that all systems agree")
    sdists = {canonicalize_name(n) for n in kinds["sdist"]}
    rows = {n: row_of(packages, p, sdists) for n, p in packages.items() if not is_slot(n)}
    aliases = dict(a.split() for a in kinds["alias"])
    apply_aliases(rows, aliases)
    add_needs(rows, kinds["needs"])
    roots = {canonicalize_name(re.match(r"[\w.-]+", w)[0]) for w in kinds["want"]}
    rows = {n: rows[n] for n in sorted(reachable(rows, {aliases.get(n, n) for n in roots}))}
    without = [n for n, r in rows.items() if not any("x86_64-linux" in f["systems"] for f in r["files"])]
    if without:
        raise SystemExit("no file for x86_64-linux: " + " ".join(without))
    refuse_cycles(rows)
    slots = slot_versions(packages, kinds, rows)
    return {"format": 1, "python": "3.13", "slots": slots, "projects": rows}


def pin(name, row):
    """A locked version as a requirement, where there is a file of it."""
    systems = {s.removesuffix("-linux") for f in row["files"] for s in f["systems"]}
    where = " or ".join(f"platform_machine == '{m}'" for m in sorted(systems))
    return f"{name}=={row['version']}" + (f" ; {where}" if systems < set(MACHINES) else "")


def shorten(rows):
    """What goes without saying is left out: every evaluation of a package reads the lock."""
    for row in rows.values():
        for key in [k for k in ("requires", "slots") if not row[k]]:
            del row[key]
        for file in row["files"]:
            if len(file["systems"]) == len(MACHINES):
                del file["systems"]


def lengthen(rows):
    for row in rows.values():
        for key in ("requires", "slots"):
            row.setdefault(key, [])
        for file in row["files"]:
            file.setdefault("systems", [f"{m}-linux" for m in MACHINES])


def tell_moves(old, new):
    for name, row in sorted(old.items()):
        if name not in new:
            print(f"gone: {name} {row['version']}")
        elif new[name]["version"] != row["version"]:
            print(f"moved: {name} {row['version']} -> {new[name]['version']}")
    for name in sorted(set(new) - set(old)):
        print(f"new: {name} {new[name]['version']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    here = Path(__file__).resolve().parent.parent / "pkgs" / "python"
    parser.add_argument("--requirements", type=Path, default=here / "requirements.txt")
    parser.add_argument("--lock", type=Path, default=here / "lock.json")
    parser.add_argument("--uv", default="uv")
    parser.add_argument("--python", default="python3.13")
    parser.add_argument("--check", action="store_true", help="only compare with the lock")
    parser.add_argument("--upgrade", action="store_true", help="the newest versions of everything")
    args = parser.parse_args()

    kinds = read_requirements(args.requirements)
    old = json.loads(args.lock.read_text())["projects"] if args.lock.exists() else {}
    lengthen(old)
    known = [pin(n, r) for n, r in old.items()]
    pins = known if args.check else []
    preferred = [] if args.check or args.upgrade else known
    lock = make_lock(resolve(args.uv, args.python, kinds, pins, preferred), kinds)
    shorten(lock["projects"])
    text = json.dumps(lock, indent=1, sort_keys=True) + "\n"
    if not args.check:
        args.lock.write_text(text)
        tell_moves(old, lock["projects"])
    elif text != args.lock.read_text():
        raise SystemExit(f"{args.lock}: another resolution than the lock's")


if __name__ == "__main__":
    main()
