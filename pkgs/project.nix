# The recipes of a project: `.flox/pkgs/NAME.nix` or `.flox/pkgs/NAME/default.nix`, each called with what
# it asks for. Arguments come from its siblings first, then from the package set; for its own name a
# recipe gets the set's package, so that it can build on it.
{ dir                     # .flox/pkgs, an absolute path
, nixpkgs ? ./.           # the set: this one, or a real nixpkgs
, system ? builtins.currentSystem
, config ? { }
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

  recipes = lib.mapAttrs
    (name: path: lib.callPackageWith (pkgs // removeAttrs recipes [ name ]) path { })
    byName;
in
if twice == [ ] then recipes
else throw "recipe '${lib.head twice}' is there twice: ${lib.head twice}.nix and ${lib.head twice}/default.nix\nhint: leave one of them out"
