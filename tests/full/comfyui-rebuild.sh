#!/bin/sh
# Every recipe of the project in comfyui/ that PyPI has the source of, and what only they need, made once more
# under other conditions (lib-rebuild.sh), in both releases that PyPI has: each has the NAR hash that it had.
# And whatever fills the slot, ComfyUI's derivation and closure are the same.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
# shellcheck source=tests/lib-rebuild.sh
. "$(dirname "$0")/../lib-rebuild.sh"
can_make_again
plan 6
unset KILN_COMFYUI_GIT
full_store
KILN_STORE=$FULL
export KILN_STORE KILN_BUILD

elsewhere="comfyui-complete comfyui-custom-nodes comfyui-extras comfyui-impact-subpack comfyui-plugins comfyui-videogen cstr"
recipes=$(for file in "$project"/.flox/pkgs/*.nix; do basename "$file" .nix; done | grep -vxF "$(echo "$elsewhere" | tr ' ' '\n')")
for release in 0.3.52 0.3.75; do
	# shellcheck disable=SC2086 # names
	kiln build --project "$project" --no-link --json --release $release $recipes 2>"$T/log" || tail -n 20 "$T/log" >&2
done | sed -n 's/.*"drvPath": "\([^"]*\)".*/\1/p' | sort -u >"$T/recipes"
is "every recipe is built in both releases" "$(test "$(wc -l <"$T/recipes")" -gt "$(echo "$recipes" | wc -l)" && echo built)" built

# What of their builds the set has not, and is not fetched: each has a builder of its own.
# shellcheck disable=SC2046 # paths without blanks
compat nix-store -qR $(cat "$T/recipes") | grep '\.drv$' | sort -u >"$T/all"
KILN_DATA_DIR=$top kiln eval --raw "$top/tests/full/rebuild.nix" --arg root "$top" -A listed 2>/dev/null | cut -d' ' -f1 | sort -u >"$T/set"
comm -23 "$T/all" "$T/set" | while read -r drv; do
	compat nix-store -q --binding outputHash "$drv" >/dev/null 2>&1 && continue
	# shellcheck disable=SC2046 # paths without blanks
	compat nix-store --check-validity $(compat nix-store -q --outputs "$drv") 2>/dev/null && echo "$drv"
done >"$T/wanted"
is "all recipes are among them" "$(comm -23 "$T/recipes" "$T/wanted")" ""
: >"$T/done"
# where a folder lists its newest file first, if there is such a place
scratch=$(mktemp -d /dev/shm/kiln-test.XXXXXX 2>/dev/null) || scratch=$T
made_again "$T/wanted" "$T/done" "$scratch" >"$T/others"
[ "$scratch" = "$T" ] || { chmod -R u+w "$scratch" && rm -rf "$scratch"; }
is "made again they have the hashes that they had" "$(cat "$T/others")" ""
is "all of them" "$(sort -u "$T/done" | wc -l)" "$(wc -l <"$T/wanted")"
echo "# the same: $(comm -12 "$T/recipes" "$T/wanted" | wc -l) recipes, $(wc -l <"$T/wanted") derivations"

# ---- what fills the slot ----
# of each filling: what is built for it, and ComfyUI beside it
for filling in cpu cuda venv:/nowhere; do
	slot="--slot torch=$filling"
	case $filling in venv:*) slot= ;; esac
	# shellcheck disable=SC2086 # words
	KILN_SLOT_TORCH=$filling kiln build --project "$project" --no-link --dry-run --json $slot comfyui 2>/dev/null |
		sed -n 's/.*"name": "comfyui-.*"drvPath": "\([^"]*\)", "outputs": {"out": "\([^"]*\)".*/\1 \2/p'
done | sort -u >"$T/beside"
is "with the fillings for CPU and CUDA, and a virtual environment, ComfyUI is one" "$(wc -l <"$T/beside")" 1
is "which knows neither" "$(cut -d' ' -f1 "$T/beside" | xargs "$KILN_BUILD/compat/nix-store" -qR | grep -E -- '-(torch-(cpu|cuda)|libtorch|nvidia-c)' | grep -v -- '-check\.drv$')" ""
