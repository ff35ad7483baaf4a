# Coloured messages on a terminal; nodes print with it.
{ lib, python3, fetchurl, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.cstr;
in
python3.pkgs.buildPythonPackage {
  pname = "cstr";
  inherit (pin) version;
  pyproject = true;
  src = fetchurl {
    name = "cstr-${pin.rev}.tar.gz";
    url = "https://github.com/${pin.owner}/${pin.repo}/archive/${pin.rev}.tar.gz";
    inherit (pin) sha256;
  };
  build-system = with python3.pkgs; [ setuptools wheel ];
  pythonImportsCheck = [ "cstr" ];
  doCheck = false;

  meta = {
    description = "Prints coloured messages, with tags for what they are";
    homepage = "https://github.com/WASasquatch/cstr";
    license = lib.licenses.mit;
    platforms = lib.platforms.all;
  };
}
