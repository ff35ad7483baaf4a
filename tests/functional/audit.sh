#!/bin/sh
# What a closure must not hold: planted one by one, each found with its way there and a cure; a clean one
# has nothing.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/shell-files.sh
. "$(dirname "$0")/../shell-files.sh"
# shellcheck source=tests/small-set.sh
. "$(dirname "$0")/../small-set.sh"
command -v python3 >/dev/null || skip_all "no python3"
plan 25
top=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$T/data/pkgs/python" "$T/project/.flox/pkgs"
cp "$top/pkgs/python/slots.json" "$T/data/pkgs/python/"
cd "$T/project" || exit 1
recipe() { printf 'import %s/files.nix "%s" "%s"\n' "$T" "$1" "$2" >".flox/pkgs/$1.nix"; }
# dist PROJECT VERSION [MODULE [REQUIREMENT]]: lines of an installed distribution
dist() { printf 'lib/python3.13/site-packages/%s-%s.dist-info/METADATA Metadata-Version: 2.1%s\n%s' "$(echo "$1" | tr - _)" "$2" \
	"%nName: $1%nVersion: $2${4:+%nRequires-Dist: $4}" "lib/python3.13/site-packages/${3:-$(echo "$1" | tr - _)}/__init__.py x"; }
audit() { kiln build --no-link "$1" >/dev/null 2>err || cat err; kiln audit "$1"; }
rules() { kiln build --no-link "$1" >/dev/null 2>err || cat err; kiln audit --json "$1" |
	python3 -c 'import json, sys; print(*[f["rule"] + ":" + f["severity"] for r in json.load(sys.stdin) for f in r["findings"]])'; }

recipe clean "$(dist numpy 2.1)
bin/app x"
is "a clean one" "$(audit clean)" "clean: 0 errors, 0 warnings"
is "is status 0" "$?" 0
recipe torch "$(dist torch 2.6.0)"
cat >.flox/pkgs/user.nix <<NIX
import $T/files.nix "user" "lib/needs \${import ./middle.nix}"
NIX
cat >.flox/pkgs/middle.nix <<NIX
import $T/files.nix "middle" "lib/needs \${import ./torch.nix}"
NIX
audit user >out
is "a slot's package is status 1" "$?" 1
like "named with its version and slot" "$(head -1 out)" "^error: torch 2.6.0 is slot 'torch'"
like "and its file" "$(cat out)" "in '/nix/store/.*-torch/lib/python3.13/site-packages/torch-2.6.0.dist-info'"
is "the way there" "$(grep why: out)" "    why: user → middle → torch"
like "the cure" "$(grep hint: out)" 'pythonRemoveDeps = \[ "torch" \]'
is "for programs" "$(rules user)" "slot:error"
recipe shown "lib/python3.13/site-packages/torch-2.6.0.dist-info/METADATA Metadata-Version: 2.1"
is "metadata alone, as pip is shown, is none" "$(rules shown)" ""
recipe cuda "$(dist nvidia-cublas-cu12 12.9 nvidia/cublas)"
is "CUDA's wheels" "$(rules cuda)" "slot:error"
recipe ml "$(dist nvidia-ml-py 12.0 pynvml)"
is "but not what only asks the driver" "$(rules ml)" ""
recipe bundled 'lib/python3.13/site-packages/some.libs/libcudart-1a2b3c4d.so.12.0.1 x'
is "a slot's library under another name" "$(rules bundled)" "slot-library:error"
recipe libtorch 'lib/libtorch_cpu.so x'
is "libtorch without a package" "$(rules libtorch)" "slot-library:error"
recipe driver 'lib/libcuda.so.1 x
lib/libnvidia-ml.so.580.1 x'
is "the driver's libraries" "$(rules driver)" "driver:error driver:error"
recipe stubs 'lib/stubs/libcuda.so x
lib/libnvidia-container.so.1 x'
is "a linker's stub and others are none" "$(rules stubs)" ""
recipe old "$(dist numpy 1.26)"
cat >.flox/pkgs/mixed.nix <<NIX
import $T/files.nix "mixed" "lib/needs \${import ./clean.nix} \${import ./old.nix}"
NIX
is "two versions of one distribution" "$(rules mixed)" "versions:error"
like "both places are told" "$(audit mixed)" "numpy .*, and .* in '/nix/store/.*'"
recipe again "$(dist numpy 2.1)
bin/other x"
cat >.flox/pkgs/twice.nix <<NIX
import $T/files.nix "twice" "lib/needs \${import ./clean.nix} \${import ./again.nix}"
NIX
is "the same version twice is a warning" "$(rules twice)" "twice:warning"
audit twice >out
is "which is status 0" "$?:$(tail -1 out)" "0:twice: 0 errors, 1 warning"
recipe asks "$(dist asks 1 asks 'wanted >= 2')
bin/python3.13 x"
is "what is asked for and not there" "$(rules asks)" "missing:warning"
like "with the cure" "$(audit asks)" "asks for 'wanted >= 2'.*add python3.pkgs.wanted|pythonRemoveDeps"
recipe unfit "$(dist wanted 1.5)
$(dist asks 1 asks 'wanted >= 2')
bin/python3.13 x"
is "another version than is asked for" "$(rules unfit)" "unfit:warning"
recipe elsewhere "$(dist asks 1 asks 'torch >= 2; extra == \"gpu\"')
$(dist other 1 other torch)
bin/python3.13 x"
is "slots and what is not asked here are no lack" "$(rules elsewhere)" ""
recipe unbuilt 'x y'
kiln audit unbuilt >out 2>err
is "what is not built cannot be audited" "$?" 2
like "and is told how" "$(cat err)" "hint: kiln build unbuilt"
