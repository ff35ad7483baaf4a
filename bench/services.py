# SPDX-License-Identifier: MIT
"""./dev bench services [--services N] [--runs N]: `kiln services status` of an environment with N running services,
and `kiln complete` of a project's recipes, beside `kiln version`, wall time, in turn. What is typed at a prompt may not
wait."""
import argparse
import os
import statistics
import subprocess
import tempfile

from activate import KILN, wall, write


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--services", type=int, default=20)
    p.add_argument("--runs", type=int, default=40)
    o = p.parse_args()
    with tempfile.TemporaryDirectory() as top:
        os.environ["KILN_STORE"] = f"{top}/store"
        write(f"{top}/e/.flox/env/manifest.toml", "version = 1\n" + "".join(
            f'[services.s{i}]\ncommand = "exec sleep 1000"\n' for i in range(o.services)))
        write(f"{top}/e/.flox/pkgs/one.nix", "{ }: 1\n")
        subprocess.run([KILN, "services", "start"], cwd=f"{top}/e", check=True, capture_output=True)
        try:
            sides = [("version", [KILN, "version"]), ("services status", [KILN, "services", "status"]),
                     ("complete", [KILN, "complete", "--", "kiln", "build", "o"])]
            times = {name: [] for name, _ in sides}
            for _ in range(o.runs):
                for name, command in sides:
                    times[name].append(wall(command, f"{top}/e"))
        finally:
            subprocess.run([KILN, "services", "stop"], cwd=f"{top}/e", check=True, capture_output=True)
    floor = statistics.median(times["version"])
    print(f"{'':16} {'median':>9} {'ratio':>7}")
    for name, _ in sides:
        here = statistics.median(times[name])
        print(f"{name:16} {here:6.2f} ms {here / floor:7.2f}")


if __name__ == "__main__":
    main()
