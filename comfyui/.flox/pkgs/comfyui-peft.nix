# Adapters such as LoRA. The runtime's torch is used: neither this package nor what it needs brings another one.
{ lib, python3, fetchPypi, comfyui-accelerate, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.peft;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-peft";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;

  pythonRemoveDeps = [ "torch" "accelerate" ];
  dependencies = [ comfyui-accelerate ] ++ (with python3.pkgs; [
    huggingface-hub
    numpy
    packaging
    psutil
    pyyaml
    safetensors
    tqdm
    transformers
  ]);
  pythonImportsCheck = [ "peft" ];
  doCheck = false;

  meta = {
    description = "LoRA and other small adapters of large models, with the torch of the runtime";
    homepage = "https://huggingface.co/docs/peft";
    license = lib.licenses.asl20;
    platforms = lib.platforms.linux;
  };
}
