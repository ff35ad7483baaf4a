# Impact Pack: detectors, detailers, wildcards and pipes.
{ lib, python3, callPackage, comfyui, comfyui-sam2, comfyui-segment-anything, versions ? import ../../versions.nix }:

callPackage ../../nodes/from-github.nix { inherit comfyui; } [ ] "ComfyUI-Impact-Pack" versions.nodes.impact-pack {
  pname = "comfyui-plugins";
  description = "Impact Pack: nodes that detect, segment and refine parts of pictures";
  license = lib.licenses.gpl3Only;

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
}
