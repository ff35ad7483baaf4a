#!/bin/sh
# What `kiln complete` offers, and what real shells make of it on a terminal.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
root=$(cd "$(dirname "$0")/../.." && pwd)
plan 27
mkdir -p "$T/project/.flox/pkgs/two" "$T/project/.flox/env" "$T/project/sub/folder" "$T/project/my files"
cd "$T/project/sub" || exit 1
touch ../.flox/pkgs/one.nix ../.flox/pkgs/two/default.nix "../my files/a b.txt"
cat >../.flox/env/manifest.toml <<'END'
version = 1
[install]
numpy.pkg-path = "python313Packages.numpy"
"odd name".pkg-path = "hello"
[services]
web = { command = "true" }
"w\nx".command = "true"
END
offered() { kiln complete -- kiln "$@" 2>&1 | cut -f1 | paste -sd ' '; }

is "a command" "$(offered vers)" "version :words"
is "a verb, and no file beside it" "$(offered store l)" "ls :words"
is "an option of a verb" "$(offered store ls --rec)" "--recursive :words"
is "everywhere's options, too" "$(offered gc --st)" "--store :words"
is "what an option takes" "$(offered sbom --format s; offered sbom --format=s; offered run --slot torch=cp)" \
	"spdx spdx-tag :words
--format=spdx --format=spdx-tag :words
torch=cpu :files"
is "of two arguments the first" "$(offered --option sandbox-f; offered --option sandbox-fallback '')" "sandbox-fallback :words
:words"
is "recipes, and files" "$(offered build '')" "one two :files"
is "a package where no recipe is called so" "$(offered build libjpeg_t)" "libjpeg_turbo :files"
is "tracks" "$(offered release promote ma)" "main-testing main-staging main :words"
is "parts of the machine" "$(offered doctor sa)" "sandbox :words"
of_environment() { # WHAT COMMAND EXPECTED
	if kiln help --list | grep -q "^kiln $2	"; then
		# shellcheck disable=SC2086 # words
		is "$1" "$(offered $2 '')" "$3"
	else
		pass "$1 # SKIP there is no kiln $2"
	fi
}
mkdir -p "$XDG_CONFIG_HOME/kiln/default/.flox/env"
printf 'version = 1\n[install]\nown.pkg-path = "own"\n' >"$XDG_CONFIG_HOME/kiln/default/.flox/env/manifest.toml"
is "outside of projects, what the user's own has" "$(cd / && offered uninstall '')" "own :words"
of_environment "services of the environment" "services stop" "web :words"
is "of another, that the line names" "$(cd / && offered services -d "$T/project" stop ''; cd / && offered build --project="$T/project" o)" "web :words
one :files"
mkdir -p ../.flox/run/generations/7
echo '{"number": 7, "parent": 0, "created": 1, "did": "install hello", "manifest": "x", "lock": "x", "installs": "x", "profile": "/nix/store/x"}' >../.flox/run/generations/7/generation.json
is "what is not whole is no generation" "$(offered env rollback '')" ":words"
ln -s /nix/store/x ../.flox/run/generations/7/profile
is "what is, is one" "$(offered env rollback '')" "7 :words"
rm -r ../.flox/run
of_environment "what is installed in it" "uninstall" "numpy odd name :words"
is "topics and commands" "$(offered help s | tr ' ' '\n' | grep -xE 'slots|store|sandbox' | paste -sd ' ')" "store sandbox slots"
is "a command's verbs behind help" "$(offered help store l)" "ls :words"
is "behind what is run, files" "$(offered run one -- x)" ":files"
is "behind --, no options" "$(offered build -- -)" ":files"
is "folders where one is wanted" "$(offered build --project '')" ":folders"
is "nothing of what it knows nothing of" "$(offered nonsense x; offered gc x; offered --nothing x; kiln complete; kiln complete --; kiln complete -- kiln)" ":words
:words
:words"
printf 'x = [' >../.flox/kiln.toml
is "a project that is broken offers less, without a word" "$(offered release promote x 2>&1; echo $?)" ":words
0"
rm ../.flox/kiln.toml
is "without a home, or a place to be" "$(cd / && env -u HOME "$KILN_BUILD/kiln" complete -- kiln vers 2>&1 | cut -f1 | paste -sd ' ')" "version :words"

# ---- on a terminal ----
PATH=$KILN_BUILD:$PATH
export PATH
mkdir "$T/functions"
cp "$root/docs/completion/kiln.zsh" "$T/functions/_kiln"
touch "my file.txt"
ln -s "$KILN_BUILD/kiln" folder/kiln
on_terminal() { # SHELL FILE: into files, as they wait for each other's terminals else
	! command -v "$1" >/dev/null || timeout 100 python3 "$root/tests/functional/completion.py" "$1" "$2" "kiln vers" \
		"kiln store ls --rec" "kiln build tw" "kiln sbom --format=cyc" "kiln run --slot torch=cp" "kiln sbom -o my" \
		"kiln build --project fol" "kiln help sandb" "folder/kiln vers" "kiln uninstall od" "kiln services stop w" >"$T/$1" 2>&1 &
}
on_terminal bash "$root/docs/completion/kiln.bash"
on_terminal zsh "$T/functions/_kiln"
on_terminal fish "$root/docs/completion/kiln.fish"
wait
for shell in bash zsh fish; do
	[ -e "$T/$shell" ] || {
		pass "$shell # SKIP it is not installed"
		continue
	}
	is "$shell completes them" "$(sed 's/ *$//' "$T/$shell")" \
		"kiln version
kiln store ls --recursive
kiln build two
kiln sbom --format=cyclonedx
kiln run --slot torch=cpu
kiln sbom -o my\\ file.txt
kiln build --project folder/
kiln help sandbox
folder/kiln version
kiln uninstall odd\\ name
kiln services stop web"
done
