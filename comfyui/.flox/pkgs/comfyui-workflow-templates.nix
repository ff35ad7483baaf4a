# The workflows that ComfyUI's browser of templates offers: an index and five packages of media.
{ lib, python3, fetchPypi }:

let
  versions = import ../../versions.nix;

  wheel = name: pin: dependencies: python3.pkgs.buildPythonPackage {
    pname = lib.replaceStrings [ "_" ] [ "-" ] name;
    inherit (pin) version;
    format = "wheel";
    src = fetchPypi (pin // { pname = name; format = "wheel"; dist = "py3"; python = "py3"; });
    inherit dependencies;
    doCheck = false;
    meta = {
      description = "Workflow templates of ComfyUI";
      license = lib.licenses.mit;
    };
  };
in
wheel "comfyui_workflow_templates" versions.web.comfyui_workflow_templates
  (map (name: wheel name versions.templates.${name} [ ]) (builtins.attrNames versions.templates))
