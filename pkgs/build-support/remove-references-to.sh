# remove-references-to -t PATH [-t PATH…] FILE…: overwrites the hash of each store path in the files
# with 'e's, so that they no longer keep it.
set -eu
targets=
while [ "${1:-}" = -t ]; do
	case $2 in
	"${NIX_STORE:-/nix/store}"/*) ;;
	*)
		echo "remove-references-to: '$2' is not a store path" >&2
		exit 1
		;;
	esac
	hash=${2##*/}
	targets="$targets -e s|${hash%%-*}|eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee|g"
	shift 2
done
[ -n "$targets" ] || {
	echo "usage: remove-references-to -t PATH [-t PATH…] FILE…" >&2
	exit 1
}
# shellcheck disable=SC2086 # a list of options
[ $# -eq 0 ] || LC_ALL=C sed -i $targets "$@"
