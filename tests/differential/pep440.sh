#!/bin/sh
# Versions, specifiers, markers and requirements, against Python's `packaging`: thousands of generated
# cases. $PYTHON_PACKAGING names a Python that has it, if python3 does not.
. "$(dirname "$0")/../lib.sh"
driver=$KILN_BUILD/tests/differential/pep440_driver
python=${PYTHON_PACKAGING:-python3}
[ -x "$driver" ] || skip_all "the driver is not built"
"$python" -c 'import packaging; assert int(packaging.__version__.split(".")[0]) >= 26' 2>/dev/null ||
	skip_all "$python has no packaging 26 or newer"
plan 3
for seed in 1 2 3; do
	ok "pep440: seed $seed" "$python" "$(dirname "$0")/pep440.py" "$driver" 4000 "$seed"
done
