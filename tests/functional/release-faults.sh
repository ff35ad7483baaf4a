#!/bin/sh
# kiln release against what goes wrong: another who is faster, remotes that refuse, are gone or were
# rewritten, tags that moved, clocks, work trees, submodules, long histories. Each time there is a clear
# word, nothing has moved, and it can be run again.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v git >/dev/null || skip_all "no git"
plan 64
KILN_DATA_DIR=$(cd "$(dirname "$0")/../.." && pwd)
export KILN_DATA_DIR
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c@d
git config --global init.defaultBranch main
git config --global protocol.file.allow always
git config --global advice.detachedHead false
release() { kiln release "$@"; }
refs() { git -C "$1" for-each-ref --format='%(refname) %(objectname)' refs/heads refs/tags; }
version() {
	echo "{ release = \"$1\"; comfyui.version = \"$1\"; }" >versions.nix
	git add -A && git commit -qm "version $1"
}
# begin NAME: main and the rest at 1, latest at 2, staging and testing at 3, all of it pushed.
begin() {
	git init -q --bare "$T/$1.git" && git init -q "$T/$1" && cd "$T/$1" || exit 1
	mkdir -p .flox/pkgs && echo '{ }: null' >.flox/pkgs/it.nix
	version 1 && git branch main-testing && git branch main-staging
	git switch -qc latest && version 2
	git switch -qc latest-staging && version 3 && git switch -qc latest-testing
	git remote add origin "$T/$1.git" && git push -q origin --all
}
# unmoved WHAT: here and there all is as it was at `mark`.
mark() { marked="$(refs .) $(refs "$(git remote get-url origin)")"; }
unmoved() { is "$1" "$(refs .) $(refs "$(git remote get-url origin)")" "$marked"; }

# ---- two people ----
begin "two people"
git clone -q "$T/two people.git" "$T/other" && git -C "$T/other" fetch -q
# The other one is faster, between our look and our push.
cat >"$T/two people.git/hooks/pre-receive" <<SH
#!/bin/sh
rm -f "$T/two people.git/hooks/pre-receive"
unset GIT_QUARANTINE_PATH GIT_DIR
git -C "$T/two people.git" update-ref refs/heads/main refs/heads/latest
git -C "$T/two people.git" update-ref refs/heads/latest refs/heads/latest-staging
SH
chmod +x "$T/two people.git/hooks/pre-receive"
before=$(refs .)
fails_like "who comes second is told" "^error: 'refs/heads/(main|latest)' of 'origin' was moved by somebody else meanwhile$" kiln release rotate
is "nothing has moved here" "$(refs .)" "$before"
ok "and there is no journal" test ! -e .git/kiln-release.json
is "a rotation to what is there by now is done" "$(release rotate 2)" "main has it already"
like "both at once" "$(cd "$T/other" && release promote latest-staging 2>&1)" "already|->"
start_both() {
	begin race && git clone -q "$T/race.git" "$T/race2"
	(cd "$T/race2" && kiln release rotate >"$T/out2" 2>&1 && echo won >>"$T/out2") &
	kiln release rotate >"$T/out1" 2>&1 && echo won >>"$T/out1"
	wait
}
start_both
ok "of two at the same time one wins" grep -q '^won' "$T/out1" "$T/out2"
like "and the other is told" "$(cat "$T/out1" "$T/out2")" "^error: .*(moved by somebody else meanwhile|refused: .*|is not pushed|has diverged|is behind|pushing to).*$|somebody else did the same meanwhile|already"
is "the versions are right there" "$(git -C "$T/race.git" show main:versions.nix latest:versions.nix | grep -o '".";' | uniq)" "$(printf '"2";\n"3";')"
is "git fsck finds nothing" "$(git -C "$T/race.git" fsck --strict --no-dangling 2>&1)" ""

# ---- remotes ----
begin refusing && mark
# shellcheck disable=SC2016 # the hook's own
printf '#!/bin/sh\ncase $1 in refs/heads/latest) echo "latest is closed today" >&2; exit 1;; esac\n' >"$T/refusing.git/hooks/update"
chmod +x "$T/refusing.git/hooks/update"
fails_like "a remote that refuses one of three" "^error: the remote 'origin' refused: \[remote rejected\] \(hook declined\)$" kiln release rotate
unmoved "has none of them"
fails_like "and its words are handed on" "^remote: latest is closed today" kiln release rotate
rm "$T/refusing.git/hooks/update"
is "then it goes" "$(release rotate | wc -l)" 3
begin gone && mark
mv "$T/gone.git" "$T/away"
fails_like "a remote that is not there" "^error: there is no remote 'origin'$" kiln release rotate
fails_like "with the cure" "^hint: git remote add origin URL" kiln release rotate
mv "$T/away" "$T/gone.git"
mkdir -p .flox && printf '[release]\nremote = "elsewhere"\n' >.flox/kiln.toml
fails_like "one that is not configured" "^error: there is no remote 'elsewhere'$" kiln release rotate
git remote add elsewhere http://127.0.0.1:9/x.git
fails_like "one that is not reached" "^error: asking the remote 'elsewhere'" kiln release rotate
printf '[release]\nremote = ""\n' >.flox/kiln.toml
is "without one it is all here" "$(release rotate | sed 's/ at .*//; s/ (.*//')" "branch main: 1 -> 2
tag v1
branch latest: 2 -> 3"
is "and not there" "$(git -C "$T/gone.git" show main:versions.nix)" "$(git show v1:versions.nix)"

begin rewritten
git clone -q "$T/rewritten.git" "$T/rewriter" && cd "$T/rewriter" && git switch -q latest-staging && git commit -q --amend -m other && git push -q --force origin latest-staging && cd "$T/rewritten" || exit 1
mark
fails_like "a branch that was rewritten there" "^error: 'latest-staging' was rewritten at 'origin': it no longer has [0-9a-f]{12}$" kiln release promote latest-staging
unmoved "moves nothing"
begin diverged
git clone -q "$T/diverged.git" "$T/diverger" && cd "$T/diverger" && git switch -q latest-staging && git commit -q --allow-empty -m theirs && git push -q origin latest-staging && cd "$T/diverged" || exit 1
fails_like "what the remote has more" "^error: 'latest-staging' is behind: 'origin' has 1 commit more$" kiln release promote latest-staging
git switch -q latest-staging && git commit -q --allow-empty -m ours
fails_like "and what each has alone" "^error: 'latest-staging' has diverged: 1 commit here, and 1 at 'origin', are not on the other side$" kiln release promote
begin patched
git switch -q main && echo fix >fix && git add fix && git commit -qm fix && git push -q origin main && git switch -q latest-testing
mark
fails_like "main has what latest has not" "^error: 'main' has diverged: it has 1 commit that 'latest' has not$" kiln release rotate
fails_like "with the cure" "^hint: git switch latest, and git merge main: nothing of it may be lost$" kiln release rotate
unmoved "and keeps it"

# ---- killed, and then something else ----
# killed_after: a rotation whose end the remote has seen, and nobody here.
killed_after() {
	begin "$1"
	# shellcheck disable=SC2016 # the hook's
	printf '#!/bin/sh\nkill -9 "$(cat "%s/pid")"\n' "$T" >"$T/$1.git/hooks/post-receive" && chmod +x "$T/$1.git/hooks/post-receive"
	(
		sh -c 'echo "$PPID"' >"$T/pid"
		exec "$KILN_BUILD/kiln" release rotate
	) >/dev/null 2>&1
	rm "$T/$1.git/hooks/post-receive"
	# What pushed goes on for a moment.
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ "$(git rev-parse origin/main)" = "$(git rev-parse latest)" ] && break
		sleep 0.1
	done
}
killed_after killed
like "an interrupted rotation shows" "$(release status 2>&1)" "^warning: a move was interrupted; the next kiln release that moves ends it$"
like "nothing is ended by a dry run" "$(release rotate -n 2>&1; cat .git/kiln-release.json)" '"what": "rotate"'
is "run again it is ended" "$(release rotate)" "ended the interrupted 'kiln release rotate'"
is "as it was meant" "$(git show main:versions.nix latest:versions.nix | grep -o '".";' | uniq; refs .)" "$(printf '"2";\n"3";\n'; refs "$T/killed.git")"
killed_after killed2
like "another command ends it first" "$(release promote latest-staging 2>&1)" "^ended the interrupted 'kiln release rotate' first$"
is "and does its own" "$(refs .)" "$(refs "$T/killed2.git")"
killed_after killed3 && git branch -f main main-testing && git switch -q main && git commit -q --allow-empty -m mine
fails_like "what has been moved by hand since is not overwritten" "^error: an earlier run was interrupted: an interrupted 'kiln release rotate' cannot be ended: 'refs/heads/main' has moved since$" kiln release rotate
is "and stays" "$(git log -1 --format=%s main)" mine
echo '{' >.git/kiln-release.json
fails_like "a journal that is none" "^error: an earlier run was interrupted: reading '.*/kiln-release.json'" kiln release rotate

# ---- tags ----
begin tags && release rotate >/dev/null
git -C "$T/tags.git" update-ref refs/tags/v1 refs/heads/latest
git switch -q latest-testing && version 4 && git push -q origin latest-testing && release promote >/dev/null && release promote latest-staging >/dev/null
git tag -d v1 >/dev/null && release rollback main >/dev/null
mark
fails_like "a tag that was moved there" "^error: tag 'v1' exists at 'origin' with another commit than 'main'$" kiln release rotate
fails_like "both are shown" "^  main +$(git rev-parse main)$" kiln release rotate
unmoved "and nothing moves"

begin "here alone" && git tag -a -m v1 v1 main
is "a tag that is here alone is pushed" "$(release rotate | grep v1)" "tag v1 at $(git rev-parse 'v1^{}' | cut -c1-12) at the remote"
is "as it is" "$(git ls-remote origin refs/tags/v1 | cut -f1)" "$(git rev-parse v1)"
git tag -a -m stray stray latest && git config push.followTags true
release archive >/dev/null
is "others stay here, whatever git is told" "$(git ls-remote --tags origin | grep -c stray)" 0
begin hooked && mark
printf '#!/bin/sh\necho "not on a Sunday" >&2; exit 1\n' >.git/hooks/pre-push && chmod +x .git/hooks/pre-push
fails_like "a hook of one's own may refuse" "not on a Sunday" kiln release rotate
unmoved "and nothing has moved"
ok "nor stays a journal" test ! -e .git/kiln-release.json
rm .git/hooks/pre-push
printf '#!/bin/sh\nexit 1\n' >gpg && chmod +x gpg && git config tag.gpgSign true && git config gpg.program "$PWD/gpg"
fails_like "a tag that cannot be signed, where git signs them" "^error: signing the tag 'v1'" kiln release rotate
unmoved "is none"
printf '#!/bin/sh\ncat >/dev/null; echo "[GNUPG:] SIG_CREATED x" >&2; echo "-----BEGIN PGP SIGNATURE-----"; echo "-----END PGP SIGNATURE-----"\n' >gpg
release rotate >/dev/null
like "one that can is" "$(git cat-file tag v1)" "^-----BEGIN PGP SIGNATURE-----$"
is "there, too" "$(git ls-remote origin refs/tags/v1 | cut -f1)" "$(git rev-parse v1)"
begin address && printf '[release]\nremote = "%s"\n' "$T/address.git" >.flox/kiln.toml
is "a remote may be an address" "$(release rotate | grep -c .)" 3

# ---- the clock ----
begin clock
is "a clock that is behind makes no tag before its commit" "$(GIT_COMMITTER_DATE='1000000000 +0000' release rotate >/dev/null; git for-each-ref --format='%(taggerdate:unix)' refs/tags/v1)" "$(git log -1 --format=%ct v1)"

# ---- work trees ----
begin trees
git switch -q main && git worktree add -q "$T/a linked tree" latest
fails_like "a branch that another work tree has" "^error: 'refs/heads/latest' is checked out in the work tree '.*/a linked tree'$" kiln release rotate
git worktree remove "$T/a linked tree" && echo mine >untracked
is "the files of the one here follow" "$(release rotate >/dev/null; cat versions.nix; git status --porcelain)" '{ release = "2"; comfyui.version = "2"; }
?? untracked'
git worktree add -q "$T/linked" main-testing && cd "$T/linked" || exit 1
like "it works in a linked one" "$(release status)" "^main +[0-9a-f]{12}  2 "
version 1.1 && git push -q origin main-testing
is "of which promotes, too" "$(release promote | sed 's/ (.*//')" "branch main-staging: 1 -> 1.1"

# ---- submodules ----
git init -q "$T/module" && (cd "$T/module" && git commit -q --allow-empty -m module)
begin modules
git submodule --quiet add "$T/module" module && version 4 && git push -q origin latest-testing
is "a submodule goes along" "$(release promote | sed 's/ (.*//')" "branch latest-staging: 3 -> 4"
(cd module && git commit -q --allow-empty -m more)
fails_like "one that is elsewhere is a change" "^error: 'latest-testing' is checked out with changes that are not committed: 'module'$" kiln release promote

# ---- a fresh clone, which has one branch ----
begin fresh && git clone -q "$T/fresh.git" "$T/freshly" && cd "$T/freshly" || exit 1
is "tracks that are only there move there" "$(release rotate | sed 's/ at [0-9a-f].*//; s/ (.*)//')" "branch main: 1 -> 2
tag v1
branch latest: 2 -> 3 at the remote"
is "and no branch is made here" "$(git for-each-ref --format='%(refname)' refs/heads | wc -l)" 1

# ---- long, and odd ----
begin long
{
	printf 'commit refs/heads/latest-testing\nmark :1\ncommitter c <c@d> 1700000000 +0000\ndata 1\nx\nfrom refs/heads/latest-testing^0\n'
	i=1
	while [ $i -lt 10000 ]; do
		i=$((i + 1))
		printf 'commit refs/heads/latest-testing\nmark :%d\ncommitter c <c@d> %d +0000\ndata 1\nx\nfrom :%d\n' $i $((1700000000 + i)) $((i - 1))
	done
} | git fast-import --quiet
git reset -q --hard && version 4 && git push -q origin latest-testing
like "10,000 commits are counted" "$(release status)" "^latest-testing +[0-9a-f]{12}  4 +\+10001 "
is "and promoted" "$(release promote | sed 's/ (.*//')" "branch latest-staging: 3 -> 4"
git init -q "$T/naïve Ünï" && cd "$T/naïve Ünï" && mkdir -p 'a b/.flox/pkgs' && cd 'a b' || exit 1
echo '{ }: null' >'.flox/pkgs/it.nix' && version '1.0 ß' && git commit -q --allow-empty -m x
release init --yes >/dev/null
fails_like "a version that is no name of a tag" "^error: 'v1.0 ß' cannot be the name of a tag$" kiln release archive
echo '{ comfyui.version = throw "no"; }' >versions.nix && git commit -qam broken
like "a version that cannot be told" "$(release status)" "^main +[0-9a-f]{12}  \?"
fails_like "is told why" "^error: the version of 'main' cannot be told: .*no" kiln release archive
cd "$T" && mkdir -p plain/.flox/pkgs && cd plain || exit 1
fails_like "no repository" "^error: '.*/plain' is in no Git repository$" kiln release status
