#!/bin/sh
# kill -9 and ^C at moments of vendoring and of making, installing and rebuilding a kit: what is there is
# whole or a temporary file, the same command run again does all, and the store verifies (killed.py). Of
# $KILN_KILLS kills a fifth are of vendoring; kits, which take longer, have $KILN_KIT_KILLS for each verb.
# $KILN_INTERRUPTS times each of them is interrupted.
# shellcheck disable=SC2016 # lines of shell for killed.py
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../small-set.sh"
here=$(cd "$(dirname "$0")" && pwd)
: "${KILN_KILLS:=40}" "${KILN_INTERRUPTS:=3}" "${KILN_SEED:=$(date +%s)}"
export KILN_BUILD
if [ -n "${KILN_KIT_KILLS:-}" ]; then plan 9; else plan 6; fi
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

# ended HOW WHAT MOMENTS CHECK COMMAND…: on a copy of what is in $T/work.
ended() {
	how=$1 what=$2 moments=$3 check=$4
	shift 4
	rm -rf template && cp -a work template
	# shellcheck disable=SC2086 # none or one
	if python3 "$here/killed.py" "$T" s/nix/store "$KILN_SEED" "$moments" $how "$check" -- "$@" >said 2>&1; then
		pass "$what: $(tail -n 1 said)"
	else
		fail "$what" "$(head -n 40 said)"
	fi
	chmod -R u+w work
	rm -rf work
	mv template work
}
killed() { ended '' "$@"; }
# interrupted WHAT CHECK COMMAND…
interrupted() {
	doing=$1 done=$2
	shift 2
	ended --interrupt "^C while $doing" "$KILN_INTERRUPTS" "$done" "$@"
}
mkdir -p work/s/nix/store
all='cd work/p/.flox/sources && sha256sum -c --quiet --strict SHA256SUMS.txt && test $(ls | wc -l) = 51 && test -z "$(find . -name ".kiln*" -o -name ".tmp-*")" && kiln vendor --check --project ../.. >/dev/null 2>&1'
killed "vendoring" $((KILN_KILLS / 8 + 1)) "$all" kiln vendor --project work/p top
interrupted "vendoring" "$all" kiln vendor --project work/p top
kiln vendor --project work/p top >/dev/null 2>&1
for f in 3 9 21; do rm "work/p/.flox/sources/f$f.txt" && echo other >"work/p/.flox/sources/f$f.txt"; done
killed "vendoring what was altered" $((KILN_KILLS / 12 + 1)) "$all" kiln vendor --project work/p top
kiln vendor --project work/p top >/dev/null 2>&1
kiln build --no-link --project work/p top >/dev/null 2>&1
made='kiln kit verify work/k.tar.zst >/dev/null && test "$(ls -A work | tr "\n" " ")" = "k.tar.zst p s "'
[ -z "${KILN_KIT_KILLS:-}" ] ||
	killed "making a kit" "$KILN_KIT_KILLS" "$made" kiln kit make --project work/p top -o work/k.tar.zst
interrupted "making a kit" "$made" kiln kit make --project work/p top -o work/k.tar.zst
kiln kit make --project work/p top -o k.tar.zst >/dev/null 2>&1
top=$(kiln build --no-link --project work/p top 2>/dev/null)
count=$(nix-store -qR "$top" | wc -l)
chmod -R u+w work/s
rm -rf work/s
mkdir -p work/s/nix/store
there="test \$(nix-store -qR $top | wc -l) = $count"
for verb in install rebuild; do
	[ -z "${KILN_KIT_KILLS:-}" ] || killed "$verb of a kit" "$KILN_KIT_KILLS" "$there" kiln kit $verb k.tar.zst
	interrupted "$verb of a kit" "$there" kiln kit $verb k.tar.zst
done
