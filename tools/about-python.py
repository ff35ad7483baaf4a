#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# What people are told of the set's Python packages: pkgs/python/about.json, from the metadata of the
# wheels that lock.json names. pip reads it, of most wheels without the rest of them. A file of its own,
# so that no derivation depends on it.
import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

here = Path(__file__).resolve().parent.parent / "pkgs" / "python"
tags = ["manylinux_2_35", "manylinux_2_34", "manylinux_2_31", "manylinux_2_28", "manylinux_2_27", "manylinux_2_26", "manylinux_2_24",
        "manylinux_2_17", "manylinux_2_12", "manylinux_2_5", "manylinux2014", "manylinux2010", "manylinux1"]
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


def plain_text(text):
    """One line, without the addresses that some have in it."""
    return " ".join(re.sub(r" ?\(?(https?://\S+|\b[a-z]+\.(org|com|io|net)\b\)?)", "", text).split())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lock", type=Path, default=here / "lock.json")
    parser.add_argument("--about", type=Path, default=here / "about.json")
    args = parser.parse_args()
    lock = json.loads(args.lock.read_text())
    names = {n.replace("-", "_"): n for n in lock["projects"]}
    packages = {}
    for item in report(wheels(lock), lock["python"]):
        meta = item["metadata"]
        plain = "-".join(filter(None, meta["name"].lower().replace("_", "-").replace(".", "-").split("-")))
        name = names.get(plain.replace("-", "_"), plain)
        row = {"description": plain_text(meta.get("summary") or ""), "license": license_of(meta)}
        packages[name] = {k: v for k, v in row.items() if v and v != "UNKNOWN"}
    text = ",\n".join(f"  {json.dumps(n)}: {json.dumps(packages[n], ensure_ascii=False)}" for n in sorted(packages))
    args.about.write_text('{\n "version": 1,\n "packages": {\n' + text + "\n }\n}\n")
    print(f"told of {len(packages)} of {len(lock['projects'])} packages in '{args.about}'")


main()
