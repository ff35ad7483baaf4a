# Backgrounds away, by ONNX models.
{ lib, python3, fetchPypi, onnxruntime-noexecstack ? python3.pkgs.onnxruntime, versions ? import ../../versions.nix }:

let
  pin = versions.libraries.rembg;
in
python3.pkgs.buildPythonPackage {
  pname = "rembg";
  inherit (pin) version;
  format = "wheel";
  src = fetchPypi pin;

  dependencies = [ onnxruntime-noexecstack ] ++ (with python3.pkgs; [
    jsonschema
    numpy
    opencv-python-headless
    pillow
    pooch
    pymatting
    scikit-image
    scipy
    tqdm
  ]);
  # its import compiles pymatting by numba, which takes minutes and says no more of it
  NUMBA_DISABLE_JIT = "1";
  passthru.importCheck.environment.NUMBA_DISABLE_JIT = "1";
  pythonImportsCheck = [ "rembg" ];
  doCheck = false;

  meta = {
    description = "Removes the background of pictures";
    homepage = "https://github.com/danielgatis/rembg";
    license = lib.licenses.mit;
    platforms = lib.platforms.all;
  };
}
