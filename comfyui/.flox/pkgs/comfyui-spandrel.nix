# Loads upscalers and restorers of many architectures. The runtime's torch is used: neither this package nor what it needs brings another one.
{ lib, python3, fetchPypi, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.spandrel;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-spandrel";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;

  pythonRemoveDeps = [ "torch" "torchvision" ];
  dependencies = with python3.pkgs; [
    einops
    numpy
    safetensors
    typing-extensions
  ];
  pythonImportsCheck = [ "spandrel" ];
  doCheck = false;

  meta = {
    description = "Loads super resolution and restoration models of many architectures, with the torch of the runtime";
    homepage = "https://github.com/chaiNNer-org/spandrel";
    license = lib.licenses.mit;
    platforms = lib.platforms.linux;
  };
}
