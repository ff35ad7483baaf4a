#!/bin/sh
# Building through the command line, without a network: fetches from file: URLs, plans, refusals.
# What runs programs in the sandbox is tested in unit/t_job_run.c and end to end.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
plan 47
KILN_DATA_DIR=$(cd "$(dirname "$0")/../.." && pwd)
export KILN_DATA_DIR
cd "$T" || exit 1

mkdir -p tree/top/bin
echo text >tree/top/file
printf '#!/bin/sh\n' >tree/top/bin/run
chmod 755 tree/top/bin/run
tar -czf tree.tar.gz -C tree top
echo hello >hello
cat >default.nix <<NIX
let
  fetch = name: extra: derivation ({
    inherit name;
    system = "builtin";
    builder = "builtin:fetchurl";
    url = "file://$T/hello";
    outputHashAlgo = "sha256";
    outputHash = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
  } // extra);
  tree = hash: fetch "tree" { url = "file://$T/tree.tar.gz"; unpack = true; outputHashMode = "recursive"; outputHash = hash; };
in {
  hello = fetch "hello" { };
  wrong = fetch "wrong" { outputHash = "0000000000000000000000000000000000000000000000000000000000000000"; };
  absent = fetch "absent" { url = "file://$T/absent"; };
  unknownTree = tree "0000000000000000000000000000000000000000000000000000000000000000";
  inherit tree;
  tree2 = hash: fetch "tree2" { url = "file://$T/tree.tar.gz"; unpack = true; outputHashMode = "recursive"; outputHash = hash; };
  wrongTree = fetch "tree2" { url = "file://$T/tree.tar.gz"; unpack = true; outputHashMode = "recursive"; outputHash = "0000000000000000000000000000000000000000000000000000000000000001"; };
  arm = derivation { name = "arm"; system = "aarch64-linux"; builder = "/bin/sh"; };
  odd = derivation { name = "odd"; system = "builtin"; builder = "builtin:kiln-odd-1"; };
  feature = derivation { name = "feature"; system = "builtin"; builder = "builtin:fetchurl"; requiredSystemFeatures = [ "moon" ]; };
}
NIX

# in_store GLOB: how many names of the store's folder match.
in_store() {
	find "$KILN_STORE/nix/store" -maxdepth 1 -name "$1" | grep -c .
}
status_of() {
	"$@" >out 2>err
	echo $?
}

like "a plan tells what would be built" "$(compat nix-build --dry-run -A hello 2>&1)" \
	'^this derivation will be built:$'
is "and builds nothing" "$(in_store '*-hello')" 0

hello=$(compat nix-build -A hello 2>err)
like "a fetch gives its path" "$hello" '^/nix/store/[a-z0-9]{32}-hello$'
is "the file is there" "$(cat "$KILN_STORE$hello")" hello
is "and a link to it" "$(readlink result)" "$hello"
is "once more does nothing" "$(compat nix-build -A hello 2>&1)" "$hello"
is "nothing partial is left" "$(ls "$KILN_STORE/nix/var/nix/kiln/partial")" ""

is "a wrong hash has its own status" "$(status_of compat nix-build -A wrong)" 102
like "it tells what was specified" "$(cat err)" 'specified: sha256-A{43}='
like "and what came" "$(cat err)" 'got: +sha256-WJG1tSLV3whtD/CxEPvZ0hu0/HFjrzTQgoai6Eb2vgM='

other=$(sed -n "s/^hint: what came is in the store already: '\(.*\)'$/\1/p" err)
is "which is in the store under its own name" "$(cat "$KILN_STORE$other")" hello
ok "and valid" compat nix-store --check-validity "$other"

status_of compat nix-build -A unknownTree >/dev/null
hash=$(sed -n 's/.*got: *\(sha256-[^ ]*\)/\1/p' err)
tree=$(compat nix-build -E "(import ./default.nix).tree \"$hash\"" 2>err)
is "an archive is unpacked without its top folder" "$(cat "$KILN_STORE$tree/file")" text
ok "executables stay executable" test -x "$KILN_STORE$tree/bin/run"

fails_like "a missing source names the derivation" 'needed by derivation .*-absent\.drv' \
	compat nix-build -A absent
fails_like "another system's build is refused" "a 'aarch64-linux' is required" compat nix-build -A arm
like "with the cure" "$out" "^hint: the setting 'extra-platforms' names systems"
like "which counts" "$(compat nix-build --dry-run --extra-platforms 'riscv64-linux aarch64-linux' -A arm 2>&1)" \
	"-arm\.drv$"
fails_like "so is an unknown built-in builder" "builder 'builtin:kiln-odd-1' is not known" \
	compat nix-build -A odd
fails_like "and an unknown feature" "needs the system feature 'moon'" compat nix-build -A feature

rm -f result result-*
ok "what nothing keeps can be deleted" compat nix-store --delete "$hello"
status_of compat nix-build --keep-going -A wrong -A hello >/dev/null
ok "keep-going builds what it can" test -e "$KILN_STORE$hello"
ok "the store verifies" compat nix-store --verify --check-contents
is "no build folder is left" "$(in_store '*.chroot')" 0

# What came is there under its own name, so that a mended recipe fetches nothing.
status_of compat nix-build -A wrongTree >/dev/null
actual=$(sed -n "s/^hint: what came is in the store already: '\(.*\)'$/\1/p" err)
like "a tree with another hash is told where it is" "$actual" '^/nix/store/[a-z0-9]{32}-tree2$'
ok "it is valid there" compat nix-store --check-validity "$actual"
is "and it is what the mended recipe wants" "$(compat nix-build -E "(import ./default.nix).tree2 \"$hash\"" 2>&1)" "$actual"

# Statuses as Nix puts them together; without a sandbox, in a store at its own place.
status_is() {
	what=$1 want=$2
	shift 2
	is "$what" "$(
		unset KILN_STORE
		export NIX_STORE_DIR="$T/own/store" NIX_STATE_DIR="$T/own/var" NIX_LOG_DIR="$T/own/log"
		status_of compat nix-build programs.nix --no-out-link --option sandbox false --timeout 2 "$@"
	)" "$want"
}
cat >programs.nix <<'NIX'
let
  d = name: script: extra: derivation ({
    inherit name;
    system = builtins.currentSystem;
    builder = "/bin/sh";
    args = [ "-c" script ];
    PATH = "/usr/bin:/bin";
  } // extra);
  fixed = { outputHashAlgo = "sha256"; outputHash = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"; };
in { prefer ? false }: {
  local = d "local" "echo > $out" { preferLocalBuild = prefer; };
  fail = d "fail" "exit 3" { };
  slow = d "slow" "sleep 30" { };
  wrong = d "wrong" "echo other > $out" fixed;
  fixedFail = d "fixed-fail" "exit 3" fixed;
  nothing = d "nothing" "true" { };
  random = d "random" "read x </proc/sys/kernel/random/uuid; echo $x >$out" { };
  # its own paths, across the borders of pieces, in links and in names, too
  names = d "names" (''
    mkdir $out
    ln -s $dev $out/dev
    for file in aaa zzz named-''${out##*/} ''${out##*/}; do echo ${placeholder "out"} >$out/$file; done
    echo $dev >$dev
    i=0
    while [ $i -lt 3000 ]; do echo $i $out $dev; i=$((i+1)); done >$out/many
    cat $textPath >>$out/many
  '') { outputs = [ "out" "dev" ]; passAsFile = [ "text" ]; text = placeholder "dev"; };
  structured = d "structured" ". $NIX_ATTRS_SH_FILE; echo \${outputs[out]} >\${outputs[out]}" { __structuredAttrs = true; builder = "/bin/bash"; };
}
NIX
status_is "a builder that fails" 100 -A fail
status_is "one that takes too long" 101 -A slow
status_is "a wrong hash" 102 -A wrong
status_is "too long, and a wrong hash" 103 -k -A slow -A wrong
status_is "a builder without its output" 1 -A nothing
status_is "a fixed output that may depend on the network" 1 -A fixedFail
status_is "max-jobs = 0 builds nothing" 1 -j 0 -A local
like "that is told" "$(compat nix-build programs.nix --no-out-link --option sandbox false -j 0 -A local 2>&1)" "^error: cannot build '.*-local.drv': 'max-jobs' is 0"
status_is "but what prefers to be built here" 0 -j 0 -A local --arg prefer true
# What is valid is built again at other paths, of which nothing stays.
status_is "built" 0 -A random
status_is "--check of what is never the same, without a sandbox" 104 --check -A random
like "is told" "$(cat err)" "may not be deterministic: output '$T/own/store/[a-z0-9]*-random' differs$"
status_is "what was there stays" 104 --check --keep-failed -A random
is "beside what came" "$(find "$T/own/store" -name '*-random' -o -name '*-random.check' | wc -l)" 2
rm "$T"/own/store/*-random.check
for name in names structured; do
	status_is "$name" 0 -A "$name"
	status_is "$name again" 0 --check -A "$name"
done
is "nothing else is left" "$(find "$T/own/store" -mindepth 1 -maxdepth 1 ! -name '*.drv' -printf '%f\n' | sed 's/^[a-z0-9]*-//' | sort | paste -s -d ' ')" \
	"local names names-dev random structured wrong"
ok "and the store verifies" env -u KILN_STORE NIX_STORE_DIR="$T/own/store" NIX_STATE_DIR="$T/own/var" \
	"$KILN_BUILD/kiln" store --verify --check-contents
