#!/bin/sh
# kiln search and kiln show: the set's packages and a project's recipes, without a network.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v python3 >/dev/null || skip_all "no python3"
plan 58
top=$(cd "$(dirname "$0")/../.." && pwd)
export KILN_DATA_DIR="$top"
cd "$T" || exit 1
system=$(kiln eval --raw -E builtins.currentSystem)
case $system in x86_64-linux | aarch64-linux) ;; *) skip_all "the set has no packages for $system" ;; esac
# get JSON EXPRESSION: of d, the document
get() { printf '%s' "$1" | python3 -c 'import json, sys; d = json.load(sys.stdin); print(eval(sys.argv[1]))' "$2"; }

# ---- search ----
like "a package is found by its name" "$(kiln search bash | head -1)" '^bash +[0-9][0-9.]* +GNU Bourne Again SHell$'
is "under one name of several" "$(kiln search bash | grep -c 'Bourne')" 1
like "which JSON has all of" "$(get "$(kiln search --json bash)" 'd[0]["also"]')" "bashInteractive"
is "the same name comes before those that begin with it, and those before others" \
	"$(kiln search python3.pkgs.num | head -1 | cut -c1-16)" "python3.pkgs.num"
like "words of the description count" "$(kiln search bourne again)" '^bash '
is "every word must be there" "$(kiln search bourne numpy 2>/dev/null)" ""
like "case and dashes do not count" "$(kiln search HUGGINGFACE_hub)" '^python3.pkgs.huggingface-hub '
like "Debian's names count" "$(kiln search libpng16)" '^libpng '
like "so does a file of PyPI" "$(kiln search manylinux numpy)" '^python3.pkgs.numpy '
like "a slip still finds" "$(kiln search nmupy)" '^python3.pkgs.numpy '
is "and nothing else than names then" "$(kiln search nmupy | grep -c .)" 1
is "what is nowhere" "$(kiln search qqqqqqqq 2>&1 | head -1)" "error: nothing is called, or described by, 'qqqqqqqq'"
kiln search qqqqqqqq >/dev/null 2>&1
is "is status 1" "$?" 1
is "and an empty list as JSON" "$(get "$(kiln search --json qqqqqqqq)" 'd')" "[]"
ok "all are listed without words" test "$(kiln search | grep -c .)" -gt 200
is "the longest line of a terminal is its width" "$(python3 - "$KILN_BUILD/kiln" <<'PY'
import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.execv(sys.argv[1], ["kiln", "search", "bash"])
text = b""
while True:
    try:
        more = os.read(fd, 65536)
    except OSError:
        break
    if not more:
        break
    text += more
os.waitpid(pid, 0)
print(max(map(len, text.split(b"\r\n"))) <= 80 and b"Bourne" in text)
PY
)" True
is "it needs less than a second of CPU" "$(python3 - "$KILN_BUILD/kiln" <<'PY'
import resource, subprocess, sys
subprocess.run([sys.argv[1], "search", "numpy"], stdout=subprocess.DEVNULL, check=True)
u = resource.getrusage(resource.RUSAGE_CHILDREN)
print(u.ru_utime + u.ru_stime < 1 or u)
PY
)" True
is "nothing is written to the store" "$(ls "$KILN_STORE/nix/store" 2>/dev/null)" ""

# ---- show ----
all=$(kiln show python3.pkgs.numpy)
like "show has the version" "$all" '^version +[0-9]+\.'
like "the file of PyPI" "$all" '^origin +PyPI numpy-.*\.whl$'
like "the store path" "$all" '^store path +/nix/store/[a-z0-9]{32}-python3\.13-numpy-'
like "and that it is not there" "$all" '^size +it is not in the store$'
is "which is the one that a build would make" "$(get "$(kiln show --json bash)" 'd[0]["drvPath"]')" \
	"$(kiln instantiate --quiet '<nixpkgs>' -A bash 2>/dev/null)"
like "Debian's package has its version" "$(kiln show bash)" '^origin +Debian bash [0-9][^ ]*-[^ ]+$'
like "and platforms" "$(kiln show bash)" "^platforms +.*$system"
like "a slot says what it is" "$(kiln show python3.pkgs.torch)" '^origin +a slot, filled when a program starts'
is "and has no store path" "$(get "$(kiln show --json python3.pkgs.torch)" '(d[0]["kind"], d[0]["outPath"], d[0]["valid"])')" "('slot', None, False)"
like "where a recipe of the set is written" "$(kiln show makeWrapper)" '^written in +.*/build-support/default\.nix:[0-9]+$'
is "several names are one document" "$(get "$(kiln show --json bash glibc)" '[x["name"] for x in d]')" "['bash', 'glibc']"
fails_like "a slip is told" "did you mean 'bash'" kiln show bsah
fails_like "a Python package says its name" "did you mean 'python3.pkgs.numpy'" kiln show numpy
fails_like "one within Python has suggestions" "did you mean 'python3.pkgs.numpy'" kiln show python3.pkgs.numppy
fails_like "what belongs to the GPU says what a slot is" "is a slot" kiln show tensorrt
like "so does CUDA, which builds may have" "$(kiln show cudatoolkit 2>&1)" "at run time a slot"
fails_like "what is no package says what it is" "'lib' is no package but a set" kiln show lib
like "and how to see it" "$(eval "$(kiln show lib 2>&1 | sed -n 's/^hint: \(.*\) shows what it is$/\1/p')")" "makeOverridable = "
fails_like "a function says who calls it" "recipes have it as an argument" kiln show writeShellApplication
is "and half a document is none" "$(kiln show --json bash nothere 2>/dev/null)" ""
kiln show >/dev/null 2>&1
is "a name is needed" "$?" 2

# ---- a project's recipes ----
mkdir -p project/.flox/pkgs/deep project/sub
cat >project/.flox/pkgs/mine.nix <<'NIX'
{ stdenv, lib }:
stdenv.mkDerivation {
  pname = "mine"; version = "3.2"; dontUnpack = true; outputs = [ "out" "doc" ];
  meta = { description = "pictures of\n  zebras"; homepage = "about:zebras"; license = [ lib.licenses.mit lib.licenses.asl20 ]; platforms = lib.platforms.linux; };
}
NIX
echo '{ stdenv }: stdenv.mkDerivation { name = "bash-9"; meta.description = "the project'"'"'s own"; }' >project/.flox/pkgs/bash.nix
echo '{ nothingofthekind }: nothingofthekind' >project/.flox/pkgs/broken.nix
echo '{ stdenv, lib }: stdenv.mkDerivation { name = "unfit-1"; meta.platforms = [ "riscv64-linux" ]; }' >project/.flox/pkgs/deep/default.nix
echo '{ }: { a = 1; }' >project/.flox/pkgs/group.nix
echo '{ stdenv }: stdenv.mkDerivation { name = "dotted-1"; }' >project/.flox/pkgs/do.tted.nix
cd project/sub || exit 1
fails_like "a recipe of no package says what one is" "^hint: a recipe gives" kiln show group
like "a dot may be part of a name" "$(kiln show do.tted)" '^origin +.*/do\.tted\.nix$'
like "a recipe is found by its description, on one line" "$(kiln search zebras)" '^mine  3\.2  pictures of   zebras$'
like "one that does not evaluate says why" "$(kiln search broken)" "^broken .*nothingofthekind"
all=$(kiln show mine)
like "a recipe comes from its file" "$all" "^origin +.*/project/\.flox/pkgs/mine\.nix$"
like "its license" "$all" '^license +MIT, Apache-2\.0$'
is "its outputs and home page" "$(get "$(kiln show --json mine)" '(d[0]["outputs"], d[0]["homepage"], d[0]["kind"])')" "(['out', 'doc'], 'about:zebras', 'recipe')"
like "it comes before a package of its name" "$(kiln show bash)" "^version +9$"
like "what cannot be used here says so" "$(kiln show deep)" "^trouble +.*is not available for $system"
is "a slip in a recipe's name" "$(kiln show minne 2>&1)" "error: there is no recipe and no package 'minne'
hint: did you mean 'mine'?"

# ---- kiln build of what is no recipe ----
wanted=$(kiln instantiate -f '<nixpkgs>' -A jq 2>/dev/null)
said=$(kiln build --dry-run jq 2>err) || said=failed
is "what no recipe is called is the set's" "$said $(grep -c "$wanted" err)" " 1"
like "which is told" "$(cat err)" "^'jq' is no recipe of the project: the package set's is taken$"
like "each time" "$(kiln build --dry-run jq 2>&1)" "^'jq' is no recipe"
is "a recipe goes before it" "$(kiln build --dry-run bash 2>&1 | grep -c 'no recipe')" 0
is "what neither has" "$(kiln build jqq 2>&1 | tail -n 1)" "hint: did you mean 'jq'?"
is "a slot" "$(kiln build python3.pkgs.torch 2>&1 | tail -n 1)" \
	"hint: 'python3.pkgs.torch' is a slot, which no package holds: kiln build --slot torch=cpu"
cd "$T" || exit 1
is "also without a project" "$(kiln build --dry-run jq 2>&1 | grep -c "$wanted")" 1
cd project/sub || exit 1
is "names alone, all that a package has" "$(cd "$T" && kiln search --names libjpeg_turbo | sort)" "libjpeg
libjpeg-turbo-progs
libjpeg62-turbo
libjpeg62-turbo-dev
libjpeg_turbo"
fails_like "which are no JSON" "only one is possible" kiln search --names --json
