#!/bin/sh
# ^C is answered soon, whatever the evaluator is at: exit status 130, Nix's message.
. "$(dirname "$0")/../lib.sh"
mkdir "$T/tree"
head -c 200000000 /dev/zero | tr '\0' x >"$T/big"
i=0
while [ $i -lt 3000 ]; do
	echo "file $i" >"$T/tree/$i"
	i=$((i + 1))
done
awk 'BEGIN { print "{"; for (i = 0; i < 1000000; i++) printf "a%d = { n = \"x%d\"; v = [ 1 2 (f: f + %d) ]; };\n", i, i, i; print "}" }' >"$T/program.nix"
# What was written here shall not be what the first sync waits for.
sync -f "$T"
python3 "$(dirname "$0")/interrupt.py" "$KILN_BUILD/kiln" "$T" "${INTERRUPT_SEED:-1}" "${INTERRUPT_TRIALS:-1}"
