# The web interface that this release of ComfyUI pins.
{ lib, python3, fetchPypi, versions ? import ../../versions.nix }:

let
  pin = versions.web.comfyui_frontend_package;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-frontend-package";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;
  pythonImportsCheck = [ "comfyui_frontend_package" ];
  doCheck = false;
  meta = {
    description = "Web interface of ComfyUI";
    homepage = "https://github.com/Comfy-Org/ComfyUI_frontend";
    license = lib.licenses.gpl3Only;
    platforms = lib.platforms.all;
  };
}
