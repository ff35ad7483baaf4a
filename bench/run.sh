#!/bin/sh
# ./dev bench [NAME [OPTION…]]: kiln beside its peers, in one run. Without a name: all.
set -eu
cd "$(dirname "$0")"
names=$(for f in *.py; do case $f in peers.py) ;; *) basename "$f" .py ;; esac; done)
if [ $# -gt 0 ]; then
	name=$1
	shift
	if [ ! -f "$name.py" ] || [ "$name" = peers ]; then
		echo "bench: there is no '$name'; there are: $(echo "$names" | paste -sd ' ' -)" >&2
		exit 2
	fi
	exec python3 "$name.py" "$@"
fi
for name in $names; do python3 "$name.py"; done
