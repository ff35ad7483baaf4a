# comfyui-complete as far as PyPI carries it: the packs of comfyui-nodes-pypi, and in cstr's place another package.
{ root }:
let
  r = import (root + "/pkgs/project.nix") { dir = root + "/comfyui/.flox/pkgs"; };
  inherit (import (root + "/pkgs") { }) python3;
in
r.comfyui-complete.override {
  comfyui-extras = r.comfyui-extras.override { cstr = python3.pkgs.piexif; };
  versions = import (root + "/comfyui/versions.nix") // { complete = { nodes = [ "comfyui-nodes-pypi" ]; }; };
  comfyui-custom-nodes = null;
  comfyui-impact-subpack = null;
  comfyui-plugins = null;
  comfyui-videogen = null;
}
