# A wrapper of ffmpeg's command line.
{ lib, python3, fetchPypi, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.ffmpy;
in
python3.pkgs.buildPythonPackage {
  pname = "ffmpy";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;

  dependencies = [ ];
  pythonImportsCheck = [ "ffmpy" ];
  doCheck = false;

  meta = {
    description = "Builds and runs FFmpeg command lines";
    homepage = "https://github.com/Ch00k/ffmpy";
    license = lib.licenses.mit;
    platforms = lib.platforms.all;
  };
}
