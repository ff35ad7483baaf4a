# Impact Subpack: what of the Impact Pack needs Ultralytics.
{ lib, python3, fetchFromGitHub, comfyuiNode, comfyui, comfyui-ultralytics, versions ? import ../../versions.nix }:

let
  pin = versions.nodes.impact-subpack;
in
comfyuiNode {
  pname = "comfyui-impact-subpack";
  nodeName = "ComfyUI-Impact-Subpack";
  inherit comfyui;
  inherit (pin) version;
  src = fetchFromGitHub { inherit (pin) owner repo rev hash; };

  dependencies = [ comfyui-ultralytics ] ++ (with python3.pkgs; [
    dill
    matplotlib
    numpy
    opencv-python-headless
    pillow
    torch
    torchvision
  ]);

  meta = {
    description = "Impact Subpack: detectors of parts of pictures by Ultralytics' models";
    homepage = "https://github.com/ltdrdata/ComfyUI-Impact-Subpack";
    license = lib.licenses.agpl3Only;
    platforms = lib.platforms.linux;
  };
}
