# Colour science.
{ lib, python3, fetchPypi, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.colour-science;
in
python3.pkgs.buildPythonPackage {
  pname = "colour-science";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;

  dependencies = with python3.pkgs; [
    imageio
    numpy
    scipy
    typing-extensions
  ];
  pythonImportsCheck = [ "colour" ];
  doCheck = false;

  meta = {
    description = "Colour spaces, spectra, differences and appearance models";
    homepage = "https://www.colour-science.org";
    license = lib.licenses.bsd3;
    platforms = lib.platforms.all;
  };
}
