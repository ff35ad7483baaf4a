# PyTorch image models without torch in its closure.
{ lib, python3, fetchPypi }:

let
  pin = (import ../../versions.nix).rebuilt.timm;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-timm";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi (pin // { pname = "timm"; format = "wheel"; dist = "py3"; python = "py3"; });

  pythonRemoveDeps = [ "torch" "torchvision" ];
  dependencies = with python3.pkgs; [
    huggingface-hub
    pyyaml
    safetensors
  ];
  doCheck = false;

  meta = {
    description = "Image models, layers and pretrained weights, for the torch of the runtime";
    homepage = "https://huggingface.co/docs/timm";
    license = lib.licenses.asl20;
  };
}
