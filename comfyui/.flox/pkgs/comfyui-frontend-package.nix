# The web interface that this release of ComfyUI pins.
{ lib, python3, fetchPypi }:

let
  pin = (import ../../versions.nix).web.comfyui_frontend_package;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-frontend-package";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi (pin // { pname = "comfyui_frontend_package"; format = "wheel"; dist = "py3"; python = "py3"; });
  doCheck = false;
  meta = {
    description = "Web interface of ComfyUI";
    license = lib.licenses.gpl3Only;
  };
}
