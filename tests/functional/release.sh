#!/bin/sh
# kiln release: five versions go along their tracks, by kiln and by hand with git's own commands, and
# both remotes have the same commits and tags; and what is refused, with the cure.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v git >/dev/null || skip_all "no git"
plan 48
KILN_DATA_DIR=$(cd "$(dirname "$0")/../.." && pwd)
export KILN_DATA_DIR
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c@d
git config --global init.defaultBranch main
git config --global advice.detachedHead false
cd "$T" || exit 1

# at SECONDS: what is committed and tagged from now on was then, by everybody.
at() { export GIT_AUTHOR_DATE="$((1700000000 + $1)) +0000" GIT_COMMITTER_DATE="$((1700000000 + $1)) +0000"; }
refs() { git -C "$1" for-each-ref --format='%(refname) %(objectname) %(*objectname)' refs/heads refs/tags; }
release() { kiln release "$@"; }
# version V: what is checked out becomes that.
version() {
	sed -i "s/release = \".*\";/release = \"$1\";/" versions.nix
	git add -A && git commit -qm "version $1"
}
# begin REPO: a project at 0.3.60 with its tracks, and its remote REPO.git.
begin() {
	git init -q --bare "$T/$1.git" && git init -q "$T/$1" && cd "$T/$1" || exit 1
	mkdir -p .flox/pkgs
	cat >.flox/pkgs/comfyui.nix <<'NIX'
{ versions }: derivation { name = "comfyui-${versions.comfyui.version}"; system = "x86_64-linux"; builder = "/bin/sh"; }
NIX
	# shellcheck disable=SC2016 # Nix's
	{
		printf 'let\n  # The release: "0.3.60".\n  release = "";\n  releases = {\n'
		for v in 60 61 62 63 64; do echo "    \"0.3.$v\" = { comfyui.version = \"0.3.$v\"; };"; done
		printf '  };\nin\n{ inherit release releases; } // releases.${release}\n'
	} >versions.nix
	at 0 && version 0.3.60
	for branch in main-testing main-staging latest latest-staging latest-testing; do git branch "$branch"; done
	git remote add origin "file://$T/$1.git" && git push -q origin --all
}

# ---- the cycle ----

by_kiln() {
	begin kiln
	git switch -q latest-testing
	for v in 61 62 63 64; do
		at "$v" && release start "0.3.$v" || return 1
		release promote latest-testing && release promote && release promote latest-staging && release rotate || return 1
	done
	at 65 && release archive
}
by_hand() {
	begin hand
	git switch -q latest-testing
	for v in 61 62 63 64; do
		at "$v" && version "0.3.$v" && git push -q origin latest-testing
		git push -q origin latest-testing:latest-staging
		git push -q origin latest-testing:latest
		git tag -a -m "v0.3.$((v - 1))" "v0.3.$((v - 1))" origin/main
		git push -q --atomic origin latest-testing:main "v0.3.$((v - 1))"
	done
	at 65 && git tag -a -m v0.3.64 v0.3.64 origin/main && git push -q origin v0.3.64
	for b in latest-staging latest main; do git branch -qf "$b" "origin/$b"; done
}
ok "five versions by kiln" by_kiln
ok "five versions by hand" by_hand
is "commit for commit and tag for tag, there" "$(refs "$T/kiln.git")" "$(refs "$T/hand.git")"
is "and here" "$(refs "$T/kiln")" "$(refs "$T/hand")"
is "five annotated tags" "$(git -C "$T/kiln.git" for-each-ref --format='%(objecttype)' refs/tags | uniq -c | tr -s ' ')" " 5 tag"
is "git fsck finds nothing" "$(git -C "$T/kiln" fsck --strict 2>&1; git -C "$T/kiln.git" fsck --strict 2>&1)" ""
ok "no journal stays" test ! -e "$T/kiln/.git/kiln-release.json"

# ---- plans, and running it again ----

begin two; git switch -q latest-testing && version 0.3.61 && git push -q origin latest-testing
before=$(refs "$T/two.git")
like "a dry run tells" "$(release promote -n)" '^branch latest-staging: 0[.]3[.]60 -> 0[.]3[.]61 \([0-9a-f]{12} -> [0-9a-f]{12}\)$'
is "and moves nothing" "$(refs "$T/two.git")" "$before"
release promote >/dev/null
is "again it is there already" "$(release promote latest-testing)" "latest-staging has it already"
release promote latest-staging >/dev/null
like "as JSON" "$(release rotate --json)" '"ref": "refs/heads/main", "was": "[0-9a-f]{40}", "remoteWas": "[0-9a-f]{40}", "commit": "[0-9a-f]{40}", "object": "[0-9a-f]{40}", "annotated": false, "here": true, "remote": true, "backwards": false'
is "a rotation to a version that is there" "$(release rotate 0.3.61)" "main has it already"
fails_like "one to another version" "^error: 'latest' has 0.3.61, not 0.3.62$" kiln release rotate 0.3.62
is "back" "$(release rollback main | sed 's/ (.*)//')" "branch main: 0.3.61 -> 0.3.60, back"
is "there, too" "$(git -C "$T/two.git" rev-parse main)" "$(git rev-parse v0.3.60^0)"
is "and forward" "$(release rotate 0.3.61 | sed 's/ (.*)//')" "branch main: 0.3.60 -> 0.3.61"

# ---- said twice ----

like "a rotation that is said twice" "$(release rollback main >/dev/null && release rotate >/dev/null && git branch -qf latest-staging latest && release rotate)" "^main has it already$"
(begin again; git switch -q latest-staging && version 0.3.61 && git branch -qf latest && version 0.3.62 && git push -q origin --all) 2>&1
cd "$T/again" || exit 1
is "one with more to come moves two" "$(release rotate | grep -c '^branch')" 2
before=$(refs .)
is "again it does nothing, and says how it would" "$(release rotate)" "main has it already: the last rotation here stands, and nothing came to latest since; kiln release rotate 0.3.62 goes on"
is "nor with nothing to see" "$before" "$(refs .)"
like "as JSON" "$(release rotate --json)" '"moves": \[\]\}$'
version 0.3.63 && git push -q origin latest-staging
like "what is new on staging is something to rotate" "$(release rotate)" "^branch main: 0.3.61 -> 0.3.62 "
like "the version goes on in any case" "$(release rotate 0.3.63)" "^branch main: 0.3.62 -> 0.3.63 "
like "back, once" "$(release rollback main)" "^branch main: 0.3.63 -> 0.3.62 .*, back$"
is "and not twice" "$(release rollback main)" "main is back already; further back goes kiln release rollback main --to COMMIT"
git switch -q main-testing && echo >repair && git add -A && git commit -qm repair && git push -q origin main-testing
printf '[release]\nincrease = false\n' >.flox/kiln.toml
git add -A && git commit -qm toml && git push -q origin main-testing
like "a repair of what is not in use any more is told at the first step" "$(release promote 2>&1)" "^'main-testing' lacks 2 commits that 'main' has, and will not be moved there without .git switch main-testing, git merge main.$"

# ---- tracks that follow ----

(begin follow; cat >.flox/kiln.toml <<'TOML'
[release.track.latest]

[release.track.main-testing]
follows = true

[release.track.main]
from = ["latest", "main-testing"]
TOML
git add -A && git commit -qm tracks && git branch -qf main-testing && git branch -qf latest && git switch -q latest && version 0.3.61 && git push -q --force origin --all) 2>&1
cd "$T/follow" || exit 1
is "where repairs begin comes along" "$(release rotate | sed -n 's/ (.*//p')" "branch main: 0.3.60 -> 0.3.61
branch main-testing: 0.3.60 -> 0.3.61"
git switch -q main-testing && echo >repair && git add -A && git commit -qm repair && git switch -q latest && version 0.3.62 && git push -q origin --all
like "but not with something of its own" "$(release rotate 2>&1)" "^'main-testing' has commits of its own and stays .git switch main-testing, git merge latest.$"
sed -i 's/^from = .*/&\nfollows = true/' .flox/kiln.toml
fails_like "nor what is promoted into" "kiln.toml:8:.*: only a track that nothing is promoted into follows a rotation$" kiln release status
cd "$T/two" || exit 1

# ---- a new version ----

is "start tells" "$(release start 0.3.62 -n)" "latest-testing would have it"
like "and does" "$(release start 0.3.62)" "^branch latest-testing: 0.3.61 -> 0.3.62 \([0-9a-f]{12} -> $(git rev-parse HEAD | cut -c1-12)\) at the remote$"
is "one line of the file is another" "$(git diff --numstat HEAD~1)" "1	1	versions.nix"
is "again there is nothing to do" "$(release start 0.3.62)" "latest-testing has it already"
sed -i 's/release = "0.3.62"/release = "0.3.63"/' versions.nix
like "one that was edited and not committed goes on" "$(release start 0.3.63)" "^branch latest-testing: 0.3.62 -> 0.3.63 "
git reset -q --hard HEAD~1 && git push -q --force origin latest-testing
version 0.3.63
like "and one that was committed and not pushed" "$(release start 0.3.63)" "^branch latest-testing: 0.3.63 -> 0.3.63 "
git reset -q --hard HEAD~2 && git push -q --force origin latest-testing
fails_like "a version must be higher" "^error: the version does not increase: 'latest-testing' has 0.3.61$" kiln release start 0.3.60
fails_like "and be there" "^error: versions.nix has no release '0.3.99', and recipe 'comfyui' does not move to it: it has no source that could$" kiln release start 0.3.99
git switch -q main
fails_like "where it begins" "^hint: git switch latest-testing$" kiln release start 0.3.62
git switch -q latest-testing

# ---- refusals ----

echo >./more && git add more && git commit -qm more && git push -q origin latest-testing
fails_like "the version must increase" "^error: the version does not increase: 'latest-staging' has 0.3.61, and 'latest-testing' has 0.3.61$" kiln release promote
version 0.3.62
fails_like "what is not pushed" "^error: 'latest-testing' is not pushed: 1 commit is not at 'origin'$" kiln release promote
fails_like "with the cure" "^hint: git push origin latest-testing$" kiln release promote
git push -q origin latest-testing && echo changed >>versions.nix
fails_like "what is not committed" "^error: 'latest-testing' is checked out with changes that are not committed: 'versions.nix'$" kiln release promote
git checkout -q versions.nix
git push -q origin latest-testing:refs/tags/v0.3.61 2>/dev/null
git switch -q --detach
fails_like "a detached HEAD is no track" "^error: HEAD is detached: which track is meant is not told$" kiln release promote
git switch -q latest-testing
fails_like "the candidate only rotates" "^hint: kiln release rotate$" kiln release promote latest
fails_like "a track that is none" "^hint: tracks are latest-testing, latest-staging, latest, main-testing, main-staging, main$" kiln release promote nightly
release promote >/dev/null && release promote latest-staging >/dev/null
fails_like "a tag that the remote has for another commit" "^error: tag 'v0.3.61' exists at 'origin' with another commit than 'main'$" kiln release rotate
git tag -a -m mine v0.3.61 HEAD
fails_like "and one that is another here" "^error: tag 'v0.3.61' is another one at 'origin'$" kiln release rotate
git tag -d v0.3.61 >/dev/null && git push -q origin :v0.3.61
is "without it all goes" "$(release rotate | grep -c .)" 2
