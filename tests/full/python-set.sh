#!/bin/sh
# The whole Python set: every project of the lock installs, and all that it brings can be imported; those
# of pypi-names.txt that recipes are known to name are there, or have the reason why they are not.
# KILN_SET_STORE keeps what this fetches and builds, some 15 GB, for the next time.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/tests/full}
KILN_DATA_DIR=$root
: "${KILN_SET_STORE:=$T/set}"
KILN_STORE=$KILN_SET_STORE
export KILN_DATA_DIR KILN_STORE
mkdir -p "$KILN_STORE"
[ -d "$KILN_STORE/nix/store" ] || [ "$(df -Pk "$KILN_STORE" | awk 'NR == 2 { print $4 }')" -gt 20000000 ] ||
	skip_all "less than 20 GB are free"
plan 6
cd "$T" || exit 1

ask() { kiln eval --raw "$here/python-set.nix" --arg root "$root" --arg names "$here/pypi-names.txt" -A "$1"; }
ask listed >named || exit 1
ask locked >all || exit 1
is "every project that recipes name is a package, a slot, or absent with a reason" "$(grep ' unknown ' named)" ""
kiln build --no-link -k -f "$here/python-set.nix" --arg root "$root" --arg names "$here/pypi-names.txt" -A checks >out 2>err ||
	grep -E '^(error|> error)' err | sed 's/^/# /'

# Those whose check was made.
while read -r name _ path; do
	[ "$path" = - ] || [ ! -e "$KILN_STORE$path" ] || echo "$name"
done <all | sort >passed
# What has no wheel has no path where there is no compiler.
awk '$3 == "-" { print $1 }' all | sort >unbuilt
is "every project of the lock installs and can be imported" "$(cut -d' ' -f1 all | sort | comm -23 - passed | comm -23 - unbuilt)" ""
if [ -s unbuilt ]; then echo "# left out, for want of a compiler: $(tr '\n' ' ' <unbuilt)"; fi
count=0
while read -r _ kind path; do
	[ "$kind" != package ] || [ "$path" = - ] || [ ! -e "$KILN_STORE$path" ] || count=$((count + 1))
done <named
of() { awk -v kind="$1" '$2 == kind { n++; names = names " " $1 } END { print n + 0 ":" names }' named; }
echo "# of $(grep -c . named) projects $count install and import"
echo "# idle here are $(of idle)"
echo "# slots are $(of slot)"
echo "# absent are $(of absent)"
if [ "$count" -ge 225 ]; then pass "at least 225 of them install and import"; else fail "at least 225 of them install and import" "$count"; fi

# Nothing knows a slot but the checks.
kiln instantiate "$here/python-set.nix" --arg root "$root" --arg names "$here/pypi-names.txt" -A packages >drvs 2>err || cat err
xargs "$KILN_BUILD/compat/nix-store" -qR <drvs >closure
is "no package depends on what fills a slot" "$(grep -E -- '-(torch|torchvision|torchaudio)-cpu-' closure)" ""
is "nor is a slot locked" "$(cut -d' ' -f1 all | grep -xE 'torch|torchvision|torchaudio|triton|nvidia-.*-cu[0-9]+|cuda-.*')" ""
is "opencv's names are one package" "$(awk '/^opencv-/ { print $3 }' named | sort -u | grep -c .)" 1
