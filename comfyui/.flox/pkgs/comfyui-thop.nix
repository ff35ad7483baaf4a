# What a model costs. The runtime's torch is used: neither this package nor what it needs brings another one.
{ lib, python3, fetchPypi, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.thop;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-thop";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;

  pythonRemoveDeps = [ "torch" ];
  dependencies = with python3.pkgs; [
    numpy
  ];
  pythonImportsCheck = [ "thop" ];
  doCheck = false;

  meta = {
    description = "Counts the operations and parameters of PyTorch models, with the torch of the runtime";
    homepage = "https://github.com/ultralytics/thop";
    license = lib.licenses.agpl3Only;
    platforms = lib.platforms.linux;
  };
}
