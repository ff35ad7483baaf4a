# Preprocessors of ControlNet. The runtime's torch is used: neither this package nor what it needs brings another one.
{ lib, python3, fetchPypi, comfyui-timm, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.controlnet-aux;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-controlnet-aux";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;

  pythonRemoveDeps = [ "torch" "torchvision" "timm" ];
  dependencies = [ comfyui-timm ] ++ (with python3.pkgs; [
    einops
    filelock
    huggingface-hub
    importlib-metadata
    numpy
    opencv-python-headless
    pillow
    scikit-image
    scipy
  ]);
  pythonImportsCheck = [ "controlnet_aux" ];
  doCheck = false;

  meta = {
    description = "Edges, poses, depths and other conditions for ControlNet, with the torch of the runtime";
    homepage = "https://github.com/huggingface/controlnet_aux";
    license = lib.licenses.asl20;
    platforms = lib.platforms.linux;
  };
}
