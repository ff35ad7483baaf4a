#!/bin/sh
# Replays every target over its corpus (fuzz/corpus/TARGET) and prints TAP: a line a target.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${KILN_BUILD:-build}
n=0 bad=0
for source in fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	n=$((n + 1))
	if [ ! -d "fuzz/corpus/$name" ]; then
		echo "not ok $n - $name: no corpus in fuzz/corpus/$name"
		bad=$((bad + 1))
	elif out=$("$build/fuzz/$name" "fuzz/corpus/$name" 2>&1); then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		printf '%s\n' "$out" | tail -n 20 | sed 's/^/# /'
		bad=$((bad + 1))
	fi
done
echo "1..$n"
[ "$bad" = 0 ]
