#!/bin/sh
# Pure and restricted evaluation: what may be looked at, by every builtin that looks. The cases are in
# restrict/cases; tests/differential/restrict.sh runs them beside Nix.
# shellcheck disable=SC2016
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/functional/restrict/tree.sh
. "$(dirname "$0")/restrict/tree.sh"
cases=$(cd "$(dirname "$0")" && pwd)/restrict/cases
KILN_DATA_DIR=$(cd "$(dirname "$0")/../.." && pwd)
export KILN_DATA_DIR
plan $(($(grep -c '^[rpn]	' "$cases") + 33))
tree=$T/tree
restrict_tree "$tree"
cd "$T" || exit 1

# The value, or the last line of the error.
result() {
	if out=$("$@" 2>err); then printf '%s\n' "$out"; else grep -E '^ *error:' err | tail -n 1 | sed 's/^ *//'; fi
}
tab=$(printf '\t')
sed "s|@|$tree|g" "$cases" >all
# An empty NIX_PATH keeps the folder of kiln's own set out of what may be looked at.
while IFS="$tab" read -r mode expression expected; do
	case $mode in
	r) flag=--restrict-eval ;;
	p) flag=--pure-eval ;;
	n) flag=--impure ;;
	*) continue ;;
	esac
	is "$mode $expression" "$(NIX_PATH='' result compat nix-instantiate --eval --strict "$flag" -I "open=$tree/open" -E "$expression")" "$expected"
done <all

# ---- files that are named ----
fails_like "a file that is evaluated must be allowed itself" "access to absolute path '$tree/open/value.nix' is forbidden in restricted mode" \
	kiln eval --restrict-eval "$tree/open/value.nix"
is "-I alone is enough" "$(kiln eval --restrict-eval -I "$tree/open" "$tree/open/value.nix")" '"open"'
is "a single file can be allowed" "$(kiln eval --restrict-eval -I "x=$tree/open/value.nix" "$tree/open/value.nix")" '"open"'
fails_like "and nothing beside it" "forbidden in restricted mode" \
	kiln eval --restrict-eval -I "x=$tree/open/value.nix" "$tree/open/sub/default.nix"
cd "$tree/open" || exit 1
is "relative entries count from the working folder" "$(kiln eval --restrict-eval -I x=. ./value.nix)" '"open"'
is "above it, too" "$(kiln eval --raw --restrict-eval -I x=.. -E 'builtins.readFile ../closed/text')" secret
cd "$T" || exit 1
is "a link leads where both ends are allowed" "$(kiln eval --raw --restrict-eval -I "$tree/open" -I "$tree/closed" -E "builtins.readFile $tree/open/out/text")" secret
is "an entry that is not there is told, once" "$(kiln eval --strict --restrict-eval -I "x=$tree/none" -I "x=$tree/open" -E '[ <x/text> <x/sub> ]' 2>&1 | grep -c "^warning: Nix search path entry '$tree/none' does not exist, ignoring$")" 1
fails_like "links tell nothing of where they lead" "path '$tree/innocent' is forbidden" kiln eval --restrict-eval -I "$tree/open" -E "builtins.readFile \"$tree/open/../innocent\""
is "not in any line" "$(grep -c secret-target err)" 0
fails_like "pure evaluation reads no file at all" "forbidden in pure evaluation mode" kiln eval --pure-eval "$tree/open/value.nix"

# ---- the store ----
pure() { kiln eval --raw --pure-eval -E "$1"; }
restricted() { kiln eval --raw --restrict-eval -I "open=$tree/open" -E "$1"; }
is "what was written may be read" "$(pure 'builtins.readFile (builtins.toFile "x" "text")')" text
is "what was copied may be read" "$(restricted "builtins.readFile \"\${$tree/open}/text\"")" text
two=$(kiln eval --raw -E 'builtins.toFile "two" "of ${builtins.toFile "one" "first"}"')
one=$(compat nix-store -q --references "$two")
fails_like "other objects may not" "access to absolute path '$two' is forbidden in pure" pure "builtins.readFile \"$two\""
fails_like "nor in restricted mode" "access to absolute path '$two' is forbidden in restricted" restricted "builtins.readFile \"$two\""
is "unless the search path names them" "$(kiln eval --raw --restrict-eval -I "x=$two" -E 'builtins.readFile <x>')" "of $one"
is "with all that they need" "$(kiln eval --raw --restrict-eval -I "x=$two" -E "builtins.readFile \"$one\"")" first
fails_like "but not what needs them" "access to absolute path '$two' is forbidden" kiln eval --raw --restrict-eval -I "x=$one" -E "builtins.readFile \"$two\""
is "an object may be referred to in restricted mode" "$(restricted "builtins.storePath \"$two\"")" "$two"
hash=$(compat nix-instantiate --eval -E "builtins.convertHash { hash = \"sha256:$(sha256sum "$tree/closed/text" | cut -d' ' -f1)\"; toHashFormat = \"sri\"; }")
kiln eval -E "builtins.path { path = $tree/closed/text; recursive = false; sha256 = $hash; }" >/dev/null
is "what is there by its hash is not read again" \
	"$(pure "builtins.readFile (builtins.path { path = $tree/closed/text; recursive = false; sha256 = $hash; })")" secret

# ---- fetching ----
fetch() {
	uris=$1
	shift
	kiln eval --raw --restrict-eval --option allowed-uris "$uris" "$@"
}
here="builtins.readFile (builtins.fetchurl \"file://$tree/closed/text\")"
is "an allowed URI may be fetched" "$(fetch "file://$tree/closed" -E "$here")" secret
is "by its whole name" "$(fetch "https://other.test file://$tree/closed/text" -E "$here")" secret
fails_like "but not beside it" "access to absolute path '$tree/closed/text' is forbidden in restricted mode" fetch "file://$tree/clos" -E "$here"
fails_like "nor above it" "access to absolute path '$tree/closed/text' is forbidden" fetch "file://$tree/closed/text/" -E "$here"
is "what the search path allows may be fetched" "$(kiln eval --raw --restrict-eval -I "x=$tree/closed" -E "$here")" secret
fails_like "but not by a link that leads away" "access to absolute path '$tree/closed/text' is forbidden" \
	kiln eval --restrict-eval -I "x=$tree/open" -E "builtins.fetchurl \"file://$tree/open/out/text\""
is "a hash opens pure evaluation" "$(pure "builtins.readFile (builtins.fetchurl { url = \"file://$tree/closed/text\"; sha256 = $hash; name = \"y\"; })")" secret
tree_hash=$(compat nix-store --dump "$tree/closed/sub" | sha256sum | cut -d' ' -f1)
is "of a folder, too" "$(pure "builtins.readFile \"\${fetchTree { type = \"path\"; path = \"$tree/closed/sub\"; narHash = \"sha256:$tree_hash\"; }}/text\"" 2>err)" secret

# ---- import from derivation ----
cat >open.nix <<NIX
derivation {
	name = "made"; system = "builtin"; builder = "builtin:fetchurl"; url = "file://$tree/closed/text";
	outputHashAlgo = "sha256"; outputHash = $hash;
}
NIX
is "what was built for it may be read" "$(restricted "builtins.readFile ($(cat open.nix))")" secret
is "in pure evaluation as well" "$(pure "builtins.readFile ($(cat open.nix))")" secret

# ---- projects ----
mkdir -p project/.flox/pkgs project/src
: >project/src/file
echo '{ stdenv }: stdenv.mkDerivation { name = "good"; src = ../../src; }' >project/.flox/pkgs/good.nix
echo "{ stdenv }: stdenv.mkDerivation { name = \"bad\"; src = $tree/closed; }" >project/.flox/pkgs/bad.nix
good=$(kiln build -n --json --project project good 2>/dev/null)
is "a project's recipes see the project and their set" \
	"$(kiln build -n --json --restrict-eval --project project good 2>/dev/null)" "$good"
is "purely, too" "$(kiln build -n --json --pure-eval --project project good 2>/dev/null)" "$good"
fails_like "and nothing else" "access to absolute path '$tree/closed' is forbidden" \
	kiln build -n --restrict-eval --project project bad
