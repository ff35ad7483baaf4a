# Pictures as pixel art. The runtime's torch is used: neither this package nor what it needs brings another one.
{ lib, python3, fetchPypi, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.pixeloe;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-pixeloe";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;

  pythonRemoveDeps = [ "torch" "torchvision" ];
  dependencies = with python3.pkgs; [
    kornia
    numpy
    opencv-python-headless
    pillow
    slangpy
  ];
  pythonImportsCheck = [ "pixeloe" ];
  doCheck = false;

  meta = {
    description = "Turns pictures into pixel art that keeps their contrast, with the torch of the runtime";
    homepage = "https://github.com/KohakuBlueleaf/PixelOE";
    license = lib.licenses.asl20;
    platforms = [ "x86_64-linux" ];
  };
}
