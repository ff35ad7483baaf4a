# Image models. The runtime's torch is used: neither this package nor what it needs brings another one.
{ lib, python3, fetchPypi, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.timm;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-timm";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;

  pythonRemoveDeps = [ "torch" "torchvision" ];
  dependencies = with python3.pkgs; [
    huggingface-hub
    pyyaml
    safetensors
  ];
  pythonImportsCheck = [ "timm" ];
  doCheck = false;

  meta = {
    description = "Image models, layers and pretrained weights, with the torch of the runtime";
    homepage = "https://huggingface.co/docs/timm";
    license = lib.licenses.asl20;
    platforms = lib.platforms.linux;
  };
}
