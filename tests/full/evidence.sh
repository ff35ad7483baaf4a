#!/bin/sh
# Evidence by the tools of in-toto: securesystemslib verifies what kiln signed, in-toto-attestation
# takes its statements, and kiln takes what securesystemslib signed.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
command -v git >/dev/null || skip_all "no git"
# shellcheck source=tests/small-set.sh
. "$(dirname "$0")/../small-set.sh"
python3 -m venv "$T/venv" >"$T/err" 2>&1 || skip_all "no venv: $(tail -n 1 "$T/err")"
HOME=${REAL_HOME:-$HOME} "$T/venv/bin/pip" install -q in-toto-attestation==0.9.3 'securesystemslib[crypto]==1.6.0' >"$T/err" 2>&1 ||
	skip_all "pip does not bring the tools: $(tail -n 1 "$T/err")"
plan 6
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c@d
git init -q "$T/p" && cd "$T/p" || exit 1
git checkout -q -b testing
mkdir -p .flox/pkgs
cat >.flox/pkgs/app.nix <<'NIX'
derivation { name = "app"; text = "schön \" \\ "; outputs = [ "out" ]; system = builtins.currentSystem; builder = "/bin/sh"; }
NIX
cat >.flox/kiln.toml <<'TOML'
[release.track.testing]
gates = ["build", "rebuild", "starts", "approval"]
[release.track.main]
from = ["testing"]
[release.gate.starts]
kind = "smoke"
command = ["sh", "-c", "exit 0 # \"é\" \\ \u2028"]
TOML
public=$(kiln key generate ci-1 2>/dev/null)
kiln key trust ci-1 2>/dev/null
git add -A && git commit -qm one
ok "gates" kiln release gate testing
ok "an approval" kiln release approve testing --note "$(printf 'tab\there, "quotes", ünï\\x')"
mkdir "$T/envelopes" "$T/made"
git archive refs/kiln/evidence | tar -x -C "$T/envelopes"
is "their tools find nothing wrong in four envelopes" \
	"$("$T/venv/bin/python" "$here/evidence.py" "$T/envelopes" "$public" "$T/made" "$XDG_CONFIG_HOME/kiln/keys/ci-1.secret" 2>&1)" 4

# What they signed instead of kiln's own.
cd "$T/made" && git -C "$T/p" update-ref -d refs/kiln/evidence
GIT_DIR=$T/p/.git GIT_INDEX_FILE=$T/index git --work-tree=. add -A .
tree=$(GIT_DIR=$T/p/.git GIT_INDEX_FILE=$T/index git write-tree)
git -C "$T/p" update-ref refs/kiln/evidence "$(git -C "$T/p" commit-tree -m theirs "$tree")"
cd "$T/p" || exit 1
gates() { kiln release evidence testing --json | python3 -c 'import json,sys
print([(g["gate"], g["counts"], g["details"]) for g in json.load(sys.stdin)["gates"] if g["key"]])'; }
is "kiln takes theirs" "$(gates)" "[('starts', True, {'by': 'securesystemslib'})]"
ok "and adds its own beside" kiln release gate testing --again
is "git fsck finds nothing" "$(git fsck --strict 2>&1 | grep -v dangling)" ""
