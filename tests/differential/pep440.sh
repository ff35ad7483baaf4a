#!/bin/sh
# Versions, specifiers, markers and requirements, against Python's `packaging`: thousands of generated
# cases. Where python3 has no new enough one, pip brings it into a scratch environment.
. "$(dirname "$0")/../lib.sh"
driver=$KILN_BUILD/tests/differential/pep440_driver
[ -x "$driver" ] || skip_all "the driver is not built"

python=python3
has_packaging() {
	"$python" -c 'import packaging; assert int(packaging.__version__.split(".")[0]) >= 26' 2>/dev/null
}
if ! has_packaging; then
	{ python3 -m venv "$T/venv" && "$T/venv/bin/pip" install -q 'packaging>=26'; } >/dev/null 2>&1 ||
		skip_all "python3 has no packaging 26, and pip cannot bring it"
	python=$T/venv/bin/python
fi
plan 3
for seed in 1 2 3; do
	ok "pep440: seed $seed" "$python" "$(dirname "$0")/pep440.py" "$driver" 4000 "$seed"
done
