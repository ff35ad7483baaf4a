# Every derivation of the set and of the project, by attribute path: what both evaluators must agree on.
{ root }:

let
  pkgs = import (root + "/pkgs") { system = "x86_64-linux"; };
  project = import (root + "/pkgs/project.nix") { dir = root + "/comfyui/.flox/pkgs"; system = "x86_64-linux"; };
  inherit (pkgs) lib;
  # NVIDIA's licence is no free one
  unfree = import (root + "/pkgs") { system = "x86_64-linux"; config.allowUnfree = true; };
  # what builders and fetchers make: of each a call
  builders = lib.mapAttrsToList (name: drv: "${name} ${drv.drvPath}") (import ./builders.nix { inherit pkgs; });

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
  (drvs "cudaPackages_12" unfree.cudaPackages_12)
  (drvs "cudaPackages_13" unfree.cudaPackages_13)
  builders
]
