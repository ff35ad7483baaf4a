# Files and folders at evaluation time.
{ lib }:

rec {
  inherit (builtins) baseNameOf dirOf isPath readDir hashFile;

  readFileType = builtins.readFileType or (path:
    if toString path == "/" then "directory" else (builtins.readDir (dirOf path)).${baseNameOf path});
  pathType = readFileType;
  pathIsDirectory = path: builtins.pathExists path && pathType path == "directory";
  pathIsRegularFile = path: builtins.pathExists path && pathType path == "regular";

  listFilesRecursive = dir:
    lib.concatLists (lib.mapAttrsToList
      (name: type: if type == "directory" then listFilesRecursive (dir + "/${name}") else [ (dir + "/${name}") ])
      (builtins.readDir dir));

  # The nearest folder upwards with a file that matches the regular expression, or null.
  locateDominatingFile = pattern: file:
    let
      go = dir:
        let matches = lib.filter (m: m != null) (map (builtins.match pattern) (lib.attrNames (builtins.readDir dir)));
        in
        if matches != [ ] then { path = dir; inherit matches; }
        else if toString dir == "/" then null
        else go (dirOf dir);
    in
    go (if toString file == "/" || (builtins.readDir (dirOf file)).${baseNameOf file} or null == "directory" then file else dirOf file);

  # NAME.nix and NAME/package.nix of a folder, each called; other folders are sets of the same.
  packagesFromDirectoryRecursive = args@{ callPackage, directory, newScope ? null }:
    let
      read = callPackage: scope: lib.concatMapAttrs
        (name: type:
          let path = directory + "/${name}"; in
          if type == "directory" then {
            ${name} = packagesFromDirectoryRecursive ({ inherit callPackage; directory = path; } // scope);
          }
          else if type != "regular" then throw "packagesFromDirectoryRecursive: '${toString path}' is a ${type}, expected a file or folder"
          else lib.optionalAttrs (lib.hasSuffix ".nix" name) { ${lib.removeSuffix ".nix" name} = callPackage path { }; })
        (builtins.readDir directory);
    in
    if builtins.pathExists (directory + "/package.nix") then callPackage (directory + "/package.nix") { }
    else if args ? newScope then
      lib.recurseIntoAttrs (lib.makeScope newScope (self: read self.callPackage { inherit (self) newScope; }))
    else read callPackage { };

  resolveDefaultNix = v:
    if pathIsDirectory v then v + "/default.nix"
    else if builtins.isString v && lib.hasSuffix "/" v then v + "default.nix"
    else v;
}
