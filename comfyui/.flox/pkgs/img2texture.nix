# Seamless textures.
{ lib, python3, fetchPypi, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.img2texture;
in
python3.pkgs.buildPythonPackage {
  pname = "img2texture";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;

  # it works with newer ones
  pythonRelaxDeps = [ "pillow" ];
  dependencies = with python3.pkgs; [
    pillow
  ];
  pythonImportsCheck = [ "img2texture" ];
  doCheck = false;

  meta = {
    description = "Makes seamless tiles of pictures";
    homepage = "https://github.com/rtmigo/img2texture_py";
    license = lib.licenses.mit;
    platforms = lib.platforms.all;
  };
}
