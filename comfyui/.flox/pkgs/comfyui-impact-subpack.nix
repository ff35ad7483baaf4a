# Impact Subpack: what of the Impact Pack needs Ultralytics.
{ lib, python3, callPackage, comfyui, comfyui-ultralytics, versions ? import ../../versions.nix }:

callPackage ../../nodes/from-github.nix { inherit comfyui; } [ ] "ComfyUI-Impact-Subpack" versions.nodes.impact-subpack {
  pname = "comfyui-impact-subpack";
  description = "Impact Subpack: detectors of parts of pictures by Ultralytics' models";
  license = lib.licenses.agpl3Only;
  # Ultralytics asks a name server whether there is a network when it is imported.
  connects = true;
  dependencies = [ comfyui-ultralytics ] ++ (with python3.pkgs; [
    dill
    matplotlib
    numpy
    opencv-python-headless
    pillow
    torch
    torchvision
  ]);
}
