#!/bin/sh
# What gates find: bits that differ when they are built again, what a closure must not hold, checks that
# fail; and that the evidence says so.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v git >/dev/null || skip_all "no git"
# shellcheck source=tests/shell-files.sh
. "$(dirname "$0")/../shell-files.sh"
# shellcheck source=tests/small-set.sh
. "$(dirname "$0")/../small-set.sh"
plan 18
top=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$T/data/pkgs/python"
cp "$top/pkgs/python/slots.json" "$T/data/pkgs/python/"
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c@d
git init -q "$T/p" && cd "$T/p" && git checkout -q -b testing || exit 1
mkdir -p .flox/pkgs
# gate: the outcome of each, and what the newest evidence of the last one has in its details.
gate() { kiln release gate 2>err | sed 's/  */ /g'; }
details() {
	kiln release evidence --json | python3 -c "import json,sys
for g in json.load(sys.stdin)['gates']:
    d = g.get('details') or {}
    if g['gate'] == '$1': print(g['counts'], $2)"
}
mkdir lib && cp "$T/files.nix" lib/
recipe() {
	printf 'import ../../lib/files.nix "%s" "%s" // { %s }\n' "$1" "$2" "$3" >".flox/pkgs/$1.nix"
	git add -A && git commit -qm "$1"
}
cat >.flox/kiln.toml <<'TOML'
[release]
recipes = ["app"]
[release.track.testing]
gates = ["build", "rebuild", "audit", "check"]
[release.track.main]
from = ["testing"]
TOML
kiln key generate ci >/dev/null 2>&1 && kiln key trust ci 2>/dev/null

# ---- clean bits ----
recipe app 'bin/app x' 'check = import ../../lib/files.nix "app-check" "ok fine";'
is "clean bits pass all" "$(gate)" "build passed
rebuild passed
audit passed
check passed"
is "how many outputs were built again" "$(details rebuild "d['rebuilt'], d['differ']")" "True 1 []"
is "nothing was found" "$(details audit "d['findings']")" "True []"
is "how many checks" "$(details check "d['checks']")" "True 1"

# ---- bits that differ ----
recipe app 'bin/app x
share/when made %time' 'check = import ../../lib/files.nix "app-check" "ok fine";'
out=$(gate)
like "bits that differ fail" "$out" "^rebuild failed: 1 of 1 outputs built again differ: '/nix/store/.*-app' in share/when: "
like "other gates are run all the same" "$out" '^check passed$'
is "the evidence has the file" "$(details rebuild "[f['file'] for f in d['differ'][0]['files']], g['why']")" "False ['share/when'] the gate did not pass"
is "nothing is left beside the store path" "$(find "$KILN_STORE/nix/store" -maxdepth 1 -name '*.check')" ""

# ---- what a closure must not hold ----
recipe app 'lib/libcuda.so.1 x' 'check = import ../../lib/files.nix "app-check" "ok fine";'
out=$(gate)
is "status" "$(kiln release gate --only audit >/dev/null 2>&1; echo $?)" 1
like "a driver's library fails" "$out" '^audit failed: 1 finding, the first: .*libcuda'
is "the evidence has the rule" "$(details audit "d['findings'][0]['rule']")" "False driver"

# ---- checks ----
# The newest of what is there is told of, and what was signed within one second has no order.
sleep 1.1
recipe app 'bin/app y' 'check = import ../../lib/files.nix "app-check" "";'
like "a check that fails" "$(gate)" '^check failed: '
is "counts for nothing" "$(details check "g['result']")" "False failed"
recipe app 'bin/app z' ''
fails_like "nothing to check is no failure, but no pass either" "gate 'check': .*nothing to check" kiln release gate
is "and nothing is signed" "$(details check "g['why']")" "False it is about another commit: $(git rev-parse HEAD~ | cut -c -12)"
like "the others were" "$(kiln release evidence)" '^build +passed'

# ---- submodules: they are where the remote's are ----
git config --global protocol.file.allow always
mkdir "$T/there" && git init -q --bare "$T/there/p.git" && git init -q --bare "$T/there/texts.git"
git clone -q "$T/there/texts.git" "$T/texts" 2>/dev/null
(cd "$T/texts" && echo 'share/text of a submodule' >text && git add text && git commit -qm text && git push -q origin HEAD)
git remote add origin "file://$T/there/p.git"
git submodule --quiet add ../texts.git texts 2>/dev/null
printf 'import ../../lib/files.nix "app" (builtins.readFile ../../texts/text)\n' >.flox/pkgs/app.nix
git add -A && git commit -qm submodule
is "a submodule is brought into the clone" "$(kiln release gate --only build 2>err | sed 's/  */ /g')" "build passed"
git config -f .gitmodules submodule.texts.url ../nowhere.git && git commit -qam 'no such submodule'
fails_like "one that cannot be is told" 'cloning .*: its submodules' kiln release gate --only build
