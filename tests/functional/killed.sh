#!/bin/sh
# kill -9 at $KILN_KILLS moments, spread over all kinds of work on a store: it verifies, the command
# completes when it is run again, and nothing stays that no collection takes (killed.py). $KILN_SEED
# names the moments. Substitution has its own, in unit/t_job_substitute.
# shellcheck disable=SC2016 # lines of shell for killed.py
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../small-set.sh"
here=$(cd "$(dirname "$0")" && pwd)
: "${KILN_KILLS:=40}" "${KILN_SEED:=$(date +%s)}"
export KILN_BUILD
plan 10
echo "# seed $KILN_SEED"
cd "$T" || exit 1
KILN_STORE=$T/work
bin="$KILN_BUILD/compat/nix-store"
PATH=$KILN_BUILD/compat:$KILN_BUILD:$PATH

# killed WHAT SHARE CHECK COMMAND…: SHARE of 30 parts of all kills, on a copy of what is in $T/work.
store=nix/store altered=
killed() {
	what=$1 moments=$((KILN_KILLS * $2 / 30)) check=$3
	shift 3
	rm -rf template && mv work template
	if python3 "$here/killed.py" "$T" $store "$KILN_SEED" $((moments + 1)) $altered "$check" -- "$@" >said 2>&1; then
		pass "$what: $(tail -n 1 said)"
	else
		fail "$what" "$(head -n 40 said)"
	fi
	chmod -R u+w template work
	rm -rf template work
	mkdir work
}
# root PATH: it shall outlive the collections.
root() { mkdir -p work/nix/var/nix/gcroots && ln -s "$1" "work/nix/var/nix/gcroots/${1##*/}"; }
rm -rf work && mkdir -p work src/tree/a

i=0
while [ $i -lt 150 ]; do
	i=$((i + 1))
	echo "$i" >"src/f$i"
	seq $((i * 20)) >"src/tree/a/g$i"
done
cat >graph.nix <<'NIX'
let
  made = import ./made.nix;
  low = map (n: made "low${toString n}" (toString n) [ "out" "dev" ]) (builtins.genList (n: n) 6);
  high = map (n: made "high${toString n}" "${builtins.elemAt low n} ${builtins.toFile "t" (toString n)}" [ "out" ]) (builtins.genList (n: n) 6);
in made "top" (toString high) [ "out" ]
NIX
built='test $(nix-store -qR $(nix-instantiate graph.nix --eval -A outPath | tr -d \") | wc -l) = 19'
"$bin" --add src/tree >/dev/null
killed "builds in the sandbox, with their sources" 8 "$built" nix-build --no-out-link graph.nix
nix-build graph.nix --no-out-link >/dev/null 2>&1
root "$(nix-instantiate graph.nix --eval -A outPath | tr -d '"')"
killed "builds that are compared" 2 "$built" nix-build --no-out-link graph.nix --check

"$bin" --add src/f1 >/dev/null
killed "adding many files and a tree" 4 'test $(nix-store --dump-db | grep -c "^/nix/store/") = 151' "$bin" --add src/tree src/f*
paths=$("$bin" --add src/tree src/f*)
# shellcheck disable=SC2086 # a list of paths
"$bin" --export $paths >all.export
keep=$(echo "$paths" | head -n 1)
root "$keep"
killed "collecting" 3 'test $(nix-store --dump-db | grep -c "^/nix/store/") = 1' "$bin" --gc
"$bin" --add src/f1 >/dev/null
killed "importing" 3 'test $(nix-store --dump-db | grep -c "^/nix/store/") = 151' sh -c 'exec nix-store --import <all.export'
"$bin" --import <all.export >/dev/null
"$bin" --dump-db >registration
rm work/nix/var/nix/db/*
killed "registering what is there" 2 'test $(nix-store --dump-db | grep -c "^/nix/store/") = 151' sh -c 'exec nix-store --load-db <registration'
"$bin" --import <all.export >/dev/null
for i in 1 2 3 4; do cp -r src/tree "tree$i"; done
for path in $("$bin" --add tree1 tree2 tree3 tree4); do root "$path"; done
killed "optimising" 2 'test $(stat -c %h $(ls -d work/nix/store/*-tree1)/a/g7) -ge 5' "$bin" --optimise

nix-build graph.nix -o work/result >/dev/null 2>&1
for path in work/nix/store/*-low* work/nix/store/*-high*; do
	case $path in
	*.drv) ;;
	*-low*) rm -rf "$path" ;;
	*) chmod u+w "$path" && echo other >"$path" ;;
	esac
done
altered=--altered
killed "repairing" 2 true kiln store repair --all
altered=

killed "instantiating" 1 'test $(nix-store --dump-db | grep -c "[.]drv$") -ge 300' nix-instantiate -E \
	'builtins.genList (n: derivation { name = "d${toString n}"; system = "x"; builder = "b"; text = builtins.toFile "t" (toString n); }) 300'

# Without a sandbox the outputs are made where they shall be.
unset KILN_STORE
export NIX_STORE_DIR="$T/work/store" NIX_STATE_DIR="$T/work/var" NIX_LOG_DIR="$T/work/log" store=store
mkdir -p "$NIX_CONF_DIR" && echo 'sandbox = false' >"$NIX_CONF_DIR/nix.conf"
cat >plain.nix <<'NIX'
let
  made = name: text: derivation { inherit name text; system = builtins.currentSystem; builder = "/bin/sh";
    args = [ "-c" "PATH=/usr/bin:/bin; mkdir $out; for i in 1 2 3 4 5; do echo $text >$out/$i; done" ]; };
  low = map (n: made "low${toString n}" (toString n)) (builtins.genList (n: n) 8);
in made "top" (toString low)
NIX
"$bin" --add src/f1 >/dev/null
killed "builds without a sandbox" 3 'test $(nix-store -qR $(nix-instantiate plain.nix --eval -A outPath | tr -d \") | wc -l) = 9' \
	nix-build --no-out-link plain.nix
