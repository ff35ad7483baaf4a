#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# What the set's Python packages say of themselves, from the metadata of the wheels that lock.json names, which
# pip reads, of most without the rest of them. Two files of their own, so that no derivation depends on them:
# about.json has what people are told; metadata.json has `requires`, which `kiln lock python` tells its resolver,
# so that nobody has to be asked again, and `extras`, nixpkgs' optional-dependencies, by project.
#
# Needs the modules pip and packaging.
import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

here = Path(__file__).resolve().parent.parent / "pkgs" / "python"
tags = ["manylinux_2_35", "manylinux_2_34", "manylinux_2_31", "manylinux_2_28", "manylinux_2_27", "manylinux_2_26", "manylinux_2_24",
        "manylinux_2_17", "manylinux_2_12", "manylinux_2_5", "manylinux2014", "manylinux2010", "manylinux1"]
MACHINES = ("aarch64", "x86_64")
LICENSE_MAX = 60  # longer ones are the text itself


def wheels(lock):
    for name, row in lock["projects"].items():
        for file in row["files"]:
            if file["name"].endswith(".whl") and "x86_64-linux" in file.get("systems", ["x86_64-linux"]):
                yield f"{name}=={row['version']}"


def report(requirements, python):
    with tempfile.TemporaryDirectory() as folder:
        wanted, out = Path(folder, "wanted"), Path(folder, "report.json")
        wanted.write_text("\n".join(requirements) + "\n")
        platforms = [f"--platform={tag}_x86_64" for tag in tags] + ["--platform=any"]
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--dry-run", "--ignore-installed", "--ignore-requires-python",
                        "--use-feature=fast-deps", "--only-binary=:all:", f"--target={folder}/target", f"--python-version={python}",
                        f"--report={out}", *platforms, "--requirement", wanted], check=True)
        return json.loads(out.read_text())["install"]


def license_of(meta):
    text = meta.get("license_expression") or meta.get("license") or ""
    named = [c.split(" :: ")[-1] for c in meta.get("classifier", []) if c.startswith("License :: ") and c.count(" :: ") > 1]
    if text and text != "UNKNOWN" and "\n" not in text and len(text) <= LICENSE_MAX:
        return text
    return ", ".join(named)


def environment(machine, extra):
    return {"implementation_name": "cpython", "implementation_version": "3.13.5", "os_name": "posix", "platform_machine": machine,
            "platform_release": "", "platform_system": "Linux", "platform_version": "", "platform_python_implementation": "CPython",
            "python_full_version": "3.13.5", "python_version": "3.13", "sys_platform": "linux", "extra": extra}


def applies(requirement, machine, extra):
    return requirement.marker is None or requirement.marker.evaluate(environment(machine, extra))


def relevant(text, extras):
    return any(applies(Requirement(text), m, e) for m in MACHINES for e in ["", *extras])


def extra_names(all_requires, project, extra, machine, seen):
    """What an extra adds, by project; an extra of another project counts as its dependencies."""
    names = set()
    for text in all_requires.get(project, []):
        wanted = Requirement(text)
        if not applies(wanted, machine, extra) or (extra and applies(wanted, machine, "")):
            continue
        name = canonicalize_name(wanted.name)
        names.add(name)
        for more in sorted(wanted.extras):
            if (name, more) not in seen:
                seen.add((name, more))
                names |= extra_names(all_requires, name, more, machine, seen)
    return names - {project}


def extras_of(all_requires, project, extras):
    by_machine = {m: {e: extra_names(all_requires, project, e, m, {(project, e)}) for e in extras} for m in MACHINES}
    everywhere = {e: set.intersection(*(by_machine[m][e] for m in MACHINES)) for e in extras}
    row = {"extras": {e: sorted(everywhere[e]) for e in sorted(extras)}}
    only = {f"{m}-linux": {e: sorted(by_machine[m][e] - everywhere[e]) for e in sorted(extras) if by_machine[m][e] - everywhere[e]} for m in MACHINES}
    row["extrasOn"] = {system: of for system, of in only.items() if of}
    return row


def plain_text(text):
    """One line, without the addresses that some have in it."""
    return " ".join(re.sub(r" ?\(?(https?://\S+|\b[a-z]+\.(org|com|io|net)\b\)?)", "", text).split())


def write(path, packages, keys):
    rows = {n: {k: row[k] for k in keys if row[k] and row[k] != "UNKNOWN"} for n, row in packages.items()}
    text = ",\n".join(f"  {json.dumps(n)}: {json.dumps(rows[n], ensure_ascii=False)}" for n in sorted(rows))
    path.write_text('{\n "version": 1,\n "packages": {\n' + text + "\n }\n}\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lock", type=Path, default=here / "lock.json")
    parser.add_argument("--about", type=Path, default=here / "about.json")
    parser.add_argument("--metadata", type=Path, default=here / "metadata.json")
    args = parser.parse_args()
    lock = json.loads(args.lock.read_text())
    names = {n.replace("-", "_"): n for n in lock["projects"]}
    packages, extras = {}, {}
    for item in report(wheels(lock), lock["python"]):
        meta = item["metadata"]
        plain = canonicalize_name(meta["name"])
        name = names.get(plain.replace("-", "_"), plain)
        extras[name] = meta.get("provides_extra", [])
        packages[name] = {"description": plain_text(meta.get("summary") or ""), "license": license_of(meta),
                          "requires": [r for r in meta.get("requires_dist", []) if relevant(r, extras[name])]}
    requires = {name: row["requires"] for name, row in packages.items()}
    for name, row in packages.items():
        row.update(extras_of(requires, name, extras[name]))
    write(args.about, packages, ("description", "license"))
    write(args.metadata, packages, ("requires", "extras", "extrasOn"))
    print(f"told of {len(packages)} of {len(lock['projects'])} packages")


main()
