# CLIP models. The runtime's torch is used: neither this package nor what it needs brings another one.
{ lib, python3, fetchPypi, comfyui-timm, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.open-clip-torch;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-open-clip-torch";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;

  pythonRemoveDeps = [ "torch" "torchvision" "timm" ];
  dependencies = [ comfyui-timm ] ++ (with python3.pkgs; [
    ftfy
    huggingface-hub
    regex
    safetensors
    tqdm
  ]);
  pythonImportsCheck = [ "open_clip" ];
  doCheck = false;

  meta = {
    description = "CLIP models and their training, with the torch of the runtime";
    homepage = "https://github.com/mlfoundations/open_clip";
    license = lib.licenses.mit;
    platforms = lib.platforms.linux;
  };
}
