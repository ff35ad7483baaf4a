# Loudness of audio.
{ lib, python3, fetchPypi, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.pyloudnorm;
in
python3.pkgs.buildPythonPackage {
  pname = "pyloudnorm";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;

  dependencies = with python3.pkgs; [
    numpy
    scipy
  ];
  pythonImportsCheck = [ "pyloudnorm" ];
  doCheck = false;

  meta = {
    description = "Measures and normalises loudness as ITU-R BS.1770-4 says";
    homepage = "https://github.com/csteinmetz1/pyloudnorm";
    license = lib.licenses.mit;
    platforms = lib.platforms.all;
  };
}
