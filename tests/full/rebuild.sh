#!/bin/sh
# Every native package and every wheel, made once more of the .deb or the .whl that the store kept, without a
# network: as another user, in another order of folders, under another umask, locale and time zone, in other
# folders, on one core. Each has the NAR hash that it had.
#
# $KILN_SET_STORE is the store; in a store that is empty the natives are fetched and built first. What was
# the same is noted beside it for as long as kiln's binary is, so that a run that was ended goes on.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-rebuild.sh
. "$(dirname "$0")/../lib-rebuild.sh"
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/tests/full}
: "${KILN_SET_STORE:=$T/set}"
KILN_STORE=$KILN_SET_STORE
KILN_DATA_DIR=$root
export KILN_DATA_DIR KILN_STORE KILN_BUILD
can_make_again
mkdir -p "$KILN_STORE"
plan 4

set_of() { "$@" "$here/rebuild.nix" --arg root "$root" -A "$name"; }
name=natives
ok "the natives are there" set_of kiln build --no-link -k --quiet -f
name=wheels
set_of kiln instantiate >"$T/drvs" 2>"$T/err" || cat "$T/err"
name=listed
set_of kiln eval --raw >"$T/listed" || exit 1

# Those of which the store has the output: natives are all there, of wheels what other tests built.
cut -d' ' -f2 "$T/listed" | xargs "$KILN_BUILD/compat/nix-store" --check-validity --print-invalid | sort >"$T/invalid"
awk 'NR == FNR { invalid[$1]; next } !($2 in invalid) { print $1 }' "$T/invalid" "$T/listed" | sort >"$T/wanted"
done_file=$KILN_STORE/rebuilt-$(sha256sum "$KILN_BUILD/kiln" | cut -c1-12)
touch "$done_file"
sort -u "$done_file" | comm -13 - "$T/wanted" >"$T/left"
echo "# $(wc -l <"$T/listed") in the set, $(wc -l <"$T/wanted") in the store, $(wc -l <"$T/left") not yet made again"

made_again "$T/left" "$done_file" >"$T/others"
is "made again they have the hashes that they had" "$(cat "$T/others")" ""
sort -u "$done_file" | comm -12 - "$T/wanted" >"$T/same"
is "all of them" "$(wc -l <"$T/same")" "$(wc -l <"$T/wanted")"
echo "# the same: $(grep -vc -- '-python3\.13-' "$T/same") natives, $(grep -c -- '-python3\.13-' "$T/same") wheels"
ok "there are natives and wheels" awk '/-python3\.13-/ { w++; next } { n++ } END { exit !(n > 400) }' "$T/same"
