#!/bin/sh
# ./dev bench [NAME [OPTION…]]: kiln beside its peers, in one run. Without a name: all that need none.
set -eu
cd "$(dirname "$0")"
names=$(for f in *.py; do
	case $f in peers.py | trivial.py | against_rows.py) ;; *) basename "$f" .py ;; esac
done)
if [ $# -gt 0 ]; then
	name=$1
	shift
	if ! echo "$names" | grep -qx -- "$name"; then
		echo "bench: there is no '$name'; there are: $(echo "$names" | paste -sd ' ' -)" >&2
		exit 2
	fi
	exec python3 "$name.py" "$@"
fi
for name in $names; do
	# It needs to be told what to compare with.
	case $name in against | activate) ;; *) python3 "$name.py" ;; esac
done
