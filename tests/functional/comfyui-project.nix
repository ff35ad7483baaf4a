# What of the project in comfyui/ can be told without building: its recipes, what they say of themselves, and
# on which systems each of them evaluates.
{ root, release ? null }:
let
  inherit (import (root + "/pkgs/lib")) attrNames concatMap concatMapStrings concatStringsSep elem filter mapAttrsToList optionalAttrs;
  recipesOf = system: import (root + "/pkgs/project.nix")
    ({ dir = root + "/comfyui/.flox/pkgs"; inherit system; } // optionalAttrs (release != null) { inherit release; });
  here = recipesOf "x86_64-linux";
  lines = f: concatMapStrings (name: f name here.${name} + "\n") (attrNames here);

  platforms = listed:
    let has = system: elem system listed; in
    if has "aarch64-darwin" && has "aarch64-linux" && has "x86_64-linux" then "all"
    else if has "aarch64-linux" && has "x86_64-linux" then "linux"
    else concatStringsSep "," (map (s: builtins.head (builtins.match "(.*)-linux" s)) listed);
  missing = name: package: map (field: "${name} has no meta.${field}")
    (filter (field: !(package.meta ? ${field}) || package.meta.${field} == "") [ "description" "homepage" "license" "platforms" ]);
  # applications and data: what they are for is seen when they run
  isWhole = name: elem name [ "comfyui" "comfyui-complete" "comfyui-workflows" ];
  unchecked = name: package: if package ? check || isWhole name then [ ] else [ "${name} has no check" ];
  evaluates = system:
    let recipes = recipesOf system; in
    filter (name: (builtins.tryEval recipes.${name}.drvPath).success) (attrNames recipes);
in
{
  gaps = concatMapStrings (l: l + "\n") (concatMap (name: missing name here.${name} ++ unchecked name here.${name}) (attrNames here));
  matrix = lines (name: package: "${name} ${platforms package.meta.platforms}");
  evaluated = concatMapStrings (name: name + "\n") (evaluates "x86_64-linux");
  evaluatedThere = concatMapStrings (name: name + "\n") (evaluates "aarch64-linux");
  version = "${here.comfyui.version} ${here.comfyui-nodes-pypi.version} ${here.comfyui-frontend-package.version} ${here.comfyui-workflow-templates.version}";
  drv = here.comfyui.drvPath;
  # what of torch's kin a derivation is built from; its sources may be called so
  kin = name: filter (p: builtins.match ".*-python3[^-]*-(torch|torchvision|torchaudio|triton|timm|open-clip-torch|accelerate|peft|spandrel|ultralytics)-[0-9].*drv" p != null)
    (attrNames (builtins.getContext here.${name}.drvPath));
}
