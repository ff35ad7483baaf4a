#!/bin/sh
# kiln lock python: a project's lock over the set's. The index and the set are the test's own; so is what finds
# versions, unless KILN_REAL_UV is the folder of uv itself.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
python3 -c 'import tomllib, pip' 2>/dev/null || skip_all "it needs Python 3.11 with pip"
plan 78

mkdir -p "$T/data" "$T/p/.flox/pkgs" && cp -r "$top/pkgs" "$T/data/pkgs" && chmod -R u+w "$T/data" || exit 1
version=9.9
if [ -n "${KILN_REAL_UV:-}" ]; then
	PATH=$KILN_REAL_UV:$PATH
	version=$(uv --version | cut -d' ' -f2)
fi
python3 "$here/lock-python/index.py" make "$T/files" "$T/data/pkgs/python" "$version" "$here/lock-python/uv.py"
python3 "$here/lock-python/index.py" serve "$T/files" "$T/port" &
server=$!
trap 'kill $server 2>/dev/null; finish' EXIT
while [ ! -s "$T/port" ]; do sleep 0.05; done
read -r port <"$T/port"
index=http://127.0.0.1:$port/simple
KILN_DATA_DIR=$T/data
KILN_CONF=$T/kiln.conf
no_proxy='*'
UV_CACHE_DIR=$T/uv-cache
export KILN_DATA_DIR KILN_CONF no_proxy UV_CACHE_DIR PATH
unset PIP_FIND_LINKS PIP_INDEX_URL PIP_EXTRA_INDEX_URL
online() { echo "mirror.pypi = $index" >"$KILN_CONF"; }
offline() { echo "mirror.pypi = http://127.0.0.1:9/simple" >"$KILN_CONF"; }
online
cd "$T/p" || exit 1
lock=.flox/python.lock
lock_python() { kiln lock python "$@" 2>"$T/err"; }
said() { grep -vE '^(started|ended|running):' "$T/err"; }
row() { python3 -c "import json, sys; print(json.dumps(json.load(open('$lock'))$1, sort_keys=True))"; }
names() { python3 -c "import json; print(*json.load(open('$lock'))['projects'])"; }
eval_recipe() {
	printf '%s\n' "$2" >".flox/pkgs/$1.nix"
	kiln build --dry-run "$1" 2>&1
}
evaluates() { kiln eval --raw -E "let p = (import $T/data/pkgs { system = \"x86_64-linux\"; pythonLocks = $T/p/.flox; }).python3.pkgs; in $1" 2>&1; }

# ---- what is wanted ----
echo '{ python3Packages }: python3Packages.gamma' >.flox/pkgs/g.nix
before=$(kiln build --dry-run g 2>&1)
fails_like "nothing says what is wanted" "has no requirements.txt and no pyproject.toml" kiln lock python
printf 'alpha[with-gamma]  # why\nbeta<2\n' >requirements.txt
printf '[project]\nname = "p"\nversion = "1"\ndependencies = ["alpha"]\n' >pyproject.toml
fails_like "two files do" "has both requirements.txt and pyproject.toml" kiln lock python
like "and the cure" "$(kiln lock python 2>&1)" "^hint: kiln lock python --requirements requirements.txt, or --pyproject"
rm pyproject.toml

# ---- a lock ----
is "what is new is printed" "$(lock_python)" "alpha 1.0 added"
is "and nothing more is told" "$(said)" ""
ok "kiln brings uv where there is none" test -x "$XDG_CACHE_HOME/kiln/uv/9.9/uv" -o -n "${KILN_REAL_UV:-}"
is "the lock has what the set has not" "$(names)" alpha
is "a slot is no project of it" "$(row '["projects"]["alpha"]["slots"]')" '["torch"]'
is "the slot's version is the set's" "$(row '["slots"]')" "{}"
is "edges go to the set's" "$(row '["projects"]["alpha"]["requires"]')" '["beta"]'
is "no host is in it" "$(grep -c '127.0.0.1' $lock)" 0
is "what it is made from is" "$(row '["from"]')" '["requirements.txt"]'
ok "the set is pinned with it" grep -q narHash .flox/kiln.lock
cp $lock "$T/first.lock"
is "again it is the same" "$(lock_python)" ""
ok "byte for byte" cmp $lock "$T/first.lock"
offline
ok "the check asks nobody" kiln lock python --check
online
printf 'alpha>=2\nbeta<2\nmany\n' >requirements.txt
fails_like "with --offline nobody is asked" "Network connectivity is disabled|network was disabled|offline" kiln lock python --offline
is "it tells what does not fit" "$(lock_python --check; echo $?)" 104
is "with the places" "$(said)" "error: '.flox/python.lock' does not fit requirements.txt
requirements.txt:1: it says 'alpha>=2', and 1.0 is locked
requirements.txt:3: it says 'many', which is not locked
hint: 'kiln lock python' finds versions that fit"

# ---- recipes ----
like "recipes have the project's packages" "$(eval_recipe a '{ python3Packages }: python3Packages.alpha')" "python3.13-alpha-1.0.drv"
is "what it does not replace is as before" "$(kiln build --dry-run g 2>&1)" "$before"
names_of() { evaluates "toString (map (x: x.name or x.pname) ($1))"; }
for extra in with_gamma with-gamma; do
	is "an extra of the project's: $extra" "$(names_of "p.alpha.optional-dependencies.$extra")" python3.13-gamma-1.0
done
is "an extra of the set's, with a slot" "$(names_of p.gamma.optional-dependencies.more)" "python3.13-beta-1.5 torch-2.6.0"
like "what no lock has is missed when it is asked for" "$(names_of p.gamma.optional-dependencies.none)" "the extra 'none' of gamma asks for nowhere, which no lock has"
like "and how to lock it" "$(names_of p.gamma.optional-dependencies.none)" "write gamma\[none\] into the project's requirements"
like "kiln show tells of it" "$(kiln show python3Packages.alpha 2>&1)" "^description +the alpha project"
like "and where it is locked" "$(kiln show python3Packages.alpha 2>&1)" "^written in +$T/p/.flox/python.lock"
like "the set's have their own words" "$(kiln show python3Packages.beta 2>&1)" "^description +the set's beta"
like "so does kiln build" "$(kiln build --dry-run python3.pkgs.alpha 2>&1)" "python3.13-alpha-1.0.drv"
like "kiln search finds it" "$(kiln search alpha 2>&1)" "^python3.pkgs.alpha +1.0 +the alpha project"

printf 'alpha>=2\n' >requirements.txt
is "what must move does" "$(lock_python)" "alpha 1.0 -> 2.0
beta 2.0 added (the set has 1.5)"
like "whoever of the set asks for another is told of" "$(said)" "^warning: of the set, strict 1.0 asks for 'beta<2', and 2.0 is locked; a recipe that uses it fails unless"
is "a dependent of the set gets the project's" "$(names_of p.gamma.dependencies)" python3.13-beta-2.0
is "so it is another" "$([ "$(kiln build --dry-run g 2>&1)" = "$before" ] || echo other)" other
ok "and the check is content" kiln lock python --check
mv $lock "$T/second.lock"
is "without the lock all is as before" "$(kiln build --dry-run g 2>&1)" "$before"
mv "$T/second.lock" $lock

# ---- moving ----
printf 'alpha\n' >requirements.txt
is "versions stay while they fit" "$(lock_python)" ""
printf 'gamma\n' >requirements.txt
is "what nobody wants goes" "$(lock_python)" "alpha 2.0 removed"
is "the newest is that of the set where it fits" "$(lock_python --upgrade)" "beta 2.0 removed (the set has 1.5)"
is "unless it is named" "$(lock_python --upgrade gamma)" "gamma 2.0 added (the set has 1.0)"
fails_like "what is named must be wanted" "requirements.txt does not want 'many'" kiln lock python -U many
is "as JSON" "$(printf 'gamma<2\n' >requirements.txt && lock_python --json)" '[
  {"package": "gamma", "from": "2.0", "to": null, "below": "1.0", "source": false}
]'

# ---- files ----
printf 'many\nmarked\nsource\nsdist source\n' >more.txt
cat >sub.txt <<'END'
-r ../more.txt
--extra-index-url http://127.0.0.1:9/
-c bounds.txt
beta>=1 \
   , <3
END
mkdir -p sub && mv sub.txt sub/wants.txt && printf 'beta<1.5\n' >sub/bounds.txt
is "files name files" "$(lock_python --requirements sub/wants.txt)" "armonly 1.0 added
beta 1.0 added (the set has 1.5)
many 1.0 added
marked 1.0 added
source 1.0 added
x86only 1.0 added"
like "where files come from is passed over" "$(said)" "^warning: sub/wants.txt:2: '--extra-index-url' is passed over"
like "what has no wheel is told" "$(said)" "^source 1.0 is built from its source archive$"
is "what has no file for one that does not need it is not" "$(said | grep -c armonly)" 0
is "the best wheel of each system" "$(row '["projects"]["many"]["files"][0]["name"]') $(row '["projects"]["many"]["files"][1]["systems"]')" '"many-1.0-cp313-cp313-manylinux_2_28_aarch64.whl" ["x86_64-linux"]'
is "edges by system" "$(row '["projects"]["marked"]["requiresOn"]')" '{"aarch64-linux": ["armonly"], "x86_64-linux": ["x86only"]}'
is "what a source archive is built with" "$(row '["projects"]["source"]["build"]')" '["setuptools"]'
like "it is" "$(eval_recipe s '{ python3Packages }: python3Packages.source')" "python3.13-setuptools-80.0.drv"
ok "the choice of files is kept" kiln lock python --check
mv sub/wants.txt sub/gone.txt
fails_like "and missed" "reading 'sub/wants.txt'" kiln lock python
printf '[project]\nname = "p"\nversion = "1"\nrequires-python = ">=3.10"\ndependencies = [\n  "alpha==1.0",\n]\n' >pyproject.toml
like "pyproject.toml" "$(lock_python --pyproject pyproject.toml)" "^alpha 1.0 added"
like "its lines are told" "$(sed -i 's/1\.0"/9.0"/' pyproject.toml && kiln lock python --check 2>&1)" "^pyproject.toml:6: it says 'alpha==9.0', and 1.0 is locked"
sed -i 's/>=3.10/<3.12/' pyproject.toml
fails_like "for another Python" "pyproject.toml:4:19: it is for Python <3.12, and the package set has 3.13" kiln lock python
fails_like "what is no project of an index" "wants.txt:1: '-e|wants.txt:1: './here' is no project of an index" sh -c "echo '-e ./here' >wants.txt; '$KILN_BUILD/kiln' lock python -r wants.txt"

# ---- releases ----
printf 'alpha\n' >requirements.txt && lock_python -U -r requirements.txt >/dev/null
printf 'beta==1.0\n' >requirements-v1.txt
is "a release has a lock over the project's" "$(lock_python --release v1)" "beta 1.0 added (otherwise 2.0)"
like "recipes ask for it" "$(eval_recipe r '{ python3 }: (python3.override { pythonRelease = "v1"; }).pkgs.beta')" "python3.13-beta-1.0.drv"
like "others do not see it" "$(eval_recipe b '{ python3 }: python3.pkgs.beta')" "python3.13-beta-2.0.drv"
like "one that there is not" "$(eval_recipe n '{ python3 }: (python3.override { pythonRelease = "v2"; }).pkgs.beta')" "there is no lock of the release 'v2'"
rm .flox/pkgs/[nrsab].nix

# ---- what does not work ----
wants() {
	printf '%s\n' "$@" >requirements.txt
	lock_python -r requirements.txt
	said
}
cp $lock "$T/good.lock"
is "bounds that exclude each other" "$(wants 'strict' 'beta>=2' | sed -n '1p;$p')" "error: no versions fit what requirements.txt wants
hint: loosen one of these bounds; 'override NAME…' in the requirements replaces what every project says of NAME"
like "say which" "$(wants 'strict' 'beta>=2')" "^.*beta>=2.*nothing fits|^And because .*nothing fits"
like "a project that is nowhere" "$(wants nosuch)" "nosuch is in no index that this machine knows"
like "one of sources alone" "$(wants source)" "^hint: it publishes sources alone: a line 'sdist source' in the requirements"
like "another slot" "$(wants newtorch)" "^hint: 'torch==2.6.0' is the slot's filling in the package set; where another fills it"
like "one that is named is locked for" "$(wants newtorch torch==2.9.0; row '["slots"]')" '"torch": "2.9.0"'
is "a build of it that no index has does not matter" "$(wants alpha 'torch==2.9.0+cu128 --hash=sha256:00' | grep hash; names)" "warning: requirements.txt:2: what pip would compare files with (--hash) is passed over: the lock has its own
alpha beta"
like "a circle" "$(wants ring)" "^error: these projects need each other: r[ai]ng -> r[ai]ng -> r[ai]ng$"
offline
like "an index that is not there" "$(wants many)" "^error: asking the index: "
online
cp "$T/good.lock" $lock

# ---- by hand ----
rm -rf "$XDG_CACHE_HOME/kiln/eval"
sed -i 's/"version": "1.0"/"versoin": "1.0"/; s/"version": "2.0"/"versoin": "2.0"/' $lock
like "what is wrong in it has its line and entry" "$(kiln lock python --check 2>&1)" "^error: .flox/python.lock:[0-9]+: entry 'alpha': it has a member that is unknown"
like "for recipes, too" "$(eval_recipe a '{ python3Packages }: python3Packages.alpha')" "the lock '$T/p/.flox/python.lock', line [0-9]+, entry 'alpha': it has no 'version'"
printf 'alpha\n' >requirements.txt
like "and is mended" "$(lock_python -r requirements.txt; said)" "^warning: .*it is made anew"
mv "$T/files/alpha-2.0-py3-none-any.whl" "$T/alpha.whl"
rm -rf "$KILN_STORE/nix" 2>/dev/null || { chmod -R u+w "$KILN_STORE" && rm -rf "$KILN_STORE/nix"; }
fetches() { kiln build -E "(import $T/data/pkgs { system = \"x86_64-linux\"; pythonLocks = $T/p/.flox; }).python3.pkgs.alpha.src" --no-link 2>&1; }
like "a file that is gone, and what locks another" "$(fetches)" "^hint: 'kiln lock python --upgrade alpha' locks a version that is there"
is "it does" "$(lock_python --upgrade alpha)" "alpha 2.0 -> 1.0"

# ---- git ----
if command -v git >/dev/null; then
	git init -q . && git add .flox/pkgs
	like "what git does not track counts for nothing" "$(kiln build --dry-run g 2>&1)" "python.lock' is left out, since Git does not track it: git add -N"
	like "which is said when it is made" "$(lock_python -U; said)" "is not tracked by Git, so no recipe sees it: git add -N '.flox/python.lock'"
	git add -N $lock
	is "until it does" "$(kiln build --dry-run a 2>&1 | grep -c 'left out')" 0
else
	for what in untracked told tracked; do pass "$what # SKIP no git"; done
fi
