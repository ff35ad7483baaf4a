# A package tree of files, its packages called with what they ask for: the drv path of each.
let
  inherit (builtins) attrNames concatMap functionArgs intersectAttrs length listToAttrs readDir replaceStrings;
  lib = {
    optional = c: x: if c then [ x ] else [ ];
    licenses = { mit = { free = true; spdxId = "MIT"; }; gpl3 = { free = true; spdxId = "GPL-3.0"; }; };
  };
  fetchurl = { url, hash }: derivation {
    name = baseNameOf url;
    builder = "builtin:fetchurl";
    system = "builtin";
    inherit url;
    outputHash = hash;
    outputHashAlgo = null;
    outputHashMode = "flat";
  };
  mkDerivation = { pname, version, outputs ? [ "out" ], buildInputs ? [ ], meta ? { }, ... }@args:
    derivation (removeAttrs args [ "meta" ] // {
      name = "${pname}-${version}";
      system = "x86_64-linux";
      builder = "/bin/sh";
      args = [ "-e" ./default.nix ];
      inherit outputs buildInputs;
      propagated = concatMap (p: p.buildInputs or [ ]) buildInputs;
    }) // { inherit pname version meta buildInputs; overrideAttrs = f: mkDerivation (args // f args); };
  callPackage = file: let f = import file; in f (intersectAttrs (functionArgs f) set);
  set = { inherit lib fetchurl mkDerivation; } // packages;
  packages = listToAttrs (map
    (name: { name = replaceStrings [ ".nix" ] [ "" ] name; value = callPackage (./by-name + "/${name}"); })
    (attrNames (readDir ./by-name)));
in
map (name: packages.${name}.drvPath) (attrNames packages)
