# shellcheck shell=sh disable=SC2034 # what is set here is read by the tests
# For tests/full: what those tests share, after lib.sh.
#
# $KILN_FULL_STORE is a store with comfyui and CPU torch, built here when it is empty and left for the
# next test; without it each test builds its own. Tests only read it.
top=$(cd "$(dirname "$0")/../.." && pwd)
: "${KILN_DATA_DIR:=$top}"
export KILN_DATA_DIR
: "${FULL:=${KILN_FULL_STORE:-$T/full}}"
project="$top/comfyui"

in_full() { KILN_STORE=$FULL "$KILN_BUILD/kiln" "$@"; }

# full_store: makes sure that it is there; $comfyui and $slots are its paths.
full_store() {
	comfyui=$(in_full build --project "$project" --no-link comfyui 2>"$T/full.log") &&
		slots=$(in_full build --project "$project" --slot torch=cpu --no-link 2>>"$T/full.log") && return
	tail -n 20 "$T/full.log" >&2
	echo "Bail out! the store with everything cannot be built"
	exit 1
}

# expression ATTR…: a list of the set's packages
expression() {
	echo "with import $top/pkgs { system = builtins.currentSystem; }; [ $* ]"
}

# serve_sources: a mirror of every source in the full store, on a loopback port. Its log has a line for
# each answer: FILE SIZE FIRST-BYTE BYTES-SENT. KILN_CONF names it for the kilns to come.
serve_sources() {
	rm -f "$T/port"
	: >"$T/served"
	python3 "$top/tests/mirror.py" "$FULL/nix/store" "$T/port" "$T/served" "${1:-0}" &
	mirror=$!
	while [ ! -s "$T/port" ]; do
		kill -0 $mirror || exit 1
		sleep 0.1
	done
	read -r port <"$T/port"
	printf 'mirror.pypi = http://127.0.0.1:%s/simple\nmirror.debian = http://127.0.0.1:%s/debian\n' \
		"$port" "$port" >"$T/kiln.conf"
	KILN_CONF="$T/kiln.conf"
	export KILN_CONF
	no_proxy='*'
	export no_proxy
}
stop_serving() {
	kill "$mirror" 2>/dev/null
	# its status is that of the signal, and would be the test's where this is the last line
	wait "$mirror" 2>/dev/null || :
}

# hashes STORE PATH…: name and NAR hash of each.
hashes() {
	store=$1
	shift
	for path in "$@"; do
		echo "$path $(KILN_STORE=$store "$KILN_BUILD/kiln" store -q --hash "$path")"
	done
}
# strays STORE: what is in its folder, but not registered.
strays() {
	KILN_STORE=$1 "$KILN_BUILD/kiln" store --dump-db | grep '^/nix/store/' | sort -u >"$T/valid"
	find "$1/nix/store" -mindepth 1 -maxdepth 1 ! -name .links | sed "s|^$1||" | sort | comm -23 - "$T/valid"
}
