# SPDX-License-Identifier: MIT
"""./dev bench project [--runs N]: a project of 40 recipes of which nothing changed, `kiln build`'s
whole process: answered from what was kept, and by evaluating again. The first build fetches what
stdenv and python are made of; the store stays in the build folder."""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

import peers
from peers import BUILD, TOP

RECIPES = 40


def recipe(i):
    """Sources of their own, siblings, python packages without a build, an environment of some."""
    siblings = [f"r{k}" for k in (i - 1, i // 2) if 0 <= k < i]
    if i % 4 == 3:
        return (f"{{ python3, {', '.join(dict.fromkeys(siblings))} }}:\n"
                f"python3.pkgs.buildPythonPackage {{\n  pname = \"r{i}\";\n  version = \"1.{i}\";\n"
                f"  format = \"other\";\n  src = ../../sources/s{i};\n  dontBuild = true;\n"
                f"  installPhase = ''mkdir -p $out; echo {' '.join('${' + s + '}' for s in siblings)} > $out/uses'';\n"
                f"  meta.description = \"package {i}\";\n}}\n")
    head = ", ".join(["lib", "stdenv", *dict.fromkeys(siblings)])
    return (f"{{ {head} }}:\nstdenv.mkDerivation rec {{\n  pname = \"r{i}\";\n  version = \"0.{i}\";\n"
            f"  src = ../../sources/s{i};\n  buildInputs = [ {' '.join(siblings)} ];\n  dontConfigure = true;\n"
            f"  installPhase = ''\n    mkdir -p $out\n    cp -r . $out/files\n    echo ${{version}} > $out/version\n  '';\n"
            f"  meta = with lib; {{ license = licenses.mit; platforms = platforms.linux; }};\n}}\n")


def make_project(folder):
    os.makedirs(folder + "/.flox/pkgs")
    for i in range(RECIPES):
        with open(f"{folder}/.flox/pkgs/r{i}.nix", "w") as f:
            f.write(recipe(i))
        for k in range(5):
            os.makedirs(f"{folder}/sources/s{i}/d{k}")
            with open(f"{folder}/sources/s{i}/d{k}/f.py", "w") as f:
                f.write(f"value = {i * k}\n" * 50)


def main():
    options = argparse.ArgumentParser(prog="./dev bench project", description=__doc__)
    options.add_argument("--runs", type=int, default=20, help="counted runs of each (20)")
    given = options.parse_args()
    work = tempfile.mkdtemp(prefix="kiln-bench.")
    env = {"KILN_STORE": os.path.join(BUILD, "bench-store"), "KILN_DATA_DIR": TOP, "XDG_CACHE_HOME": work + "/cache"}
    kiln = [os.path.join(BUILD, "kiln"), "build", "--project", work + "/project"]
    try:
        make_project(work + "/project")
        if subprocess.run([*kiln, "--quiet"], env={**os.environ, **env}, stdout=subprocess.DEVNULL).returncode:
            sys.exit("bench: the project cannot be built")
        for name, argv in (("kept", kiln), ("evaluated", [*kiln, "--no-eval-cache"])):
            runs = [peers.Peer("kiln", argv, env=env).run([]) for _ in range(given.runs + 1)][1:]
            cpu, wall, peak = (statistics.median(figures) for figures in zip(*runs))
            print(f"{RECIPES} recipes, {name:10} wall {wall * 1000:6.1f} ms, CPU {cpu * 1000:6.1f} ms, {peak:5.1f} MB", flush=True)
    finally:
        shutil.rmtree(work)


main()
