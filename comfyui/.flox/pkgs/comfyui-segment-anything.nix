# Segment Anything. The runtime's torch is used: neither this package nor what it needs brings another one.
{ lib, python3, fetchPypi, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.segment-anything;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-segment-anything";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;

  pythonRemoveDeps = [ "torch" "torchvision" ];
  dependencies = with python3.pkgs; [
    matplotlib
    numpy
    opencv-python
    pycocotools
  ];
  pythonImportsCheck = [ "segment_anything" ];
  doCheck = false;

  meta = {
    description = "Segments what is pointed at in pictures, with the torch of the runtime";
    homepage = "https://github.com/facebookresearch/segment-anything";
    license = lib.licenses.asl20;
    platforms = lib.platforms.linux;
  };
}
