# SPDX-License-Identifier: MIT
"""./dev bench activate --profile PATH [--slot FILLING] [--store DIR] [--runs N]: an environment with PATH (a store
path, comfyui-complete say) is entered for a command that does nothing, beside `uv run --no-sync true` and
`direnv exec . true`, wall time, in turn. Everything is warm; there is no hook, and direnv's file has one export.
--slot fills torch; it is checked once, before that counts. uv and direnv are found on PATH."""
import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import time

from peers import BUILD

KILN = os.path.join(BUILD, "kiln")


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def prepared(top, o):
    """(name, command, folder) of each side that is there."""
    slot = f'[kiln.slots]\ntorch = "{o.slot}"\n' if o.slot else ""
    write(f"{top}/kiln/.flox/env/manifest.toml",
          f'version = 1\n[install]\np.store-path = "{o.profile}"\n{slot}')
    sides = [("kiln", [KILN, "activate", "--", "true"], f"{top}/kiln")]
    if shutil.which("uv"):
        write(f"{top}/uv/pyproject.toml", '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.9"\n')
        subprocess.run(["uv", "venv", "-q", ".venv"], cwd=f"{top}/uv", check=True)
        sides.append(("uv run", ["uv", "run", "--no-sync", "true"], f"{top}/uv"))
    if shutil.which("direnv"):
        write(f"{top}/direnv/.envrc", "export A=1\n")
        subprocess.run(["direnv", "allow", "."], cwd=f"{top}/direnv", check=True)
        sides.append(("direnv exec", ["direnv", "exec", ".", "true"], f"{top}/direnv"))
    return sides


def wall(command, folder):
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.PIPE, check=True)
    return (time.perf_counter() - began) * 1000


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--profile", required=True)
    p.add_argument("--slot")
    p.add_argument("--store")
    p.add_argument("--runs", type=int, default=40)
    o = p.parse_args()
    if o.store:
        os.environ["KILN_STORE"] = o.store
    with tempfile.TemporaryDirectory() as top:
        sides = prepared(top, o)
        times = {name: [] for name, _, _ in sides}
        for i in range(o.runs + 3):
            for name, command, folder in sides:
                took = wall(command, folder)
                if i >= 3:
                    times[name].append(took)
        ours = times["kiln"]
        for name, v in times.items():
            ratio = statistics.median(a / b for a, b in zip(ours, v))
            print(f"{name:12} {statistics.median(v):7.1f} ms   kiln is {ratio:.2f} of it")


if __name__ == "__main__":
    main()
