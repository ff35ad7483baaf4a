#!/bin/sh
# What protects a server: the hook, with kiln and with git alone, against real pushes; rules of forges
# and files for CI, read back.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v git >/dev/null || skip_all "no git"
# shellcheck source=tests/small-set.sh
. "$(dirname "$0")/../small-set.sh"
command -v kiln | grep / >/dev/null && skip_all "a kiln is on PATH"
python3 -c 'import yaml' 2>/dev/null || skip_all "no PyYAML (python3-yaml)"
plan 80
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c@d
git config --global init.defaultBranch main
git config --global advice.detachedHead false
git config --global protocol.file.allow always
plain_path=$PATH

# begin NAME: a project, its remote with the hook, both at one commit.
begin() {
	git init -q --bare "$T/$1.git" && git init -q "$T/$1" && cd "$T/$1" || exit 1
	mkdir -p "sub dir/.flox/pkgs" && cd "sub dir" || exit 1
	cat >.flox/pkgs/app.nix <<'NIX'
derivation { name = "app"; text = builtins.readFile ../../text; outputs = [ "out" ]; system = builtins.currentSystem; builder = "/bin/sh"; }
NIX
	printf 1 >text
	cat >.flox/kiln.toml <<'TOML'
[release]
increase = false
[release.track.testing]
gates = ["build", "approval"]
[release.track.staging]
from = ["testing"]
[release.track.main]
from = ["staging"]
TOML
	kiln key trust ci 2>/dev/null
	git add -A && git commit -qm 1
	git branch testing && git branch staging
	git remote add origin "file://$T/$1.git"
	ok "$1: the hook is made" kiln release protect hook -o "$T/$1.git/hooks/pre-receive"
	ok "$1: the first push of all" git push -q origin main testing staging
	git switch -q testing
}
# next TEXT: another commit on the branch.
next() {
	printf %s "$1" >text
	git commit -qam "$1"
}
refused() {
	what=$1 pattern=$2
	shift 2
	fails_like "$name: $what" "$pattern" git push origin "$@"
}
goes() {
	what=$1
	shift
	ok "$name: $what" git push -q origin "$@"
}
there() { git -C "$T/$name.git" rev-parse -q --verify "$1"; }

# What both do alike.
hook() {
	name=$1
	begin "$name"
	next 2
	goes "a first track goes forward" testing
	git switch -q --detach main && next stray
	refused "but not aside" 'a track only goes forward' +HEAD:testing
	refused "a track without evidence" 'build' testing:staging
	git switch -q testing
	kiln release gate --only build >/dev/null 2>&1
	refused "with half of it" 'approval' testing:staging refs/kiln/evidence
	is "$name: nothing of that went in" "$(there staging) $(there refs/kiln/evidence)" "$(git rev-parse main) "
	kiln release approve --note fine 2>/dev/null >&2
	goes "with all of it, in one push" --atomic testing:staging refs/kiln/evidence
	next 3
	goes "the first track goes on" testing
	refused "evidence of another commit" 'build' testing:staging
	goes "what was let go from staging" testing~:main
	goes "another branch" HEAD:refs/heads/mine
	refused "a track is not removed" 'a track is never removed' :staging
	git tag -a -m v1 v1 testing~ && goes "a new tag" v1
	git tag -f -a -m v1 v1 testing >/dev/null && refused "a tag that moves" 'a tag is never moved' +v1
	refused "a tag that goes" 'a tag is never (moved or )?removed' :v1
	git update-ref refs/kiln/short "$(git commit-tree -m none "$(git mktree </dev/null)")"
	refused "evidence that is replaced" 'evidence would be lost' +refs/kiln/short:refs/kiln/evidence
	git update-ref refs/kiln/short "$(git commit-tree -p refs/kiln/evidence -m less "$(git mktree </dev/null)")"
	refused "evidence that shrinks" 'evidence would be lost' refs/kiln/short:refs/kiln/evidence
	refused "evidence that goes" 'evidence (would be lost|is never removed)' :refs/kiln/evidence
	refused "one bad of three, none goes in" 'a tag is never moved' --atomic +v1 HEAD:refs/heads/also refs/kiln/evidence
	is "$name: none did" "$(there refs/heads/also)" ""
	git -C "$T/$name.git" update-ref -d refs/heads/staging
	git switch -q --detach main && next astray
	refused "a track begins where another one is" 'a track begins where' HEAD:refs/heads/staging
	goes "so it does" main:refs/heads/staging
	refused "a track does not go back" 'a track only goes forward' +testing~:testing
	git -C "$T/$name.git" config kiln.rollback true
	goes "unless the server lets it" +testing~:testing
	goes "and forward again" testing
	git switch -q testing
	kiln release gate >/dev/null 2>&1
	kiln release approve --note 3 >/dev/null 2>&1
	ok "$name: kiln release promote" kiln release promote
	is "$name: it is there" "$(there staging)" "$(git rev-parse testing)"
}

kiln key generate ci >/dev/null 2>&1
PATH=$plain_path
hook plain
PATH=$KILN_BUILD:$plain_path
hook kiln
# What only kiln sees.
next 4
kiln key generate -o "$T/mallory" mallory >/dev/null 2>&1
kiln release gate --key "$T/mallory" >/dev/null 2>&1
kiln release approve --note x --key "$T/mallory" >/dev/null 2>&1
git push -q origin testing
refused "evidence by a key that nobody trusts" "build: its key is not trusted here: 'mallory'" --atomic testing:staging refs/kiln/evidence
kiln key trust "$(printf 'mallory:'; cut -d: -f2 "$T/mallory" | base64 -d | tail -c 32 | base64)" 2>/dev/null
git commit -qam 'trust mallory' && git push -q origin testing
kiln release gate --key "$T/mallory" >/dev/null 2>&1
kiln release approve --note x --key "$T/mallory" >/dev/null 2>&1
refused "nor by one that the commit brings" "build: its key is not trusted here: 'mallory'" --atomic testing:staging refs/kiln/evidence
printf '[release.track.testing]\n[release.track.staging]\nfrom = ["testing"]\n' >.flox/kiln.toml
git commit -qam 'no gates' && git push -q origin testing
refused "nor does it take gates away" "build: its key is not trusted|build: it is about another" testing:staging
printf '[keys' >.flox/kiln.toml
git commit -qam broken && git push -q origin testing
refused "a broken kiln.toml" 'kiln.toml' testing:staging
# shellcheck disable=SC2016 # the inner shell
fails_like "what is no push" "not 'OLD NEW REF'" sh -c 'echo x | kiln release verify-push --repo "$0"' "$T/kiln.git"

# ---- texts ----
cd "$T/plain/sub dir" || exit 1
PATH=$plain_path
if command -v shellcheck >/dev/null; then
	ok "shellcheck likes the hook" shellcheck "$T/plain.git/hooks/pre-receive"
else
	pass "shellcheck likes the hook # SKIP it is not installed"
fi
is "GitHub's rulesets" "$(kiln release protect github | python3 -c '
import json, sys
b, t = json.load(sys.stdin)
for r in b, t:
    assert set(r) == {"name", "target", "enforcement", "bypass_actors", "conditions", "rules"}, r
    assert r["enforcement"] == "active" and set(r["conditions"]["ref_name"]) == {"include", "exclude"}
print(b["target"], b["conditions"]["ref_name"]["include"], [r["type"] for r in b["rules"]])
print(t["target"], t["conditions"]["ref_name"]["include"], [r["type"] for r in t["rules"]])')" \
	"branch ['refs/heads/testing', 'refs/heads/staging', 'refs/heads/main'] ['deletion', 'non_fast_forward']
tag ['refs/tags/v*'] ['deletion', 'non_fast_forward', 'update']"
is "GitLab's protections" "$(kiln release protect gitlab | python3 -c '
import json, sys
j = json.load(sys.stdin)
print([(b["name"], b["allow_force_push"]) for b in j["protected_branches"]], j["protected_tags"])')" \
	"[('testing', False), ('staging', False), ('main', False)] [{'name': 'v*', 'create_access_level': 40}]"
cat >"$T/read.py" <<'PY'
import sys

import yaml


class Once(yaml.SafeLoader):
    """A key that is there twice is an error, as it is for the service."""


def mapping(loader, node):
    keys = [loader.construct_object(k) for k, _ in node.value]
    assert len(keys) == len(set(keys)), keys
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


Once.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
for path in sys.argv[1:]:
    w = yaml.load(open(path, encoding="utf-8"), Once)
    # YAML 1.1 reads `on` as true.
    on = w.pop(True)
    assert set(w) <= {"name", "permissions", "concurrency", "jobs"}, w
    assert set(on) <= {"push", "pull_request", "schedule", "workflow_dispatch"}, on
    assert all(v in ("read", "write") for v in w["permissions"].values())
    for s in on.get("schedule", []):
        assert len(s["cron"].split()) == 5, s
    for job in w["jobs"].values():
        assert set(job) <= {"runs-on", "container", "steps"}, job
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step), step
            assert set(step) <= {"uses", "with", "run", "env"}, step
            if "run" in step:
                assert "${{" not in step["run"], step
                print(step["run"])
    print(w["name"], on.get("push", {}).get("branches"), {j["runs-on"] for j in w["jobs"].values()})
PY
written=$(kiln release ci github)
is "four workflows" "$(echo "$written" | sed 's|.*/||' | tr '\n' ' ')" "kiln-build.yml kiln-gates.yml kiln-base.yml kiln-update.yml "
is "are YAML that calls kiln" "$(cd ../.github/workflows && python3 "$T/read.py" kiln-build.yml kiln-gates.yml kiln-base.yml)" \
	"cd 'sub dir' && kiln build
cd 'sub dir' && kiln check
kiln build ['**'] {'self-hosted'}
cd 'sub dir' && kiln release gate --push
kiln gates ['testing'] {'self-hosted'}
cd 'sub dir' && kiln build
cd 'sub dir' && kiln check
kiln base None {'self-hosted'}"
like "and opens a request" "$(python3 "$T/read.py" ../.github/workflows/kiln-update.yml)" "kiln update --all --commit"
is "again nothing is written" "$(kiln release ci github)" ""
echo '# mine' >>../.github/workflows/kiln-base.yml
fails_like "what a person changed stays" 'is there already, and is another one' kiln release ci github
is "and no other is written" "$(tail -n 1 ../.github/workflows/kiln-base.yml)" '# mine'
is "--force replaces it" "$(kiln release ci github --force | sed 's|.*/||')" kiln-base.yml
kiln release ci github --container 'some/image:1 "x"' --force >/dev/null
# shellcheck disable=SC2016 # the variable is the service's
is "in a container" "$(python3 -c '
import sys, yaml
j = yaml.safe_load(open(sys.argv[1]))["jobs"]["build"]
print(j["container"], j["runs-on"], j["steps"][1]["run"])' ../.github/workflows/kiln-build.yml)" \
	'some/image:1 "x" ubuntu-latest git config --global --add safe.directory "$GITHUB_WORKSPACE"'
printf '%s\n' '[release.track."a+b ü"]' 'gates = ["build"]' "branch = \"it's+ü#1\"" '[release.track.main]' 'from = ["a+b ü"]' >.flox/kiln.toml
kiln release ci github --force >/dev/null
is "odd names" "$(python3 "$T/read.py" ../.github/workflows/*.yml | grep 'kiln gates')" "kiln gates [\"it's\\\\+ü#1\"] {'self-hosted'}"
sed -i "s/^branch.*/branch = 'x\${{y}}'/" .flox/kiln.toml
fails_like "what the service would take for its own" 'cannot stand in a workflow' kiln release ci github --force
git checkout -q .flox/kiln.toml
kiln release ci script >/dev/null
script=$T/plain/kiln-ci.sh
if command -v shellcheck >/dev/null; then
	ok "shellcheck likes the script" shellcheck "$script"
else
	pass "shellcheck likes the script # SKIP it is not installed"
fi
mkdir "$T/bin"
# shellcheck disable=SC2016 # that text is meant
printf '#!/bin/sh\necho "$(basename "$PWD"): kiln $*"\n' >"$T/bin/kiln" && chmod 755 "$T/bin/kiln"
is "it calls kiln" "$(PATH=$T/bin:$PATH "$script" build; PATH=$T/bin:$PATH "$script" gate testing)" \
	"sub dir: kiln build
sub dir: kiln check
sub dir: kiln release gate --push testing"
fails_like "or tells what it can" 'usage: .* build . gate' "$script" nothing
fails_like "a script has no machines" "are for github" kiln release ci script --runs-on x
fails_like "another service" "for 'travis' there are no files" kiln release ci travis
fails_like "another forge" "'gitea' is nothing that protects" kiln release protect gitea
