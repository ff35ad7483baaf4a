#!/bin/sh
# Slots that nothing fills: what a program is told of them, and what Python makes of that.
# shellcheck disable=SC2016 # the shell that is run is meant
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
command -v python3 >/dev/null || skip_all "no python3"
plan 11
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$T" || exit 1
export KILN_DATA_DIR="$top"

mkdir -p foo/nix-support
printf 'torch\ntorchaudio\n' >foo/nix-support/kiln-slots
foo=$(compat nix-store --add foo)
mkdir -p user/nix-support plain/bin
printf 'torchaudio\ntorchvision\n' >user/nix-support/kiln-slots
user=$(compat nix-store --add user)
plain=$(compat nix-store --add plain)
shown() { kiln run "$1" -- /bin/sh -c 'echo "$KILN_SLOTS_EMPTY"' 2>/dev/null; }
is "a program is told of the slots that its package asks for" "$(shown "$foo")" " torch torchaudio "
is "each has its own" "$(shown "$user")" " torchaudio torchvision "
is "of none nothing" "$(shown "$plain")" ""
is "nor where they are filled already" "$(KILN_SLOT_PATH=/nowhere shown "$foo")" ""

# the interpreter's part, with another one
sed 's|@[a-z]*@|/nowhere|' "$top/pkgs/debian/python/sitecustomize.py" >sitecustomize.py
python() { PYTHONPATH=$T PYTHONDONTWRITEBYTECODE=1 python3 -c "$1" 2>&1; }
like "an import that fails for want of one is told so" \
	"$(KILN_SLOTS_EMPTY=' no_such_slot ' python 'import no_such_slot.nn')" "^hint: 'no_such_slot' is a slot.*kiln run --slot torch=cpu"
is "below Python's own words" \
	"$(KILN_SLOTS_EMPTY=' no_such_slot ' python 'import no_such_slot' | grep -n 'ModuleNotFoundError\|hint:' | cut -c1-7 | paste -sd ' ' | sed 's/[0-9]*://g')" "Modul hint"
is "any other has these alone" "$(KILN_SLOTS_EMPTY=' no_such_slot ' python 'import nowhere_to_be_found' | grep -c hint)" 0

# ---- fillings that are not there ----
is "a filling that the set has not" "$(kiln build --slot torch=gpu 2>&1)" \
	"error: the package set has nothing called 'gpu' for slot 'torch'
hint: torch=cpu and torch=cuda are there; 'torch=PATH' fills it with what you have in PATH"
like "an option is no program" "$(kiln run "$plain" --version 2>&1)" "behind the result stands the program"
like "nor is there one where none is" "$(kiln run "$foo" -- nosuch 2>&1)" "the result has no programs"
like "a slot that is none" "$(kiln run --slot foo=cpu "$plain" -- true 2>&1 | head -1)" "there is no slot called 'foo'$"
