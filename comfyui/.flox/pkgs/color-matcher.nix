# Colours from one picture to another.
{ lib, python3, fetchPypi, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.color-matcher;
in
python3.pkgs.buildPythonPackage {
  pname = "color-matcher";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;

  dependencies = with python3.pkgs; [
    ddt
    docutils
    imageio
    matplotlib
    numpy
    packaging
  ];
  pythonImportsCheck = [ "color_matcher" ];
  doCheck = false;

  meta = {
    description = "Gives a picture the colours of another one";
    homepage = "https://github.com/hahnec/color-matcher";
    license = lib.licenses.gpl3Only;
    platforms = lib.platforms.all;
  };
}
