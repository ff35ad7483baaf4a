# The workflows that ComfyUI's browser of templates offers: one wheel, or, of newer releases, an index and
# five packages of media.
{ lib, python3, fetchPypi, versions ? import ../../versions.nix }:

let
  package = pin: dependencies: python3.pkgs.buildPythonPackage {
    pname = lib.replaceStrings [ "_" ] [ "-" ] pin.pname;
    inherit (pin) version;
    format = "wheel";
    src = fetchPypi pin;
    inherit dependencies;
    pythonImportsCheck = [ pin.pname ];
    doCheck = false;
    meta = {
      description = "Workflow templates of ComfyUI";
      homepage = "https://github.com/Comfy-Org/workflow_templates";
      license = lib.licenses.mit;
      platforms = lib.platforms.all;
    };
  };
in
package versions.web.comfyui_workflow_templates
  (map (pin: package pin [ ]) (builtins.attrValues versions.templates))
