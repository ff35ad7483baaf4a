#!/bin/sh
# Where findings are to be mended, and the cures that are certain: edits of the recipes that leave other bytes alone.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v python3 >/dev/null || skip_all "no python3"
plan 39
# Builds without a sandbox need a store at its own place.
unset KILN_STORE
export NIX_STORE_DIR="$T/st" NIX_STATE_DIR="$T/var" NIX_LOG_DIR="$T/log"
mkdir -p "$NIX_CONF_DIR" "$T/p/.flox/pkgs"
echo 'sandbox = false' >"$NIX_CONF_DIR/nix.conf"
cd "$T/p" || exit 1
cat >.flox/mk.nix <<'END'
# What looks like a Python package: its metadata, its module, and references to its dependencies.
{ pname, version, requires ? [ ], dependencies ? [ ], script ? "", ... }@attrs:
derivation (attrs // {
  name = "python3.13-${pname}-${version}";
  system = builtins.currentSystem;
  builder = "/bin/sh";
  PATH = builtins.getEnv "PATH";
  args = [ "-c" ''
    site=$out/lib/python3.13/site-packages; info=$site/${pname}-${version}.dist-info
    mkdir -p $info $site/${pname}
    printf 'Name: %s\nVersion: %s\n' ${pname} ${version} >$info/METADATA
    for r in $requires; do echo "Requires-Dist: $r"; done >>$info/METADATA
    echo ${toString dependencies} >$out/needs
    ${script}
  '' ];
})
END
cat >.flox/set.nix <<'END'
let mk = import ./mk.nix; in
{
  python = mk { pname = "python"; version = "1"; script = "mkdir $out/bin; echo x >$out/bin/python3.13"; };
  numpy = mk { pname = "numpy"; version = "2.1"; };
  torch = mk { pname = "torch"; version = "2.6"; };
  attrs = mk { pname = "attrs"; version = "25.1"; };
}
END
app() { cat >.flox/pkgs/app.nix; kiln build --no-link app >/dev/null 2>err || cat err; }
audit() { kiln audit "$@" app >out 2>err; status=$?; }
evaluates() { kiln build --no-link app >/dev/null 2>&1; }

app <<'END'
# an app
{ }:
let p = import ../set.nix; in
import ../mk.nix {
  pname = "app";
  version = "1.0";   # this stays
  requires = [ "numpy<2" ];
  dependencies = with p; [ python numpy ];
}
END
audit
like "the recipe is told, with the line of the dependencies" "$(cat out)" "at .flox/pkgs/app.nix:8"
is "as JSON" "$(kiln audit --json app | python3 -c 'import json, sys; f = json.load(sys.stdin)[0]["findings"][0]; print(f["recipe"], f["line"])')" ".flox/pkgs/app.nix 8"
is "in SARIF it is the place" "$(kiln audit --sarif app | python3 -c 'import json, sys
p = json.load(sys.stdin)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]; print(p["artifactLocation"]["uri"], p["region"]["startLine"])')" ".flox/pkgs/app.nix 8"
cp .flox/pkgs/app.nix before
audit --fix --dry-run
like "what would be mended" "$(cat out)" '^mended: app: pythonRelaxDeps = \[ "numpy" \] \[unfit\]'
like "is shown" "$(cat out)" '^\+  pythonRelaxDeps = \[ "numpy" \];'
is "and not written" "$(cmp before .flox/pkgs/app.nix && echo same)" same
audit --fix
is "written, it is one line more" "$(diff before .flox/pkgs/app.nix)" '7a8
>   pythonRelaxDeps = [ "numpy" ];'
ok "which evaluates and builds" evaluates
audit --fix
like "a second time there is nothing to mend" "$(cat out)" "nothing is certain enough"

app <<'END'
{ }: let p = import ../set.nix; in import ../mk.nix {
  pname = "app";
  version = "1.0";
  pythonRelaxDeps = [
    "other" # kept
  ];
  requires = [ "numpy<2" ];
  dependencies = with p; [ python numpy ];
}
END
audit --fix
like "a list with a remark is left alone" "$(cat out)" "nothing is certain enough"
app <<'END'
{ }: let p = import ../set.nix; in import ../mk.nix {
  pname = "app";
  version = "1.0";
  pythonRelaxDeps = [
    "other"
  ];
  requires = [ "numpy<2" ];
  dependencies = with p; [ python numpy ];
}
END
audit --fix
is "a list of lines gets a line" "$(sed -n 4,7p .flox/pkgs/app.nix)" '  pythonRelaxDeps = [
    "other"
    "numpy"
  ];'

# ---- a slot among the dependencies ----
app <<'END'
{ }: let p = import ../set.nix; in import ../mk.nix {
  pname = "app"; version = "1.0";
  dependencies = [ p.python p.torch p.numpy ];
}
END
audit
is "a slot is an error" "$status" 1
like "at the name that brings it" "$(grep -A4 '\[slot\]' out)" "at .flox/pkgs/app.nix:3"
audit --fix
is "it goes, the others stay" "$(sed -n 3p .flox/pkgs/app.nix)" "  dependencies = [ p.python p.numpy ];"
evaluates; audit
is "and there is nothing more" "$(tail -n 1 out)" "python3.13-app-1.0: 0 errors, 0 warnings"
cat >.flox/pkgs/middle.nix <<'END'
{ }: let p = import ../set.nix; in import ../mk.nix {
  pname = "middle"; version = "1";
  dependencies = with p; [
    numpy
    torch
  ];
}
END
app <<'END'
{ }: let p = import ../set.nix; in import ../mk.nix { pname = "app"; version = "1.0"; dependencies = [ p.python (import ./middle.nix { }) ]; }
END
audit
like "of two recipes on the way the nearest counts" "$(grep -A4 '\[slot\]' out)" "at .flox/pkgs/middle.nix:5"
audit --fix
is "and is mended" "$(sed -n 3,5p .flox/pkgs/middle.nix)" "  dependencies = with p; [
    numpy
  ];"
rm .flox/pkgs/middle.nix

# ---- what is missing ----
app <<'END'
{ }: let p = import ../set.nix; in import ../mk.nix {
  pname = "app"; version = "1.0"; requires = [ "attrs>=20" ];
  dependencies = with p; [ python ];
}
END
audit --fix
is "what it asks for, and the set has, is a dependency" "$(sed -n 3p .flox/pkgs/app.nix)" "  dependencies = with p; [ python attrs ];"
evaluates; audit
is "and there is nothing more" "$(tail -n 1 out)" "python3.13-app-1.0: 0 errors, 0 warnings"
app <<'END'
{ }: let p = import ../set.nix; in import ../mk.nix {
  pname = "app"; version = "1.0"; requires = [ "nowhere" ];
  dependencies = [ p.python ];
}
END
cp .flox/pkgs/app.nix before
audit --fix
is "what the set has not is left" "$(cmp before .flox/pkgs/app.nix && tail -n 1 out)" "nothing is certain enough to be mended"
app <<'END'
{ }: let p = import ../set.nix; in import ../mk.nix {
  pname = "app"; version = "1.0"; requires = [ "attrs" ];
  dependencies = [ p.python ] ++ (if true then [ ] else [ p.numpy ]);
}
END
cp .flox/pkgs/app.nix before
audit --fix
is "lists that are put together are left" "$(cmp before .flox/pkgs/app.nix && tail -n 1 out)" "nothing is certain enough to be mended"
printf '[[audit.exception]]\nrule = "missing"\nreason = "optional"\n' >.flox/kiln.toml
sed -i 's/ ++.*;/;/' .flox/pkgs/app.nix; evaluates; cp .flox/pkgs/app.nix before
audit --fix
is "what is excepted is not mended" "$(cmp before .flox/pkgs/app.nix && echo same)" same
rm .flox/kiln.toml
fails_like "--fix and another format" "tells in words" kiln audit --fix --json app
fails_like "--dry-run alone" "is of --fix" kiln audit --dry-run app
echo '{ }: syntax error' >.flox/pkgs/broken.nix
audit
like "a recipe that does not evaluate keeps nobody else's place" "$(cat out)" "at .flox/pkgs/app.nix"
audit --fix
is "nor from being mended" "$(grep -c '^mended: app: attrs is a dependency' out)" 1

# ---- sources that nothing fixes, and that move ----
kinds() { kiln build --no-link app >/dev/null 2>err || cat err; kiln audit --json app | python3 -c '
import json, sys
print(*[f["rule"] + ":" + f["severity"] + ":" + str(f["line"]) for r in json.load(sys.stdin) for f in r["findings"]])'; }
cat >.flox/d.nix <<'END'
attrs: derivation ({ name = "app"; system = builtins.currentSystem; builder = "/bin/sh"; PATH = builtins.getEnv "PATH";
  args = [ "-c" (attrs.script or "echo x >$out") ]; } // removeAttrs attrs [ "script" ])
END
git init -q -b main src && git -C src -c user.name=a -c user.email=a@b commit -q --allow-empty -m 1 && rev=$(git -C src rev-parse HEAD)
echo "{ }: import ../d.nix {
  src = builtins.fetchGit \"file://$PWD/src\";
}" >.flox/pkgs/app.nix
is "fetchGit of an address alone" "$(kinds)" "unlocked:error:2"
echo "{ }: import ../d.nix {
  src = builtins.fetchGit { url = \"file://$PWD/src\"; ref = \"main\"; };
}" >.flox/pkgs/app.nix
is "of a branch" "$(kinds)" "unlocked:error:2"
echo "{ }: import ../d.nix {
  src = builtins.fetchGit { url = \"file://$PWD/src\"; rev = \"$rev\"; };
  # fetchTarball \"in a remark\"
  text = \"fetchTarball \\\"in a text\\\"\";
}" >.flox/pkgs/app.nix
is "of a commit it is fixed" "$(kinds)" ""
app <<'END'
{ }: import ../d.nix { __noChroot = "1"; }
END
is "a build without a sandbox" "$(kinds)" "unlocked:error:1"
app <<'END'
{ }: let d = import ../d.nix; in d {
  src = d { name = "main.tar.gz"; url = "https://forge.example/o/r/archive/refs/heads/main.tar.gz"; outputHashMode = "flat";
    outputHashAlgo = "sha256"; outputHash = builtins.hashString "sha256" "x\n"; };
}
END
is "an archive of a branch, with a hash" "$(kinds)" "dynamic:warning:2"
app <<'END'
{ }: let d = import ../d.nix; tool = d { name = "tool"; }; lib = d { name = "lib"; }; in d {
  nativeBuildInputs = [ tool ]; buildInputs = [ lib ]; script = "echo ${tool} ${lib} >$out";
}
END
is "what is for building only, and stays" "$(kinds)" "build-input:warning:1"
app <<'END'
{ }: import ../d.nix { script = "echo ${builtins.toFile "slot-filling.json" "x"} >$out"; }
END
is "and what is not" "$(kinds)" ""

# ---- an environment ----
rm .flox/pkgs/broken.nix
app <<'END'
{ }: let p = import ../set.nix; in import ../mk.nix { pname = "app"; version = "1.0"; dependencies = [ p.python p.torch ]; }
END
mkdir -p "$T/env/.flox/env" && path=$(kiln build --no-link app) && cd "$T/env" || exit 1
printf 'version = 1\n[install]\napp.store-path = "%s"\n' "$path" >.flox/env/manifest.toml
fails_like "an environment that is not built" "is not built" kiln audit --env
kiln activate -- true >out 2>&1 || cat out
kiln audit --env >out
is "one that is, with torch in it" "$?:$(grep -c '\[slot\]' out)" "1:1"
like "and the way there" "$(cat out)" "why: .* → python3.13-app-1.0 → python3.13-torch-2.6"
printf '[audit.severity]\nslot = "off"\n' >.flox/kiln.toml
is "its own policy counts" "$(kiln audit --env | tail -n 1)" "env: 0 errors, 0 warnings"
fails_like "with a recipe's name" "two things to look at" kiln audit --env app
fails_like "and where there is none" "error: " kiln audit --env --project "$T/p"
