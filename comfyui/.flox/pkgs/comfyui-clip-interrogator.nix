# Prompts from pictures. The runtime's torch is used: neither this package nor what it needs brings another one.
{ lib, python3, fetchPypi, comfyui-accelerate, comfyui-open-clip-torch, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.clip-interrogator;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-clip-interrogator";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;

  pythonRemoveDeps = [ "torch" "torchvision" "open-clip-torch" ];
  dependencies = [ comfyui-accelerate comfyui-open-clip-torch ] ++ (with python3.pkgs; [
    pillow
    requests
    safetensors
    tqdm
    transformers
  ]);
  pythonImportsCheck = [ "clip_interrogator" ];
  doCheck = false;

  meta = {
    description = "Finds a prompt that describes a picture, with the torch of the runtime";
    homepage = "https://github.com/pharmapsychotic/clip-interrogator";
    license = lib.licenses.mit;
    platforms = lib.platforms.linux;
  };
}
