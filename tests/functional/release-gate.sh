#!/bin/sh
# Gates: run in a clean clone, signed, and counting for these bits alone; a promotion that lacks one is
# refused, and one that has all moves.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v git >/dev/null || skip_all "no git"
# shellcheck source=tests/shell-files.sh
. "$(dirname "$0")/../shell-files.sh"
# shellcheck source=tests/small-set.sh
. "$(dirname "$0")/../small-set.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
mkdir "$T/tmp" && export TMPDIR="$T/tmp" # for nobody else
plan 65
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c@d
git config --global init.defaultBranch main
git config --global advice.detachedHead false
cd "$T" || exit 1
not() { ! "$@"; }
evidence() { kiln release evidence --json "$@"; }
# field EXPRESSION: of the JSON on standard input, as j.
field() { python3 -c "import json,sys; j=json.load(sys.stdin); print(($1))"; }

# ---- a project with tracks, gates and keys ----
git init -q --bare there.git
git init -q p && cd p || exit 1
mkdir -p .flox/pkgs
cat >.flox/pkgs/app.nix <<'NIX'
derivation { name = "app"; text = builtins.readFile ../../text; outputs = [ "out" ]; system = builtins.currentSystem; builder = "/bin/sh"; }
NIX
printf 'bits one' >text
cat >.flox/kiln.toml <<'TOML'
# tracks of a small project
[release]
recipes = ["app"]
increase = false

[release.track.testing]
gates = ["build", "rebuild", "smoke", "approval"]

[release.track.staging]
from = ["testing"]

[release.track.main]
from = ["staging"]

[release.gate.smoke] # what is run
command = ["sh", "-c", "test \"$(cat $KILN_RESULTS/app)\" = \"$(cat text)\" && test -z \"$KILN_SIGNING_KEY\" && echo smoke says yes"]
timeout = 20
TOML
kiln key generate ci 2>/dev/null >../ci.pub
kiln key generate boss -o "$T/boss" 2>/dev/null >../boss.pub
kiln key trust "$(cat ../ci.pub)" --gate build --gate rebuild --gate smoke 2>/dev/null
kiln key trust "$(cat ../boss.pub)" --gate approval 2>/dev/null
git add -A && git commit -qm one
git remote add origin "file://$T/there.git"
git branch testing && git branch staging && git push -q origin main testing staging
git switch -q testing
printf 'bits two' >text
git commit -qam two && git push -q origin testing
commit=$(git rev-parse HEAD)

# ---- nothing is there ----
fails_like "a promotion without evidence is refused" "has not passed 4 of its 4 gates" kiln release promote
fails_like "and says each" '^smoke: there is none' kiln release promote
fails_like "with the cure" 'hint: kiln release gate testing' kiln release promote
is "nothing moved" "$(git rev-parse origin/staging)" "$(git rev-parse testing~)"
fails_like "a gate needs bits" "gate 'rebuild': .*is not built here" kiln release gate --only rebuild
fails_like "there is no such gate" "no gate 'nothing'" kiln release gate --only nothing

# ---- running ----
# What lies in the work tree does not count: the clone is clean.
printf 'dirty' >text
out=$(kiln release gate testing 2>"$T/err")
is "gates that pass" "$out" "build            passed
rebuild          passed
smoke            passed
approval         waits: kiln release approve testing --note TEXT"
like "the command's words are seen" "$(cat "$T/err")" '^smoke says yes$'
git checkout -q text
is "no clone is left" "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'kiln-gate.*' -newer "$T/ci.pub")" ""
fails_like "a person is still missing" '1 of its 4 gates' kiln release promote
fails_like "and how to" 'hint: kiln release approve testing --note TEXT' kiln release promote
fails_like "a note is needed" "'--note' is missing" kiln release approve
ok "approve by a key that may not" kiln release approve --note "I say so" --key ci
fails_like "does not count" "approval: its key may not sign for this gate: 'ci'" kiln release promote
ok "approve by one that may" kiln release approve --note "looked at it, schön" --key "$T/boss"

# ---- what is known ----
out=$(evidence testing)
is "evidence" "$(echo "$out" | field '[(g["gate"], g["counts"], g["key"]) for g in j["gates"]], j["passed"]')" \
	"([('build', True, 'ci'), ('rebuild', True, 'ci'), ('smoke', True, 'ci'), ('approval', True, 'boss')], True)"
is "it is of the commit" "$(echo "$out" | field 'j["commit"]')" "$commit"
app=$(kiln build --no-link app 2>/dev/null)
rm -f .flox/kiln.lock
theirs() { kiln store --query --requisites "$app" | sort | while read -r p; do echo "$p $(kiln store --query --hash "$p")"; done | sha256sum | cut -d' ' -f1; }
is "the closure's hash can be made by hand" "$(echo "$out" | field 'j["closure"]')" "sha256:$(theirs)"
is "details" "$(echo "$out" | field 'j["gates"][3]["details"]["note"], j["gates"][2]["details"]["command"][0], j["gates"][0]["details"]["outputs"]')" \
	"('looked at it, schön', 'sh', {'app': ['$app']})"
is "five files" "$(git ls-tree -r --name-only refs/kiln/evidence | wc -l)" 5
is "git fsck finds nothing" "$(git fsck --strict 2>&1 | grep -v dangling)" ""
is "run again, all is known" "$(kiln release gate 2>/dev/null | cut -c 18- | sort | uniq -c | tr -s ' ')" " 4 passed before"
is "nothing was added" "$(git ls-tree -r --name-only refs/kiln/evidence | wc -l)" 5
ok "--again runs again" kiln release gate --again --only build
like "all of it" "$(kiln release evidence --all)" "^[0-9TZ:-]+ approval +${commit%"${commit#????????????}"} [0-9a-f]{12} passed by ci: its key may not"
ok "promote" kiln release promote
is "staging is there" "$(git ls-remote origin staging | cut -f1)" "$commit"

is "and the evidence with it" "$(git ls-remote origin refs/kiln/evidence | cut -f1)" "$(git rev-parse refs/kiln/evidence)"

# ---- two people ----
count() { git -C "$1" ls-tree -r --name-only refs/kiln/evidence | wc -l; }
git clone -q "file://$T/there.git" "$T/two" 2>/dev/null
before=$(count .)
(cd "$T/two" && git switch -q testing && kiln release approve --note "me, too" --key "$T/boss" --push >/dev/null 2>&1)
is "who begins with none" "$(count "$T/there.git")" "$((before + 1))"
kiln release approve --note again --key "$T/boss" >/dev/null 2>&1
ok "who does not know of it" kiln release evidence --push
is "takes all of it" "$(count .) $(count "$T/there.git")" "$((before + 2)) $((before + 2))"
for i in 1 2 3 4 5 6; do
	(cd "$T/two" && kiln release approve --note "two $i" --key "$T/boss" --push >/dev/null 2>&1) &
	kiln release approve --note "one $i" --key "$T/boss" --push >/dev/null 2>&1
	wait $!
done
is "at the same time" "$(count "$T/there.git")" "$((before + 14))"
ok "and once more" kiln release evidence --push
is "all is here" "$(count .)" "$((before + 14))"

# ---- tags ----
kiln release gate staging >/dev/null 2>&1
sed -i '1,/^\[release.track.main/s/^from = \["testing"\]/&\ngates = ["build"]/' .flox/kiln.toml
git commit -qam 'a gate of staging' && git push -q origin testing
echo '{ comfyui.version = "1.2"; }' >versions.nix
git add versions.nix && git commit -qm 1.2 && git push -q origin testing
kiln release gate testing >/dev/null 2>&1
kiln release approve testing --note x --key "$T/boss" >/dev/null 2>&1
ok "a version" kiln release promote testing
kiln release gate staging >/dev/null 2>&1
git tag -a -m v1.2 v1.2 && git push -q origin v1.2
like "a tag's evidence" "$(kiln release evidence v1.2)" '^build +passed'
tagged=$(git rev-parse --short=12 HEAD)
git tag -f -a -m v1.2 v1.2 HEAD~ >/dev/null
fails_like "a tag that is another one at the remote" "'refs/tags/v1.2' is .* here and .* at 'origin'" kiln release evidence v1.2
git push -qf origin v1.2
like "a tag that moved everywhere" "$(kiln release evidence v1.2)" "^build +missing: the tag was somewhere else when it was signed: at $tagged, and now it is $(git rev-parse --short=12 HEAD~)"
commit=$(git rev-parse HEAD)

# ---- other bits ----
printf 'bits three' >text
git commit -qam three && git push -q origin testing
fails_like "the next commit has none of it" "smoke: it is about another commit: ${commit%"${commit#????????????}"}" kiln release promote

# ---- a gate that fails ----
sed -i 's/test -z/false \&\& &/' .flox/kiln.toml
git commit -qam 'a command that fails' && git push -q origin testing
out=$(kiln release gate 2>"$T/err")
is "status" $? 1
like "a failing command" "$out" "^smoke +failed: 'sh' ended with exit status 1$"
fails_like "is known as failed" 'smoke: the gate did not pass' kiln release promote
sed -i 's/false && //; s/echo smoke/sleep 30; echo smoke/; s/timeout = 20/timeout = 1/' .flox/kiln.toml
git commit -qam 'one that hangs' && git push -q origin testing
like "a command that hangs" "$(kiln release gate --only smoke 2>/dev/null; kiln release gate 2>/dev/null)" "^smoke +failed: it takes longer than 1 second"

# ---- ^C ----
# shellcheck disable=SC2016 # the variable is the command's
sed -i 's/sleep 30; /touch $KILN_RESULTS.began; sleep 31; /; s/timeout = 1/timeout = 60/' .flox/kiln.toml
git commit -qam 'one that is interrupted' && git push -q origin testing
kiln release gate --only build >/dev/null 2>&1
before=$(git rev-parse refs/kiln/evidence)
mkdir "$T/int"
# A shell starts what is in the background with SIGINT ignored.
out=$(TMPDIR=$T/int python3 - "$KILN_BUILD/kiln" "$T/int" <<'PY'
import glob, signal, subprocess, sys, time
p = subprocess.Popen([sys.argv[1], "release", "gate", "--only", "smoke"], stderr=subprocess.DEVNULL)
end = time.time() + 60
while not glob.glob(sys.argv[2] + "/kiln-gate.*/*.began") and time.time() < end:
    time.sleep(0.05)
p.send_signal(signal.SIGINT)
print(p.wait(60))
PY
)
is "interrupted" "$out" 130
is "nothing is left" "$(ls "$T/int")$(pgrep -f '^sleep 31$')" ""
is "nothing is signed" "$(git rev-parse refs/kiln/evidence)" "$before"
sed -i 's/touch [^;]*; sleep 31; //; s/timeout = 60/timeout = 1/' .flox/kiln.toml

# ---- recipes that fail ----
sed -i 's/sleep 30; //; s/timeout = 1/timeout = 20/' .flox/kiln.toml
printf 'fail' >text
git commit -qam 'does not build' && git push -q origin testing
fails_like "a build that fails is told" "gate 'build': " kiln release gate
git rm -q --cached text && git commit -qm 'text is missing' && git push -q origin testing
fails_like "the work tree's files do not help" "text" kiln release gate
git add text
printf 'bits four' >text
git commit -qam four && git push -q origin testing

# ---- who decides ----
kiln key generate mallory 2>/dev/null >../mallory.pub
kiln key trust "$(cat ../mallory.pub)" 2>/dev/null
git commit -qam 'trust mallory' && git push -q origin testing
out=$(kiln release gate --key mallory 2>"$T/err")
like "a key that the commit itself brings" "$(cat "$T/err")" "'mallory' signs does not count there yet"
fails_like "does not count where it goes to" "build: its key is not trusted here: 'mallory'" kiln release promote
sed -i '/^gates = \["build", "rebuild"/d' .flox/kiln.toml
git commit -qam 'no gates' && git push -q origin testing
fails_like "nor does a commit take gates away" "has not passed 4 of its 4 gates" kiln release promote
git revert --no-edit HEAD HEAD~ >/dev/null 2>&1
git push -q origin testing
for key in ci "$T/boss"; do
	kiln release gate --key "$key" >/dev/null 2>&1
	kiln release approve --note ok --key "$T/boss" >/dev/null 2>&1
done
ok "evidence by those who are trusted" evidence
kiln key retire ci --reason 'leaked' --compromised 2>/dev/null
git commit -qam 'ci leaked' && git push -q origin testing
kiln release gate --key ci >/dev/null 2>&1
fails_like "a retirement counts at once" "build: its key is compromised: 'ci'" kiln release promote

# ---- what the closure must not hold ----
sed -i 's/"rebuild", "smoke"/"audit", "smoke"/' .flox/kiln.toml
mkdir -p "$T/data/pkgs/python" && cp "$top/pkgs/python/slots.json" "$T/data/pkgs/python/"
git commit -qam audit && git push -q origin testing
ok "a closure that may be" kiln release gate --only audit --key ci
echo "import $T/files.nix \"app\" \"lib/libcuda.so.1 x\"" >.flox/pkgs/app.nix
git commit -qam driver && git push -q origin testing
kiln release gate --only build --key ci >/dev/null 2>&1
fails_like "one that brings a driver" "'libcuda.so.1' belongs to the version of a driver" kiln release gate --only audit --key ci

# ---- what is no gate ----
for bad in 'gates = ["nosuch"]' 'gates = ["smoke"]' 'gates = ["../x"]' 'gates = [5]'; do
	printf '[release.track.testing]\n%s\n[release.track.staging]\nfrom = ["testing"]\n' "$bad" >.flox/kiln.toml
	git commit -qam "$bad"
	fails_like "'$bad' is refused with its place" 'kiln.toml:[0-9]+:[0-9]+: ' kiln release gate --key "$T/boss" --only x
done
git checkout -q main
fails_like "a track without gates" "track 'main' has no gates" kiln release gate main --key ci
fails_like "without a key" 'several|keys are here' kiln release gate main

# ---- odd repositories ----
mkdir "$T/sp äce" && git clone -q "$T/p" "$T/sp äce/q" 2>/dev/null
cd "$T/sp äce/q" || exit 1
git switch -q testing && git reset -q --hard "$commit"
git fetch -q origin refs/kiln/evidence:refs/kiln/evidence
is "a clone in an odd place, with the evidence" "$(evidence testing | field 'j["passed"]')" True
git clone -q --depth 1 -b testing "file://$T/there.git" "$T/shallow" 2>/dev/null
ok "a shallow clone is enough for a gate" kiln release gate testing --project "$T/shallow" --key "$T/boss" --only build
git switch -q --detach
fails_like "a detached HEAD" 'HEAD|branch' kiln release gate
ok "by name it works" kiln release gate testing --key "$T/boss" --only build --commit "$commit"
