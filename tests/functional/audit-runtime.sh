#!/bin/sh
# What a running process has mapped: which torch, a second one, libraries of the host, of other store paths, and gone.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v cc >/dev/null || skip_all "no compiler"
plan 19
top=$(cd "$(dirname "$0")/../.." && pwd)
KILN_DATA_DIR=$T/data
export KILN_DATA_DIR
mkdir -p "$T/data/pkgs/python" "$T/tree"
cp "$top/pkgs/python/slots.json" "$T/data/pkgs/python/"
echo "{ ... }: { }" >"$T/data/pkgs/default.nix"
cd "$T" || exit 1
cat >hold.c <<'C'
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!dlopen(argv[i], RTLD_NOW))
			return fprintf(stderr, "%s\n", dlerror());
	puts("ready");
	fflush(stdout);
	sleep(120);
}
C
cc -o hold hold.c -ldl 2>err || skip_all "no program can be made here: $(cat err)"
lib() { mkdir -p "$(dirname "$1")"; echo 'int f(void) { return 1; }' | cc -shared -fPIC -nostdlib -o "$1" -x c -; }
torch() { lib "$1/torch/lib/libtorch_cpu.so"; lib "$1/torch/lib/libc10.so"
	mkdir -p "$1/torch-$2.dist-info"; printf 'Name: torch\nVersion: %s\n' "$2" >"$1/torch-$2.dist-info/METADATA"; }
# holds LIBRARY…: a process that has them, $pid; loose ones of the test's own folder are no part of what is asked.
holds() {
	"${program:-$T/hold}" "$@" >ready & pid=$!
	until [ -s ready ]; do kill -0 "$pid" || return 1; sleep 0.05; done
}
ends() { kill "$pid"; wait "$pid" 2>/dev/null; : >ready; }
rules() { kiln audit --runtime "$pid" >out; sed -n 's/^\([a-z]*\): .*\[\(run-[a-z]*\)\]$/\2:\1/p' out | sort | uniq -c | awk '{print $2 "*" $1}' | grep -v '^run-host\|run-foreign' | tr '\n' ' '; }

torch "$T/tree/lib/python3.13/site-packages" 2.6.0
path=$(kiln store add "$T/tree")
site=$KILN_STORE$path/lib/python3.13/site-packages
holds
is "none is a note" "$(rules)" "run-torch:note*1 "
like "which says so" "$(cat out)" "^note: no torch is mapped"
like "the host's library is told" "$(cat out)" "^warning: 'libc.so.6' is the host's \[run-host\]"
ends
holds "$site/torch/lib/libtorch_cpu.so" "$site/torch/lib/libc10.so"
is "one torch" "$(rules)" "run-torch:note*1 "
like "which, and from where" "$(cat out)" "^note: torch 2.6.0 is mapped"
ends
torch "$T/venv/lib/python3.13/site-packages" 2.9.1
holds "$site/torch/lib/libtorch_cpu.so" "$T/venv/lib/python3.13/site-packages/torch/lib/libtorch_cpu.so"
is "a second torch" "$(rules)" "run-second:error*1 run-torch:note*1 "
kiln audit --runtime "$pid" >out
is "is status 1" "$?" 1
like "both are told" "$(cat out)" "^error: a second torch .* is mapped, beside that of '"
ends
mkdir "$T/venv/bin"; cp hold "$T/venv/bin/python"; touch "$T/venv/pyvenv.cfg"
program=$T/venv/bin/python; holds "$site/torch/lib/libc10.so"; program=
is "one that lies on the path of its virtual environment" "$(rules)" "run-second:error*1 run-torch:note*1 "
like "with the cure" "$(cat out)" "hint: take it out: pip uninstall torch"
ends
PYTHONPATH=$T/venv/lib/python3.13/site-packages; export PYTHONPATH; holds "$site/torch/lib/libc10.so"; unset PYTHONPATH
is "or on PYTHONPATH" "$(rules)" "run-second:error*1 run-torch:note*1 "
ends
lib "$T/a.libs/libgomp-a34b3233.so.1"; lib "$T/b.libs/libgomp.so.1"
holds "$T/a.libs/libgomp-a34b3233.so.1" "$T/b.libs/libgomp.so.1"
is "two of a library that keeps state" "$(rules)" "run-second:warning*1 run-torch:note*1 "
ends
lib "$T/odd name.so"
holds "$T/odd name.so"
rm "$T/odd name.so"
is "one that is there no more" "$(rules)" "run-gone:warning*1 run-torch:note*1 "
ends
holds "$KILN_STORE$path/lib/python3.13/site-packages/torch/lib/libc10.so"
like "what a policy excepts counts there, too" "$(mkdir -p p/.flox/pkgs && cd p && printf '[audit.severity]\nrun-host = "off"\nrun-foreign = "off"\n' >.flox/kiln.toml && kiln audit --runtime "$pid" | tail -1)" "0 errors, 0 warnings"
like "as JSON" "$(kiln audit --json --runtime "$pid")" '"rule": "run-torch", "severity": "note", "text": "torch 2.6.0 is mapped"'
ends

# ---- no such process ----
fails_like "one that has ended" "there is no process $pid" kiln audit --runtime "$pid"
fails_like "no number" "'x1' is no number of a process" kiln audit --runtime x1
fails_like "two results" "started from one result" kiln audit --runtime $$ "$path" "$path"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	chmod 755 "$T"
	holds
	like "one of somebody else" "$(setpriv --reuid 65534 --clear-groups "$KILN_BUILD/kiln" audit --runtime "$pid" 2>&1)" "process $pid is of user 'root'"
	ends
else
	echo "ok 19 - one of somebody else # SKIP needs root"
fi
