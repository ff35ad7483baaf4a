#!/bin/sh
# The language cases: okay-NAME.nix prints okay-NAME.exp, fail-NAME.nix fails and prints fail-NAME.err.
# Values are printed in depth, as nix-instantiate --eval --strict does; nothing is written to a store.
# Paths of this folder read /pwd in both. `run.sh --accept` writes what is missing or differs.
set -u
cd "$(dirname "$0")" || exit 1
build=${KILN_BUILD:-$(cd ../.. && pwd)/build}
here=$(pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/kiln-lang.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
export KILN_STORE="$scratch/root" HOME="$scratch" NIX_CONF_DIR="$scratch" XDG_CONFIG_DIRS="$scratch" LC_ALL=C
unset NIX_PATH NIX_STORE_DIR NIX_STATE_DIR KILN_LOG NIX_CONFIG NIX_USER_CONF_FILES XDG_CONFIG_HOME
n=0 bad=0

for case in okay-*.nix fail-*.nix; do
	n=$((n + 1))
	name=${case%.nix}
	"$build/kiln" eval --read-only --strict "./$case" >"$scratch/out" 2>"$scratch/err"
	status=$?
	case $case in
	okay-*) want=0 got="$scratch/out" golden="$name.exp" ;;
	*) want=1 got="$scratch/err" golden="$name.err" ;;
	esac
	# AddressSanitizer remarks on the evaluator's own stack
	sed -i -e "s|$here|/pwd|g" -e '/ASan doesn.t fully support makecontext/d' "$got"
	if [ "${1:-}" = --accept ] && [ "$status" = "$want" ]; then cp "$got" "$golden"; fi
	if [ "$status" = "$want" ] && diff -u "$golden" "$got" >"$scratch/diff" 2>&1; then
		echo "ok $n - $name"
	else
		bad=$((bad + 1))
		echo "not ok $n - $name"
		echo "# exit status $status, expected $want"
		sed 's/^/# /' "$scratch/diff" "$scratch/err" | head -n 30
	fi
done
echo "1..$n"
[ "$bad" = 0 ]
