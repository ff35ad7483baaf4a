# Faces: detection, alignment, parsing. The runtime's torch is used: neither this package nor what it needs brings another one.
{ lib, python3, fetchPypi, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.facexlib;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-facexlib";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;

  pythonRemoveDeps = [ "torch" "torchvision" ];
  dependencies = with python3.pkgs; [
    filterpy
    numba
    numpy
    opencv-python
    pillow
    scipy
    tqdm
  ];
  pythonImportsCheck = [ "facexlib" ];
  doCheck = false;

  meta = {
    description = "Detection, alignment, recognition and parsing of faces, with the torch of the runtime";
    homepage = "https://github.com/xinntao/facexlib";
    license = lib.licenses.mit;
    platforms = lib.platforms.linux;
  };
}
