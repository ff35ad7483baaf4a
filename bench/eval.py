# SPDX-License-Identifier: MIT
"""./dev bench eval [--runs N] [CASE…]: the language beside nix-instantiate.

Peers: Nix on PATH (2.8 on Debian 12), and the one in the root that KILN_NIX_UNSTABLE_ROOT names
(which must be writable: the cases are copied there). KILN_NIXPKGS_LIB is nixpkgs' lib, KILN_NIXPKGS
a checkout of nixpkgs; without them, these rows are of kiln's own pkgs/."""
import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile

import peers
from peers import BUILD, TOP

HERE = os.path.dirname(os.path.abspath(__file__))
WORDS = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu".split()


def json_value(r, depth):
    """What a lock or an index looks like: sets of sets with texts, numbers, lists."""
    kind = r.random()
    if depth == 0 or kind < 0.2:
        return r.choice([f'"{r.choice(WORDS)} \\"{r.random()}\\" \\u00e9\\n"', str(r.randrange(-10**9, 10**9)),
                         repr(r.random() * 1e6), "true", "null", f'"sha256-{r.getrandbits(256):064x}"'])
    if kind < 0.4:
        return "[" + ",".join(json_value(r, depth - 1) for _ in range(r.randrange(8))) + "]"
    return "{" + ",".join(f'"{r.choice(WORDS)}{r.randrange(1000)}": ' + json_value(r, depth - 1)
                          for _ in range(r.randrange(12))) + "}"


def make_json(path, size):
    r = random.Random(20)
    with open(path, "w") as f:
        f.write("{")
        while f.tell() < size:
            f.write(f'"entry-{r.getrandbits(40)}": {json_value(r, 5)},\n')
        f.write('"last": null}')


def make_tree(folder, count):
    """A package tree: a file for each package, called through callPackage in a fixed point."""
    r = random.Random(5)
    os.makedirs(folder + "/by-name")
    for i in range(count):
        needs = sorted({f"p{r.randrange(i)}" for _ in range(r.randrange(6))} if i else [])
        text = "\n  ".join(f"echo {r.choice(WORDS)} >> $out/{r.choice(WORDS)}-{n}" for n in range(6))
        source = f'fetchurl {{ url = "http://example.org/p{i}.tar.gz"; hash = "sha256-{"A" * 43}="; }}'
        with open(f"{folder}/by-name/p{i}.nix", "w") as f:
            f.write(f"{{ lib, mkDerivation, fetchurl, withDoc ? {'true' if i % 3 else 'false'}"
                    + "".join(f", {n}" for n in needs) + " }:\n"
                    f"mkDerivation rec {{\n  pname = \"p{i}\";\n  version = \"1.{i % 7}.{i % 13}\";\n"
                    f"  src = {source};\n  outputs = [ \"out\" ] ++ lib.optional withDoc \"doc\";\n"
                    f"  buildInputs = [ {' '.join(needs)} ];\n"
                    f"  installPhase = ''\n  mkdir -p $out\n  {text}\n    echo ${{pname}} ${{version}}\n  '';\n"
                    f"  meta = with lib; {{ description = \"package {i}\"; license = licenses.mit; }};\n}}\n")
    shutil.copy(HERE + "/eval/tree.nix", folder + "/default.nix")


def cases(work):
    lib = os.environ.get("KILN_NIXPKGS_LIB")
    nixpkgs = os.environ.get("KILN_NIXPKGS")
    shutil.copytree(HERE + "/eval", work + "/eval")
    shutil.copytree(TOP + "/pkgs", work + "/pkgs")
    shutil.copytree(TOP + "/comfyui", work + "/comfyui", ignore=shutil.ignore_patterns("result*"))
    shutil.copytree(TOP + "/tests/differential", work + "/tests")
    make_json(work + "/big.json", 20_000_000)
    make_tree(work + "/tree", 4000)
    if lib:
        shutil.copytree(lib, work + "/lib")
    strict = ["--eval", "--strict"]

    def file(name, *more):
        return [*strict, f"{work}/eval/{name}.nix", *more]

    rows = [
        ("start-up", ["--eval", "-E", "1"], 4),
        ("fib", file("fib"), 1),
        ("foldl", file("foldl"), 1),
        ("merges", file("merges"), 1),
        ("sort", file("sort"), 1),
        ("strings", file("strings"), 1),
        ("fromJSON", file("json", "--arg", "file", f"{work}/big.json"), 0.5),
        ("regex", file("regex"), 1),
        ("lib", file("lib", "--arg", "lib", f"{work}/lib" if lib else f"{work}/pkgs/lib"), 1),
        ("kiln's set", [*strict, "--json", f"{work}/tests/set.nix", "--arg", "root", work], 1),
        ("package tree", [*strict, "--json", f"{work}/tree"], 0.5),
    ]
    if nixpkgs:
        shutil.copytree(nixpkgs, work + "/nixpkgs", symlinks=True, ignore=shutil.ignore_patterns(".git"))
        rows.append(("nixpkgs", file("nixpkgs", "--arg", "nixpkgs", f"{work}/nixpkgs"), 0.5))
    return rows


def find_peers():
    nix = shutil.which("nix-instantiate")
    root = os.environ.get("KILN_NIX_UNSTABLE_ROOT")
    found = [peers.Peer("kiln", [os.path.join(BUILD, "compat", "nix-instantiate")])]
    plain = ["--store", "dummy://"]
    if nix:
        version = subprocess.run([nix, "--version"], capture_output=True, text=True).stdout.split()[-1]
        found.append(peers.Peer("Nix " + version, [nix, *plain]))
    if root:
        version = subprocess.run(["chroot", root, "nix-instantiate", "--version"], capture_output=True,
                                 text=True, check=True).stdout.split()[-1]
        found.append(peers.Peer("Nix " + version, ["nix-instantiate", *plain], root))
    if len(found) == 1:
        sys.exit("bench: no nix-instantiate (Debian's nix-bin) to compare with")
    return found, root


def main():
    options = argparse.ArgumentParser(prog="./dev bench eval", description=__doc__)
    options.add_argument("--runs", type=int, default=9, help="counted runs of each case (9)")
    options.add_argument("only", nargs="*", metavar="CASE", help="these cases")
    given = options.parse_args()
    found, root = find_peers()
    work = tempfile.mkdtemp(prefix="kiln-bench.")
    copy = root + work if root else None
    try:
        rows = [row for row in cases(work) if not given.only or row[0] in given.only]
        if copy:
            shutil.copytree(work, copy, symlinks=True)
        table = [(name, lambda p, args=args: args, factor) for name, args, factor in rows]
        for name, ratios in peers.compare(found, table, given.runs).items():
            cpu = [r[1] for r in ratios]
            memory = [r[2] for r in ratios]
            worst = max(ratios, key=lambda r: r[1])
            print(f"to {name}: geometric mean of CPU {peers.geometric_mean(cpu):.3f}, of peak memory "
                  f"{peers.geometric_mean(memory):.3f}; worst CPU {worst[1]:.2f} ({worst[0]})")
    finally:
        shutil.rmtree(work)
        if copy:
            shutil.rmtree(copy, ignore_errors=True)


main()
