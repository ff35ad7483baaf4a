# Training and inference on any number of devices. The runtime's torch is used: neither this package nor what it needs brings another one.
{ lib, python3, fetchPypi, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.accelerate;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-accelerate";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;

  pythonRemoveDeps = [ "torch" ];
  dependencies = with python3.pkgs; [
    huggingface-hub
    numpy
    packaging
    psutil
    pyyaml
    safetensors
  ];
  pythonImportsCheck = [ "accelerate" ];
  doCheck = false;

  meta = {
    description = "Runs PyTorch models on whatever devices there are, with the torch of the runtime";
    homepage = "https://huggingface.co/docs/accelerate";
    license = lib.licenses.asl20;
    platforms = lib.platforms.linux;
  };
}
