#!/bin/sh
# kiln release start where versions.nix has no table of releases: the recipe moves as kiln update moves it, with
# its hash, and the new version is committed and pushed. Upstream is update/server.py.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
command -v git >/dev/null || skip_all "no git"
plan 9
KILN_DATA_DIR=$(cd "$here/../.." && pwd)
export KILN_DATA_DIR KILN_CONF="$T/kiln.conf" no_proxy='*'
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c@d
unset PIP_FIND_LINKS PIP_INDEX_URL PIP_EXTRA_INDEX_URL SSH_AUTH_SOCK
git config --global init.defaultBranch main
mkdir "$T/up"
python3 "$here/update/world.py" upstream "$T/up" || exit 1
python3 "$here/update/server.py" "$T/up" "$T/port" "$T/log" &
server=$!
end() {
	s=$?
	kill $server 2>/dev/null
	(exit $s)
	finish
}
trap end EXIT
while [ ! -s "$T/port" ]; do sleep 0.05; done
read -r port <"$T/port"
echo "mirror.pypi = http://127.0.0.1:$port/simple" >"$KILN_CONF"
hash_of() { python3 -c 'import base64, hashlib, sys; print("sha256-" + base64.b64encode(hashlib.sha256(open(sys.argv[1], "rb").read()).digest()).decode())' "$T/up/files/$1"; }

git init -q --bare "$T/there.git" && git init -q "$T/p" && cd "$T/p" && mkdir -p .flox/pkgs || exit 1
cat >.flox/pkgs/app.nix <<'NIX'
{ stdenvNoCC, fetchPypi, versions }:
stdenvNoCC.mkDerivation {
  pname = "app";
  inherit (versions.app) version;
  src = fetchPypi { pname = "alpha"; inherit (versions.app) version hash; format = "wheel"; dist = "py3"; python = "py3"; };
}
NIX
# versions V: the file as it is for that.
versions() { printf '{\n  # What it is made from.\n  app = { version = "%s"; hash = "%s"; };\n}\n' "$1" "$(hash_of "alpha-$1-py3-none-any.whl")"; }
versions 1.0 >versions.nix
printf '[release]\nversion = "app.version"\n' >.flox/kiln.toml
git add -A && git commit -qm one
for b in main-testing main-staging latest latest-staging latest-testing; do git branch $b; done
git remote add origin "$T/there.git" && git push -q origin --all && git switch -q latest-testing

fails_like "a version that there is not" "^error: versions.nix has no release '7.0', and recipe 'app' does not move to it: .*7.0" kiln release start 7.0
is "changes nothing" "$(git status --porcelain; git log -1 --format=%s)" one
like "start moves version and hash" "$(kiln release start 1.1 2>"$T/err" || cat "$T/err")" "^branch latest-testing: 1.0 -> 1.1 "
is "byte for byte" "$(cat versions.nix)" "$(versions 1.1)"
is "it is committed" "$(git log -1 --format=%s; git status --porcelain)" "version 1.1"
is "and pushed" "$(git -C "$T/there.git" rev-parse latest-testing)" "$(git rev-parse HEAD)"
is "again there is nothing to do" "$(kiln release start 1.1)" "latest-testing has it already"
is "and on it goes" "$(kiln release promote | sed 's/ (.*//')" "branch latest-staging: 1.0 -> 1.1"
kill "$server"
wait "$server" 2>/dev/null || true
git switch -q latest-testing
fails_like "an index that is gone" "does not move to it: " kiln release start 1.2
