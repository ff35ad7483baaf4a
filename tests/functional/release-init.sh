#!/bin/sh
# kiln release init, bump, diff, history, status: repositories as they are found, and what is told of them.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v git >/dev/null || skip_all "no git"
plan 38
KILN_DATA_DIR=$(cd "$(dirname "$0")/../.." && pwd)
export KILN_DATA_DIR
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c@d
export GIT_AUTHOR_DATE='1700000000 +0000' GIT_COMMITTER_DATE='1700000000 +0000'
git config --global init.defaultBranch main
release() { kiln release "$@"; }
version() {
	echo "{ release = \"$1\"; comfyui.version = \"$1\"; }" >versions.nix
	git add -A && git commit -qm "ComfyUI version $1"
}
begin() {
	git init -q "$T/$1" && cd "$T/$1" || exit 1
	mkdir -p .flox/pkgs && echo '{ }: null' >.flox/pkgs/it.nix
}
id() { git rev-parse "$1^{commit}"; }

# ---- nightly, and a branch of old versions ----
begin night
version 0.3.1
git switch -qc historical && version 0.3.2 && git commit -q --allow-empty -m "more of it" && version 0.3.3
git switch -q main && git merge -q historical && version 0.3.4 && git switch -qc nightly && version 0.3.5 && git switch -q main
before=$(git for-each-ref)
like "init shows where a track begins" "$(release init)" "^branch latest: as nightly at $(id nightly | cut -c1-12)$"
like "and what is kept" "$(release init)" "^tag v0.3.2 at $(id 'historical~1' | cut -c1-12)$"
like "and says how it is done" "$(release init)" "^nothing is changed yet: kiln release init --yes$"
is "and changes nothing" "$(git for-each-ref; git status --porcelain)" "$before"
release init --yes >/dev/null
is "staging and testing of latest" "$(id latest-staging) $(id latest-testing)" "$(id nightly) $(id nightly)"
is "and of main" "$(id main-staging) $(id main-testing)" "$(id main) $(id main)"
is "of each version the newest commit" "$(git for-each-ref --format='%(refname:short) %(*objectname)' refs/tags)" "v0.3.1 $(id 'historical~3')
v0.3.2 $(id 'historical~1')
v0.3.3 $(id historical)"
is "what was there is where it was" "$(id main) $(id nightly) $(id historical)" "$(git log -1 --format=%H main) $(id latest) $(id v0.3.3)"
is "the file has the tracks" "$(grep -c '^\[release.track' .flox/kiln.toml)" 6
is "again there is nothing to do" "$(release init --yes)" "all tracks are there"
is "git fsck finds nothing" "$(git fsck --strict 2>&1)" ""

# ---- versions that are branches, a remote, names that are not ASCII ----
begin branches
version 0.3.1 && git branch v0.3.0 && git branch 'größer/latest'
printf '[slots.x]\nprojects = ["x"]' >.flox/kiln.toml && git add -A && git commit -qm slots
git init -q --bare "$T/branches.git" && git remote add origin "$T/branches.git" && git push -q origin main
release init --yes >/dev/null
is "versions that are branches stay so" "$(sed -n 's/^historical = //p' .flox/kiln.toml)" '"branches"'
like "what the file had stays" "$(cat .flox/kiln.toml)" '^projects = \["x"\]$'
is "the remote gets the tracks" "$(git ls-remote --heads origin | wc -l)" 6
git add -A && git commit -qm tracks && git push -q origin main
is "an archive is a branch then" "$(release archive | sed 's/ at .*//')" "branch v0.3.1"
is "there, too" "$(git ls-remote origin refs/heads/v0.3.1 | cut -f1)" "$(id main)"
cat >.flox/kiln.toml <<'TOML'
[release.track."größer"]
branch = "größer/latest"
[release.track.main]
from = ["größer"]
TOML
like "a name may be any" "$(release status)" "^größer +[0-9a-f]{12}  0.3.1 "
fails_like "but no branch with a blank" "^error: .*kiln.toml:1:.*: 'a b' cannot be the name of a branch$" sh -c "
	printf '[release.track.\"a b\"]\n' >.flox/kiln.toml; '$KILN_BUILD/kiln' release status"
fails_like "nor tracks in a circle" "kiln.toml:.*: tracks are promoted from each other in a circle$" sh -c "
	printf '[release.track.a]\nfrom=[\"b\"]\n[release.track.b]\nfrom=[\"a\"]\n' >.flox/kiln.toml; '$KILN_BUILD/kiln' release status"
fails_like "nor from what is none" "kiln.toml:.*: track 'a' is promoted from 'c', which is no track$" sh -c "
	printf '[release.track.a]\nfrom=[\"c\"]\n' >.flox/kiln.toml; '$KILN_BUILD/kiln' release status"
fails_like "a key that is none" "kiln.toml:1:.*: 'remotes' is nothing that a release has$" sh -c "
	printf 'release.remotes = 1\n' >.flox/kiln.toml; '$KILN_BUILD/kiln' release status"

# ---- bump ----
cd "$T/night" && git add -A && git commit -qm tracks && git switch -q latest-testing || exit 1
mkdir build-meta && printf '{ "build_version": 7, "force_increment": 0, "note": [1, 2] }\n' >build-meta/comfyui-complete.json
git add -A && git commit -qm meta
head=$(id HEAD)
is "bump counts" "$(release bump -m 'a "new" colour')" "build 8"
is "and keeps what it does not know" "$(cat build-meta/comfyui-complete.json)" "{
  \"build_version\": 8,
  \"force_increment\": 0,
  \"note\": [1, 2],
  \"git_rev\": \"$head\",
  \"git_rev_short\": \"$(echo "$head" | cut -c1-7)\",
  \"changelog\": \"a \\\"new\\\" colour\"
}"
is "it is committed" "$(git log -1 --format='%s|%b'; git status --porcelain)" 'build 8 of 0.3.5|a "new" colour'
is "a build is a higher version" "$(release promote | sed 's/ (.*//')" "branch latest-staging: 0.3.5 -> 0.3.5 build 8"
echo >>versions.nix
fails_like "not with other changes" "^error: there are changes that are not committed: 'versions.nix'$" kiln release bump
git checkout -q versions.nix

# ---- telling ----
is "diff tells versions, commits and files" "$(release diff latest latest-testing)" "latest 0.3.5 ($(id latest | cut -c1-12)) -> latest-testing 0.3.5 build 8 ($(id HEAD | cut -c1-12))
+ $(id HEAD | cut -c1-12) build 8 of 0.3.5
+ $(id HEAD~1 | cut -c1-12) meta
A	build-meta/comfyui-complete.json"
ok "of what is the same nothing" sh -c "'$KILN_BUILD/kiln' release diff latest-testing HEAD | grep -cq ."
like "as JSON" "$(release diff latest latest-testing --json)" '^  \{"change": "A", "path": "build-meta/comfyui-complete.json"\}'
fails_like "a side that is none" "^error: 'nothing' is no commit, branch or tag" kiln release diff latest nothing
is "history" "$(release history latest-staging | cut -d' ' -f3-)" "latest-staging  0.3.5 build 8  $(id nightly | cut -c1-12) -> $(id HEAD | cut -c1-12)  promote latest-testing, c
latest-staging  0.3.5  000000000000 -> $(id nightly | cut -c1-12)  init --yes, c"
is "and the last of it" "$(release history -n 2 | wc -l)" 2
like "as JSON, too" "$(release history --json)" '"name": "v0.3.1", "what": "tag", "who": "c", "version": "0.3.1", "was": null'
status=$(release status)
is "status remembers" "$(release status)" "$status"
git branch -f main-testing nightly
like "until a ref moves" "$(release status)" "^main-testing +$(id nightly | cut -c1-12)  0.3.5 +\+1$"
git pack-refs --all
like "packed refs are the same" "$(release status)" "^main-testing +$(id nightly | cut -c1-12)  0.3.5 +\+1$"
git clone -q --depth 1 "file://$T/night" "$T/shallow" 2>/dev/null && cd "$T/shallow" || exit 1
like "a shallow clone has a status" "$(release status)" "^latest-testing +$(id HEAD | cut -c1-12)  0.3.5 build 8"
fails_like "but moves nothing" "^hint: git fetch --unshallow$" kiln release promote
