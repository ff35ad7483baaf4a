# The recipes of a project: `.flox/pkgs/NAME.nix` or `.flox/pkgs/NAME/default.nix`, each called with what
# it asks for. Arguments come from its siblings first, then from the package set; for its own name a
# recipe gets the set's package, so that it can build on it.
#
# A project may have releases: `versions.nix` in its folder is a set of whatever its recipes are made from,
# and `releases.NAME` in it what is otherwise for NAME. Recipes get it by asking for `versions`; with a
# release, what that says stands above the rest.
{ dir                     # .flox/pkgs, an absolute path
, nixpkgs ? ./.           # the set: this one, or a real nixpkgs
, system ? builtins.currentSystem
, config ? { }
, release ? null          # a name among the releases; null: what versions.nix says of itself
, overlays ? [ ]
}:

let
  # Only kiln's set knows the project's own locks.
  own = if nixpkgs == ./. then { pythonLocks = dir + "/.."; } else { };
  pkgs = import nixpkgs ({ inherit system config overlays; } // own);
  inherit (pkgs) lib;

  entries = if builtins.pathExists dir then builtins.readDir dir else { };
  isRecipe = name: type:
    lib.hasSuffix ".nix" name && type != "directory"
    || type != "regular" && builtins.pathExists (dir + "/${name}/default.nix");
  found = lib.filterAttrs isRecipe entries;
  byName = lib.mapAttrs' (file: _: lib.nameValuePair (lib.removeSuffix ".nix" file) (dir + "/${file}")) found;
  twice = lib.filter (n: entries ? "${n}.nix" && found ? ${n}) (lib.attrNames byName);

  file = dir + "/../../versions.nix";
  # Of a project without that file nobody has versions, so that a recipe's own default holds.
  versions = lib.optionalAttrs (release != null || builtins.pathExists file) { versions = ofRelease (import file); };
  noFile = throw "release '${release}': the project has no versions.nix\nhint: its attribute releases.NAME is what the release NAME is made from";
  ofRelease = all:
    if release == null then all
    else if !builtins.pathExists file then noFile
    else if all ? releases.${release} then all // all.releases.${release} // { inherit release; }
    else throw (lib.words.noRelease release (lib.attrNames (all.releases or { })));

  recipes = lib.mapAttrs
    (name: path: lib.callPackageWith (pkgs // versions // removeAttrs recipes [ name ]) path { })
    byName;
in
if twice == [ ] then recipes
else throw "recipe '${lib.head twice}' is there twice: ${lib.head twice}.nix and ${lib.head twice}/default.nix\nhint: leave one of them out"
