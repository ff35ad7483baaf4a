#!/bin/sh
# The releases 0.3.60 to 0.3.64 of ComfyUI, from a clone that KILN_COMFYUI_GIT names, along the tracks on the
# evidence of a build, by kiln and by hand: the same commits and tags, and a checkout of each tag builds the
# closure that was recorded.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/lib-full.sh
. "$(dirname "$0")/../lib-full.sh"
[ -n "${KILN_COMFYUI_GIT:-}" ] || no_oracle "no KILN_COMFYUI_GIT"
unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
command -v git >/dev/null || skip_all "no git"
plan 16
KILN_STORE=$FULL
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c@d
git config --global init.defaultBranch main
git config --global advice.detachedHead false
release() { kiln release "$@"; }
at() { export GIT_AUTHOR_DATE="$((1700000000 + $1)) +0000" GIT_COMMITTER_DATE="$((1700000000 + $1)) +0000"; }
refs() { git -C "$1" for-each-ref --format='%(refname) %(objectname) %(*objectname)' refs/heads refs/tags; }

# begin WHO: the project as a user forks it, at 0.3.60.
begin() {
	git init -q --bare "$T/$1.git" && cp -r "$project" "$T/$1" && cd "$T/$1" && git init -q . || exit 1
	sed -i 's/^  release = ".*";/  release = "0.3.60";/' versions.nix
	printf 'result*\n' >.gitignore
	at 0
}
tracks() {
	for b in main-testing main-staging latest latest-staging latest-testing; do git branch $b; done
	git remote add origin "file://$T/$1.git" && git push -q origin --all && git switch -q latest-testing
}
begin kiln
kiln key generate ci 2>/dev/null >"$T/ci.pub"
cat >.flox/kiln.toml <<'TOML'
[release]
recipes = ["comfyui"]

[release.track.latest-testing]
gates = ["build"]

[release.track.latest-staging]
from = ["latest-testing"]

[release.track.latest]
from = ["latest-staging"]

[release.track.main]
from = ["latest"]
TOML
kiln key trust "$(cat "$T/ci.pub")" --gate build 2>/dev/null
kiln lock >/dev/null 2>&1
cp .flox/kiln.toml .flox/kiln.lock "$T/"
git add -A && git commit -qm "as it is forked"
tracks kiln
by_kiln() {
	release gate || return 1
	for v in 61 62 63 64; do
		at "$v" && release start "0.3.$v" && release gate || return 1
		release promote && release promote latest-staging && release rotate "0.3.$v" || return 1
	done
	at 65 && release archive
}
ok "five releases by kiln" by_kiln

by_hand() {
	begin hand
	cp "$T/kiln.toml" "$T/kiln.lock" .flox/
	git add -A && git commit -qm "as it is forked"
	tracks hand
	for v in 61 62 63 64; do
		at "$v" && sed -i "s/^  release = \".*\";/  release = \"0.3.$v\";/" versions.nix && git commit -qam "version 0.3.$v"
		git push -q origin latest-testing latest-testing:latest-staging latest-testing:latest
		git tag -a -m "v0.3.$((v - 1))" "v0.3.$((v - 1))" origin/main
		git push -q --atomic origin latest-testing:main "v0.3.$((v - 1))" || return 1
	done
	at 65 && git tag -a -m v0.3.64 v0.3.64 && git push -q origin v0.3.64
}
ok "and by hand" by_hand
is "commit for commit and tag for tag" "$(refs "$T/kiln.git")" "$(refs "$T/hand.git")"
is "git fsck finds nothing" "$(git -C "$T/kiln" fsck --strict --no-dangling 2>&1; git -C "$T/kiln.git" fsck --strict --no-dangling 2>&1)" ""

cd "$T/kiln" || exit 1
status=$(release status --json)
recorded() { printf '%s' "$status" | python3 -c 'import json,sys; print([r["closure"] for r in json.load(sys.stdin) if r["name"] == sys.argv[1]][0])' "$1"; }
hash_of() {
	compat nix-store -qR "$1" | LC_ALL=C sort | while IFS= read -r path; do
		echo "$path $(compat nix-store -q --hash "$path")"
	done | python3 -c 'import base64,hashlib,sys; print("sha256-" + base64.b64encode(hashlib.sha256(sys.stdin.buffer.read()).digest()).decode())'
}
for v in 60 61 62 63 64; do
	git checkout -q "v0.3.$v"
	built=$(kiln build comfyui --no-link 2>"$T/err") || cat "$T/err"
	is "v0.3.$v is that release" "$(cat "$FULL$built/share/comfyui/.version")" "0.3.$v"
	is "and its closure the one that was recorded" "$(hash_of "$built")" "$(recorded "v0.3.$v")"
done
git switch -q latest-testing
is "without a checkout it is the same" "$(kiln build comfyui --rev v0.3.61 --no-link)" "$(git checkout -q v0.3.61 && kiln build comfyui --no-link)"
ok "and each of them is another one" test "$(for v in 60 61 62 63 64; do recorded "v0.3.$v"; done | sort -u | wc -l)" = 5
