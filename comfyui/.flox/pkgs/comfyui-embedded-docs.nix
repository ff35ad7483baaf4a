# The help texts of ComfyUI's nodes.
{ lib, python3, fetchPypi }:

let
  pin = (import ../../versions.nix).web.comfyui_embedded_docs;
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-embedded-docs";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi (pin // { pname = "comfyui_embedded_docs"; format = "wheel"; dist = "py3"; python = "py3"; });
  doCheck = false;
  meta = {
    description = "Documentation of ComfyUI's nodes";
    license = lib.licenses.gpl3Only;
  };
}
