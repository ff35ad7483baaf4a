# Impact Pack: detectors, detailers, wildcards and pipes.
{ lib, python3, fetchFromGitHub, comfyuiNode, comfyui, comfyui-sam2, comfyui-segment-anything, versions ? import ../../versions.nix }:

let
  pin = versions.nodes.impact-pack;
in
comfyuiNode {
  pname = "comfyui-plugins";
  nodeName = "ComfyUI-Impact-Pack";
  inherit comfyui;
  inherit (pin) version;
  src = fetchFromGitHub { inherit (pin) owner repo rev hash; };

  # its settings, and wildcards of the user's, are beside it
  writable = [ "impact-pack.ini" "custom_wildcards" ];
  exclude = [ "notebook" "test" "tests" "troubleshooting" "disable.py" ];
  dependencies = [ comfyui-sam2 comfyui-segment-anything ] ++ (with python3.pkgs; [
    dill
    gitpython
    matplotlib
    numpy
    opencv-python-headless
    piexif
    pillow
    scikit-image
    scipy
    torch
    torchvision
    transformers
  ]);

  meta = {
    description = "Impact Pack: nodes that detect, segment and refine parts of pictures";
    homepage = "https://github.com/ltdrdata/ComfyUI-Impact-Pack";
    license = lib.licenses.gpl3Only;
    platforms = lib.platforms.linux;
  };
}
