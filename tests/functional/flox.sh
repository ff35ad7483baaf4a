#!/bin/sh
# flox search, show and build clean: what they print, and where.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
plan 26
KILN_DATA_DIR=$(cd "$(dirname "$0")/../.." && pwd)
export KILN_DATA_DIR
system=$(kiln eval --raw -E builtins.currentSystem)
mkdir -p "$T/p/.flox/pkgs" && cd "$T/p" || exit 1
flox() { compat flox "$@"; }
cat >.flox/pkgs/mine.nix <<END
{ }: derivation { name = "mine-1.2"; system = "$system"; builder = "/bin/sh"; } // {
  pname = "mine"; version = "1.2"; outputs = [ "out" "doc" ];
  meta = { description = "A zebra\non two lines"; license = [ { spdxId = "MIT"; } ]; platforms = [ "x86_64-linux" "aarch64-linux" "riscv64-linux" ]; };
}
END
echo '{ }: derivation { name = "silent"; system = builtins.currentSystem; builder = "/bin/sh"; }' >.flox/pkgs/silent.nix

# ---- search ----
flox search zebra >"$T/out" 2>"$T/err"
is "a recipe is found by its description" "$(cat "$T/out")" "mine  A zebra on two lines"
is "what Flox says besides is no answer" "$(cat "$T/err")" "
Use 'flox show <package>' to see available versions"
is "without one it says so" "$(flox search silent 2>/dev/null)" "silent  <no description provided>"
flox search python >"$T/out" 2>"$T/err"
is "ten are shown" "$(wc -l <"$T/out")" 10
# shellcheck disable=SC2016 # no command
like "of how many" "$(cat "$T/err")" '^Showing 10 of [0-9]+ results\. Use `flox search python --all` to see the full list\.$'
ok "or all" test "$(flox search -a python 2>/dev/null | wc -l)" -gt 10
is "and nothing is said of more then" "$(flox search --all python 2>&1 >/dev/null | grep -c Showing)" 0
like "Python's packages have nixpkgs' names" "$(flox search numpy 2>/dev/null)" '^python3[0-9]+Packages\.numpy  +Fundamental'
like "and are found by them" "$(flox search python311Packages.numpy 2>/dev/null)" '^python3[0-9]+Packages\.numpy  '
is "descriptions stand below each other" "$(flox search zstd 2>/dev/null | grep -oE '^[^ ]+ +' | awk '{ print length }' | sort -u | wc -l)" 1
like "a version is not looked for" "$(flox search zebra@1 2>&1)" "^warning: 'flox search' ignores version specifiers"
is "JSON, on a line" "$(flox search --json zebra 2>&1)" \
	"[{\"attr_path\":\"mine\",\"catalog\":null,\"description\":\"A zebra on two lines\",\"name\":\"mine-1.2\",\"pkg_path\":\"mine\",\"pname\":\"mine\",\"stabilities\":[\"stable\"],\"system\":\"$system\",\"version\":\"1.2\"}]"
is "of nothing, too" "$(flox search --json qqqqqqqq)" "[]"
fails_like "what is nowhere" "^error: No packages matched this search term: 'qqqqqqqq'$" compat flox search qqqqqqqq
fails_like "a slip is helped" "did you mean 'python3[0-9]*Packages.numpy'" compat flox search nmupy
fails_like "a term is needed" "^error: No search term provided" compat flox search

# ---- show ----
is "what is known of a package" "$(flox show mine)" "mine - A zebra on two lines
Latest:  mine@1.2
License: MIT
Outputs: out*, doc (* installed by default)
Systems: aarch64-linux, x86_64-linux

Other versions:
    mine@1.2 (aarch64-linux, x86_64-linux only)"
like "of the set, by nixpkgs' name" "$(flox show python313Packages.numpy)" '^Latest:  python313Packages\.numpy@[0-9]'
fails_like "of nothing" "^error: no packages matched this pkg-path: 'qqqqqqqq'$" compat flox show qqqqqqqq

# ---- build clean ----
path=$(kiln store add "$KILN_DATA_DIR/LICENSE")
ln -s "$path" result-mine
ln -s "$path" result-mine-doc
ln -s "$path" result-silent
ln -s "$path" result-other
ln -s "$T" result-silent-own
touch result-mine-file
is "links of a recipe go" "$(flox build clean mine 2>&1; echo result*)" "Cleaned build targets: mine
result-mine-file result-other result-silent result-silent-own"
is "of all recipes, and only into the store" "$(flox build clean 2>&1; echo result*)" "Cleaned build targets: silent
result-mine-file result-other result-silent-own"
is "from elsewhere" "$(ln -s "$path" result-mine; cd / && compat flox build clean -d "$T/p" 2>&1; cd "$T/p" && [ -L result-mine ] && echo left)" "Cleaned build targets: mine"
fails_like "of no recipe" "there is no recipe 'none'" compat flox build clean none
fails_like "what is not here says so" "there is no nixpkgs to copy from" compat flox build import-nixpkgs hello
like "a set that is not kiln's is told of" "$(flox build -n --nixpkgs-url https://x.example silent 2>&1)" "^warning: '--nixpkgs-url https://x.example' does nothing"
is "another verb is helped" "$(flox serch 2>&1 | tail -1)" "hint: did you mean 'search'?"
