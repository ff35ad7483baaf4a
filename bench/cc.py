# SPDX-License-Identifier: MIT
"""./dev bench cc [--runs N]: a C project of 50 files and one program, built by the package set's compiler in
a sandbox and by the host's gcc and make. The first build fetches the compiler; the store stays in the build
folder. `kiln build` is its whole process: evaluation, unpacking, phases, registering. `make in the sandbox` is
the compiling alone, as `make` is of the host."""
import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from peers import BUILD, TOP

FILES = 50

HEADER = """#include <stddef.h>
#include <stdint.h>
struct node { struct node *next; uint32_t key; char name[24]; };
struct table { struct node *rows[64]; size_t n; };
"""

# What C does: tables, strings, switches, numbers, printing.
UNIT = """
static uint32_t hash_@(const char *s, size_t n)
{
	uint32_t h = @u * 2654435761u;
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 16777619u + (h >> 7);
	return h;
}
int put_@(struct table *t, const char *name)
{
	uint32_t key = hash_@(name, strlen(name));
	struct node **at = &t->rows[key % 64];
	for (; *at; at = &(*at)->next)
		if ((*at)->key == key && strcmp((*at)->name, name) == 0)
			return 0;
	*at = calloc(1, sizeof(**at));
	if (!*at)
		return -1;
	(*at)->key = key;
	snprintf((*at)->name, sizeof((*at)->name), "%s", name);
	t->n++;
	return 1;
}
double sum_@(const double *v, size_t n, double *out)
{
	double total = 0;
	for (size_t i = 0; i < n; i++) {
		out[i] = v[i] * @.5 + (i ? out[i - 1] : 0);
		total += sqrt(fabs(out[i]));
	}
	return total;
}
int parse_@(const char *text, long *number, char *word, size_t size)
{
	size_t used = 0;
	for (; *text; text++) {
		switch (*text) {
		case ' ': case '\\t': case '\\n':
			continue;
		case '0' ... '9':
			*number = strtol(text, (char **)&text, 10);
			text--;
			break;
		case '-': case '+':
			if (text[1] >= '0' && text[1] <= '9') {
				*number += *text == '-' ? -@ : @;
				break;
			}
			return -2;
		default:
			if (used + 1 >= size)
				return -1;
			word[used++] = *text;
		}
	}
	word[used] = '\\0';
	return (int)used;
}
"""


def make_project(folder):
    os.makedirs(folder)
    with open(folder + "/project.h", "w") as f:
        f.write(HEADER + "".join(f"int part{i}(struct table *t);\n" for i in range(FILES)))
    for i in range(FILES):
        units = "".join(UNIT.replace("@", str(i * 100 + k)) for k in range(4))
        calls = "".join(f"\tn += put_{i * 100 + k}(t, \"name{k}\");\n" for k in range(4))
        with open(f"{folder}/part{i}.c", "w") as f:
            f.write("#include <math.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n"
                    f"#include \"project.h\"\n{units}\nint part{i}(struct table *t)\n{{\n\tint n = 0;\n{calls}\treturn n;\n}}\n")
    with open(folder + "/main.c", "w") as f:
        calls = " + ".join(f"part{i}(&t)" for i in range(FILES))
        f.write(f"#include <stdio.h>\n#include \"project.h\"\nint main(void)\n{{\n\tstruct table t = {{0}};\n\treturn printf(\"%d\\n\", {calls}) < 0;\n}}\n")
    with open(folder + "/Makefile", "w") as f:
        f.write("CFLAGS = -O2 -Wall -g\nOBJECTS = main.o $(patsubst %.c,%.o,$(wildcard part*.c))\n"
                "program: $(OBJECTS)\n\t$(CC) $(CFLAGS) -o $@ $(OBJECTS) -lm\n$(OBJECTS): project.h\n")


# nonce: a build that nobody has done yet
RECIPE = """{ nonce, hardened, source }:
with import %s { };
stdenv.mkDerivation ({
  name = "project";
  src = source;
  inherit nonce;
  enableParallelBuilding = true;
  preBuild = "from=$EPOCHREALTIME";
  postBuild = ''echo "made in $((''${EPOCHREALTIME/./} - ''${from/./})) us"'';
  installPhase = "install -D program $out/bin/program; $out/bin/program";
} // lib.optionalAttrs (!hardened) { hardeningDisable = [ "all" ]; })
"""


def timed(argv, **more):
    start = time.monotonic()
    result = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if result.returncode:
        sys.exit(f"bench: {argv[0]} failed:\n{result.stdout[-2000:]}")
    return time.monotonic() - start, result.stdout


def in_sandbox(work, nonce, hardened):
    env = {**os.environ, "KILN_STORE": os.path.join(BUILD, "bench-store"), "KILN_DATA_DIR": TOP, "XDG_CACHE_HOME": work + "/cache"}
    wall, said = timed([os.path.join(BUILD, "compat", "nix-build"), "--no-out-link", work + "/recipe.nix", "--argstr", "nonce", nonce,
                        "--arg", "hardened", str(hardened).lower(), "--arg", "source", work + "/project"], env=env)
    made = re.search(r"made in (\d+) us", said)
    return wall, int(made.group(1)) / 1e6 if made else 0.0


def on_host(work):
    folder = work + "/host"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(work + "/project", folder)
    return timed(["make", "-C", folder, f"-j{len(os.sched_getaffinity(0))}", "CC=gcc"])[0]


def main():
    options = argparse.ArgumentParser(prog="./dev bench cc", description=__doc__)
    options.add_argument("--runs", type=int, default=5, help="counted runs of each (5)")
    given = options.parse_args()
    work = tempfile.mkdtemp(prefix="kiln-bench.")
    try:
        make_project(work + "/project")
        with open(work + "/recipe.nix", "w") as f:
            f.write(RECIPE % os.path.join(TOP, "pkgs"))
        host, walls, makes, bare = [], [], [], []
        for i in range(given.runs + 1):  # the first one fetches and warms up
            host.append(on_host(work))
            wall, made = in_sandbox(work, f"{time.time_ns()}", True)
            walls.append(wall)
            makes.append(made)
            bare.append(in_sandbox(work, f"{time.time_ns()}", False)[1])
        host, walls, makes, bare = (statistics.median(v[1:]) for v in (host, walls, makes, bare))
        print(f"{FILES + 1} files: make of the host {host:.2f} s ({os.popen('gcc -dumpfullversion').read().strip()})")
        for name, figure in (("kiln build", walls), ("make in the sandbox", makes), ("the same, hardeningDisable", bare)):
            print(f"  {name:27} {figure:.2f} s, {figure / host:.2f} of the host", flush=True)
    finally:
        shutil.rmtree(work)


main()
