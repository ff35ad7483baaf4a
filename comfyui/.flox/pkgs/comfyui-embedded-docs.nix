# The help texts of ComfyUI's nodes.
{ lib, python3, fetchPypi, versions ? import ../../versions.nix }:

let
  pin = versions.web.comfyui_embedded_docs;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-embedded-docs";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;
  pythonImportsCheck = [ "comfyui_embedded_docs" ];
  doCheck = false;
  meta = {
    description = "Documentation of ComfyUI's nodes";
    homepage = "https://github.com/Comfy-Org/embedded-docs";
    license = lib.licenses.gpl3Only;
    platforms = lib.platforms.all;
  };
}
