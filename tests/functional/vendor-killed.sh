#!/bin/sh
# kill -9 at moments of vendoring and of making, installing and rebuilding a kit: what is there is whole
# or a temporary file, the same command run again does all, and the store verifies (killed.py). Of
# $KILN_KILLS kills a fifth are of vendoring; kits, which take longer, have $KILN_KIT_KILLS for each verb.
# shellcheck disable=SC2016 # lines of shell for killed.py
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../small-set.sh"
here=$(cd "$(dirname "$0")" && pwd)
: "${KILN_KILLS:=40}" "${KILN_SEED:=$(date +%s)}"
export KILN_BUILD
if [ -n "${KILN_KIT_KILLS:-}" ]; then plan 5; else plan 2; fi
echo "# seed $KILN_SEED"
cd "$T" || exit 1
export KILN_STORE="$T/work/s"
PATH=$KILN_BUILD/compat:$KILN_BUILD:$PATH
mkdir -p work/p/.flox/pkgs origin
i=0
while [ $i -lt 24 ]; do
	i=$((i + 1))
	mkdir -p "origin/t$i/deep"
	seq $((i * 900)) >"origin/f$i.txt"
	seq $((i * 300)) >"origin/t$i/deep/g"
	tar -czf "origin/t$i.tar.gz" -C origin "t$i"
done
{
	echo 'let fetch = name: more: derivation ({ inherit name; system = "builtin"; builder = "builtin:fetchurl"; outputHashAlgo = "sha256"; } // more);'
	echo '  made = name: text: derivation { inherit name text; system = builtins.currentSystem; builder = "/bin/sh"; };'
	echo 'in made "top" (toString ['
	i=0
	while [ $i -lt 24 ]; do
		i=$((i + 1))
		echo "(made \"m$i\" (toString [ (fetch \"f$i\" { url = \"file://$T/origin/f$i.txt\"; outputHash = \"$(sha256sum <"origin/f$i.txt" | cut -d' ' -f1)\"; })"
		echo "  (fetch \"t$i\" { url = \"file://$T/origin/t$i.tar.gz\"; unpack = true; outputHashMode = \"recursive\"; outputHash = \"$(nix-store --dump "origin/t$i" | sha256sum | cut -d' ' -f1)\"; }) ]))"
	done
	echo '])'
} >work/p/.flox/pkgs/top.nix

# killed WHAT MOMENTS CHECK COMMAND…: on a copy of what is in $T/work.
killed() {
	what=$1 moments=$2 check=$3
	shift 3
	rm -rf template && cp -a work template
	if python3 "$here/killed.py" "$T" s/nix/store "$KILN_SEED" "$moments" "$check" -- "$@" >said 2>&1; then
		pass "$what: $(tail -n 1 said)"
	else
		fail "$what" "$(head -n 40 said)"
	fi
	chmod -R u+w work
	rm -rf work
	mv template work
}
mkdir -p work/s/nix/store
all='cd work/p/.flox/sources && sha256sum -c --quiet --strict SHA256SUMS.txt && test $(ls | wc -l) = 51 && test -z "$(find . -name ".kiln*")" && kiln vendor --check --project ../.. >/dev/null 2>&1'
killed "vendoring" $((KILN_KILLS / 8 + 1)) "$all" kiln vendor --project work/p top
kiln vendor --project work/p top >/dev/null 2>&1
for f in 3 9 21; do rm "work/p/.flox/sources/f$f.txt" && echo other >"work/p/.flox/sources/f$f.txt"; done
killed "vendoring what was altered" $((KILN_KILLS / 12 + 1)) "$all" kiln vendor --project work/p top
[ -n "${KILN_KIT_KILLS:-}" ] || exit 0
kiln vendor --project work/p top >/dev/null 2>&1
kiln build --no-link --project work/p top >/dev/null 2>&1
killed "making a kit" "$KILN_KIT_KILLS" 'kiln kit verify work/k.tar.zst >/dev/null && test "$(ls -A work | tr "\n" " ")" = "k.tar.zst p s "' \
	kiln kit make --project work/p top -o work/k.tar.zst
kiln kit make --project work/p top -o k.tar.zst >/dev/null 2>&1
top=$(kiln build --no-link --project work/p top 2>/dev/null)
count=$(nix-store -qR "$top" | wc -l)
chmod -R u+w work/s
rm -rf work/s
mkdir -p work/s/nix/store
killed "installing one" "$KILN_KIT_KILLS" "test \$(nix-store -qR $top | wc -l) = $count" kiln kit install k.tar.zst
killed "rebuilding one" "$KILN_KIT_KILLS" "test \$(nix-store -qR $top | wc -l) = $count" kiln kit rebuild k.tar.zst
