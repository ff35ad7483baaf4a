# A node pack at a commit of its repository, for recipes of such packs: of what all packs of a bundle import,
# the name of its folder, its pin in versions.nix, and what it is. All else goes to comfyuiNode.
{ lib, fetchFromGitHub, comfyuiNode, comfyui }:

basic: nodeName: pin: { description, license, dependencies ? [ ], ... }@own:
comfyuiNode (removeAttrs own [ "description" "license" ] // {
  inherit nodeName comfyui;
  version = pin.version or (lib.substring 0 7 (lib.removePrefix "v" pin.rev));
  src = fetchFromGitHub { inherit (pin) owner repo rev hash; };
  dependencies = basic ++ dependencies;
  meta = {
    inherit description license;
    homepage = "https://github.com/${pin.owner}/${pin.repo}";
  };
})
