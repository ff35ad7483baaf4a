# Backgrounds away. The runtime's torch is used: neither this package nor what it needs brings another one.
{ lib, python3, fetchPypi, comfyui-timm, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.transparent-background;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-transparent-background";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;

  pythonRemoveDeps = [ "torch" "torchvision" "timm" ];
  dependencies = [ comfyui-timm ] ++ (with python3.pkgs; [
    albucore
    albumentations
    easydict
    gdown
    kornia
    opencv-python
    pymatting
    pyyaml
    tqdm
    wget
  ]);
  pythonImportsCheck = [ "transparent_background" ];
  doCheck = false;

  meta = {
    description = "Removes the background of pictures and videos, with the torch of the runtime";
    homepage = "https://github.com/plemeri/transparent-background";
    license = lib.licenses.mit;
    platforms = [ "x86_64-linux" ];
  };
}
