# Every derivation of the set and of the project, by attribute path: what both evaluators must agree on.
{ root }:

let
  pkgs = import (root + "/pkgs") { system = "x86_64-linux"; };
  project = import (root + "/pkgs/project.nix") { dir = root + "/comfyui/.flox/pkgs"; system = "x86_64-linux"; };
  inherit (pkgs) lib;

  drvs = prefix: set: lib.concatMap
    (name:
      let got = builtins.tryEval (let v = set.${name}; in if v.type or null == "derivation" then v.drvPath else null);
      in lib.optional (got.success && got.value != null) "${prefix}.${name} ${got.value}")
    (builtins.attrNames set);
in
lib.concatLists [
  (drvs "pkgs" pkgs)
  (drvs "debian" pkgs.debian.packages)
  (drvs "python3.pkgs" pkgs.python3.pkgs)
  (drvs "comfyui" project)
]
