#!/bin/sh
# Releases of a project: versions.nix, the argument `versions` of recipes, and --release.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
plan 17
top=$(cd "$(dirname "$0")/../.." && pwd)
KILN_DATA_DIR=$top
export KILN_DATA_DIR
mkdir -p "$T/project/.flox/pkgs"
cd "$T/project" || exit 1

cat >.flox/pkgs/app.nix <<'NIX'
{ versions ? { app = "none"; tool = "none"; release = ""; } }:
derivation {
  name = "app-${versions.app}-${versions.tool}-${versions.release or "it"}";
  system = builtins.currentSystem;
  builder = "/bin/sh";
}
NIX
cat >.flox/pkgs/other.nix <<'NIX'
{ app }: derivation { name = "other-of-${app.name}"; system = builtins.currentSystem; builder = "/bin/sh"; }
NIX
planned() { kiln build --dry-run --json "$@" 2>/dev/null | sed -n 's/.*"name": "\([^"]*\)".*/\1/p'; }

is "without versions.nix a recipe's own default holds" "$(planned app)" "app-none-none-"
fails_like "nor has the project a release then" "^error: .*release '1': the project has no versions.nix" kiln build -n app --release 1
fails_like "which is told how to have" "^hint: its attribute releases.NAME" kiln build -n app --release 1

echo '{ app = "3"; tool = "b"; }' >versions.nix
is "what the file says is handed to recipes" "$(planned app)" "app-3-b-it"
is "also to those that are asked for by others" "$(planned other)" "other-of-app-3-b-it"
fails_like "it may have no releases" "^error: .*versions.nix has no release '1'" kiln build -n app --release 1

cat >versions.nix <<'NIX'
let
  releases = { "1" = { app = "1"; }; "2.0" = { app = "2"; tool = "a"; }; };
in
{ app = "3"; tool = "b"; inherit releases; }
NIX
is "a release stands above the rest" "$(planned app --release 2.0)" "app-2-a-2.0"
is "what it does not say is the project's" "$(planned app --release 1)" "app-1-b-1"
is "all recipes see it" "$(planned other --release 1)" "other-of-app-1-b-1"
is "without one the project's own holds" "$(planned app)" "app-3-b-it"
is "what was evaluated for one is not taken for another" "$(planned app --release 2.0)" "app-2-a-2.0"
is "a changed file is seen" "$(sed -i 's/app = "2"/app = "2b"/' versions.nix && planned app --release 2.0)" "app-2b-a-2.0"
fails_like "a release that is not there" "^error: .*versions.nix has no release '2.00'" kiln build -n app --release 2.00
fails_like "with what there is" "^hint: it has 1, 2.0$" kiln build -n app --release 2.00
fails_like "and what may be meant" "^hint: did you mean '2.0'\?$" kiln build -n app --release 2.00
fails_like "an expression has none" "^error: '--release' beside an expression or a file$" kiln build -n --release 1 -E 1

# The recipe's name comes first: a sibling may be called so.
echo '{ }: { app = "own"; tool = "own"; }' >.flox/pkgs/versions.nix
is "a recipe of that name goes before the file" "$(planned app --release 1)" "app-own-own-it"
