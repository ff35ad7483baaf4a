#!/bin/sh
# Every wheel of the lock, installed by kiln and by the set's own pip with the set's own interpreter: the same
# files with the same bytes, but for what is counted below by its reason. Of what is fetched and built
# only a part is there at a time, unless KILN_SET_STORE keeps it for the next time.
# shellcheck source=tests/lib.sh
# shellcheck disable=SC2094 # err is read when the command that wrote it is over
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/tests/full}
KILN_DATA_DIR=$root
: "${KILN_SET_STORE:=}"
KILN_STORE=${KILN_SET_STORE:-$T/set}
export KILN_DATA_DIR KILN_STORE
mkdir -p "$KILN_STORE"
[ "$(df -Pk "$KILN_STORE" | awk 'NR == 2 { print $4 }')" -gt 4000000 ] || skip_all "less than 4 GB are free"
plan 5
cd "$T" || exit 1
part=25

ask() { kiln eval --raw "$here/wheels-pip.nix" --arg root "$root" "$@"; }
count=$(ask -A number) || exit 1
kiln build --no-link -f "$here/wheels-pip.nix" --arg root "$root" -A tools >tools 2>err || cat err
python=$(sed -n 1p tools) pip=$(sed -n 2p tools)
if [ "$count" -ge 300 ]; then pass "the lock has $count wheels"; else fail "the lock has 300 wheels" "$count"; fi

with_pip() {
	kiln run "$python" -- env "PYTHONPATH=$pip/lib/python3.13/site-packages" "$python/bin/python3.13" "$here/wheels-pip.py" "$@"
}
# compared FROM: a part of them; what is found goes into the file found
compared() {
	ask --arg from "$1" --arg count $part -A listed >listed || return
	kiln build --no-link -k -f "$here/wheels-pip.nix" --arg root "$root" --arg from "$1" --arg count $part -A built >/dev/null 2>err ||
		grep -E '^(error|> error)' err | sed 's/^/# /'
	rm -rf named
	mkdir named
	while read -r _ file source out; do
		if ! [ -e "$KILN_STORE$out" ] || ! [ -e "$KILN_STORE$source" ]; then continue; fi
		ln -s "$source" "named/$file"
		echo "$T/named/$file $out"
	done <listed >list
	with_pip compare "$T/list" >>found 2>&1
	[ -n "${KILN_WHEELS_HASHES:-}" ] && cut -d' ' -f4 listed | while read -r out; do
		echo "$out $(kiln store -q --hash "$out")"
	done >>"$KILN_WHEELS_HASHES"
	[ -n "$KILN_SET_STORE" ] || [ "$((from + part))" -ge "$count" ] || cut -d' ' -f3,4 listed | tr ' ' '\n' | xargs "$KILN_BUILD/kiln" store --delete >/dev/null 2>&1
}
: >found
from=0
while [ $from -lt "$count" ]; do
	compared $from
	from=$((from + part))
done

sum() { awk -v n="$1" '$1 == "total" { x += $n } END { print x + 0 }' found; }
is "each is built and installed by both" "$(sum 2)" "$count"
is "no file differs without a reason" "$(grep -vE '^(total|differs) ' found)" ""
ok "most are equal" test "$(sum 4)" -gt 50000
# reason: the files, of all wheels
awk '$1 == "differs" { n = $2; sub(/^differs [0-9]* /, ""); all[$0] += n } END { for (why in all) print all[why], why }' found |
	sort -k2 >reasons
sed 's/^/# /' reasons
echo "# $(sum 4) files are equal"

# The comparison sees what it is to see: a byte, a file too many, one too few, and a mode.
read -r wheel out <list
cp -a "$KILN_STORE$out" altered && chmod -R u+w altered
site=altered/lib/python3.13/site-packages
find "$site" -name '*.py' | sort | head -n 3 >some
echo '# more' >>"$(sed -n 1p some)"
chmod +x "$(sed -n 2p some)"
rm "$(sed -n 3p some)"
echo new >"$site/new.py"
echo "$wheel $T/altered" >list
is "what is altered is told" "$(with_pip compare "$T/list" 2>&1 | grep -cE ': (other bytes|executable: True, of pip False|only pip has it|pip has it not)$')" 4
