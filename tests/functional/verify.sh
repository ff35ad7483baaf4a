#!/bin/sh
# Building again: what is the same, what differs and how that is named, also under other conditions.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/shell-files.sh
. "$(dirname "$0")/../shell-files.sh"
# shellcheck source=tests/small-set.sh
. "$(dirname "$0")/../small-set.sh"
command -v python3 >/dev/null || skip_all "no python3"
plan 33
export KILN_DATA_DIR="$T/data"
mkdir -p "$T/project/.flox/pkgs"
cd "$T/project" || exit 1
recipe() { printf 'import %s/files.nix "%s" "%s"\n' "$T" "$1" "$2" >".flox/pkgs/$1.nix"; }
recipe clean 'a/b same
c too'
recipe timed 'a/when built %time
b same'
recipe drawn 'id %uuid'
for c in cores seed locale zone mask path host kernel address order; do recipe "$c" "f with %$c"; done

kiln verify --rebuild clean >out 2>err
is "what comes out the same is so" "$?:$(cat out)" "0:1 output built again: 1 the same, 0 other"
kiln verify --rebuild timed >out 2>err
is "what differs is status 1" "$?" 1
like "named by path, file, place and cause" "$(sed -n 1,2p out | paste -sd ' ')" \
	"^'/nix/store/[a-z0-9]*-timed' differs   a/when at [12][0-9]: timestamp .a time of the build.$"
is "with both versions" "$(sed -n 3,4p out | cut -c1-6 | paste -sd '|')" "    - |    + "
like "and what helps" "$(cat out)" "hint: timestamp: .*SOURCE_DATE_EPOCH"
is "nothing is left in the store" "$(find "$KILN_STORE/nix/store" -name '*.check')" ""
kiln verify --rebuild drawn >out 2>err
like "a random name" "$(cat out)" "id at [0-9]*: random"

# each condition by its own name
vary() { kiln verify --rebuild --vary all --json "$1" 2>err |
	python3 -c 'import json, sys; o = json.load(sys.stdin)["outputs"]; print(o[0]["same"], *o[0]["conditions"])'; }
is "cores" "$(vary cores)" "False cores"
is "hash seed" "$(vary seed)" "False hash-seed"
is "locale" "$(vary locale)" "False locale"
is "time zone" "$(vary zone)" "False time-zone"
is "umask" "$(vary mask)" "False umask"
is "build path" "$(vary path)" "False build-path"
is "host" "$(vary host)" "False host"
like "and what helps there" "$(kiln verify --rebuild --vary all host 2>/dev/null)" "hint: host: leave the name of the host out"
is "kernel" "$(vary kernel)" "False kernel"
is "addresses" "$(vary address)" "False addresses"
ordered=$(vary order)
# Where nothing but one kind of file system is, that is told.
grep -q 'warning: folder-order is not varied' err && ordered="False folder-order, were there one"
like "order of folders" "$ordered" "^False folder-order"
like "whose cause is one" "$(kiln verify --rebuild --vary folder-order order 2>&1)" ": order .the same lines|not varied"
is "nothing of it is left" "$(find /dev/shm /tmp /var/tmp /run -maxdepth 1 -user "$(id -un)" -name 'kiln-*order*' 2>/dev/null)" ""
is "none of them" "$(vary clean)" "True"
is "those that are asked for alone" "$(kiln verify --rebuild --vary umask,host cores 2>/dev/null)" \
	"1 output built again: 1 the same, 0 other"
recipe both 'f %host and %cores'
is "two of them" "$(vary both)" "False cores host"
like "a condition that is none" "$(kiln verify --rebuild --vary moon clean 2>&1 | paste -sd ' ')" "there is no condition 'moon'.*cores, hash-seed"

# how it is asked
kiln verify clean >out 2>err
is "without saying what" "$?" 2
like "is told what there is" "$(cat err)" "hint: --rebuild"
is "by its path" "$(kiln verify --rebuild "$(kiln build --no-link clean 2>/dev/null)" 2>/dev/null)" \
	"1 output built again: 1 the same, 0 other"
kiln verify --rebuild "$(compat nix-store --add .flox)" >out 2>err
is "a source has no maker" "$?" 2
like "and says so" "$(cat err)" "it is not known what made"
kiln verify --rebuild --keep timed >out 2>err
is "what differs can be kept" "$(find "$KILN_STORE/nix/store" -name '*-timed.check' | wc -l)" 1

# below it
cat >.flox/pkgs/top.nix <<NIX
import $T/files.nix "top" "uses \${import ./timed.nix} \${import ./clean.nix}"
NIX
is "itself alone" "$(kiln verify --rebuild top 2>/dev/null | tail -1)" "1 output built again: 1 the same, 0 other"
like "and what it was built from" "$(kiln verify --rebuild --deep top 2>/dev/null | paste -sd ' ')" "timed' differs.*3 outputs built again: 2 the same, 1 other"
is "all recipes" "$(kiln verify --rebuild 2>/dev/null | tail -1)" "15 outputs built again: 13 the same, 2 other"
