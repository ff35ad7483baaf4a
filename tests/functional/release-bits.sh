#!/bin/sh
# Five versions along the tracks, each with the evidence that it was built: what is released is what was
# tested, and a checkout of each tag builds the closure that was recorded.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v git >/dev/null || skip_all "no git"
# shellcheck source=tests/small-set.sh
. "$(dirname "$0")/../small-set.sh"
plan 14
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c@d
git config --global init.defaultBranch main
git config --global advice.detachedHead false
release() { kiln release "$@"; }
git init -q --bare "$T/there.git" && git init -q "$T/p" && cd "$T/p" || exit 1
mkdir -p .flox/pkgs
cat >.flox/pkgs/comfyui.nix <<'NIX'
let
  inherit (import ../../versions.nix) comfyui;
  make = name: text: derivation { inherit name text; outputs = [ "out" ]; system = builtins.currentSystem; builder = "/bin/sh"; };
in
make "comfyui-${comfyui.version}" "${make "library" "the same for all"} ${comfyui.version}"
NIX
# shellcheck disable=SC2016 # Nix's
{
	printf 'let\n  release = "0.3.60";\n  releases = {\n'
	for v in 60 61 62 63 64; do echo "    \"0.3.$v\" = { comfyui.version = \"0.3.$v\"; };"; done
	printf '  };\nin\n{ inherit release releases; } // releases.${release}\n'
} >versions.nix
git remote add origin "file://$T/there.git"
printf 'result*\n' >.gitignore
git add -A && git commit -qm one
release init --yes >/dev/null
sed -i 's/^\[release.track.latest-testing\]/&\ngates = ["build"]/; s/^\[release\]/&\nrecipes = ["comfyui"]/' .flox/kiln.toml
kiln key generate ci 2>/dev/null >"$T/ci.pub" && kiln key trust "$(cat "$T/ci.pub")" --gate build 2>/dev/null
git add -A && git commit -qm tracks
for b in latest latest-staging latest-testing main-staging main-testing; do git branch -qf $b; done
git push -q --force origin --all && git switch -q latest-testing
release gate >"$T/out" 2>"$T/err" || cat "$T/out" "$T/err"

cycle() {
	for v in 61 62 63 64; do
		release start "0.3.$v" || return 1
		! release promote 2>"$T/refused" || return 1
		grep -q 'has not passed 1 of its 1 gates' "$T/refused" || return 1
		release gate && release promote && release promote latest-staging && release rotate "0.3.$v" || return 1
	done
	release archive
}
ok "four versions go on the evidence of a build" cycle
status=$(release status --json)
recorded() { printf '%s' "$status" | python3 -c 'import json,sys; print([r["closure"] for r in json.load(sys.stdin) if r["name"] == sys.argv[1]][0])' "$1"; }
like "a track shows its gates" "$(release status)" "^latest-testing .* sha256-[^ ]*  build$"
# The hash of the closure, by what nix-store tells of it, as SRI.
hash_of() {
	compat nix-store -qR "$1" | LC_ALL=C sort | while IFS= read -r path; do
		echo "$path $(compat nix-store -q --hash "$path")"
	done | python3 -c 'import base64,hashlib,sys; print("sha256-" + base64.b64encode(hashlib.sha256(sys.stdin.buffer.read()).digest()).decode())'
}
for v in 60 61 62 63 64; do
	git checkout -q "v0.3.$v"
	built=$(kiln build comfyui 2>/dev/null)
	like "v0.3.$v is built from its tag" "$built" "-comfyui-0.3.$v$"
	is "to the closure that was recorded" "$(hash_of "$built")" "$(recorded "v0.3.$v")"
done
git switch -q latest-testing
is "and without a checkout" "$(hash_of "$(kiln build comfyui --rev v0.3.60 --no-link 2>/dev/null)")" "$(recorded v0.3.60)"
is "git fsck finds nothing" "$(git fsck --strict --no-dangling 2>&1; git -C "$T/there.git" fsck --strict --no-dangling 2>&1)" ""
