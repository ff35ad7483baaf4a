# What python3.pkgs has besides the lock's projects: builders, helpers, slots and nixpkgs' other names.
{ lib, python, build, slots, makeSetupHook, fetchPypi, topLevel, final }:

let
  cv2 = final.opencv-python-headless;
  absent = import ./absent.nix { inherit lib; };
  inherit (build) buildPythonPackage buildPythonApplication;
in
{
  inherit lib python buildPythonPackage buildPythonApplication fetchPypi;
  inherit (build) requiredPythonModules hasPythonModule toPythonModule toPythonApplication disabledIf makePythonPath wrapPython;
  inherit (python) pythonVersion pythonAtLeast pythonOlder isPy3k isPy3 isPyPy isPy27;
  pythonPackages = final;
  # Of names that the set lacks; see lib.words.
  __missing = {
    first = name:
      if absent ? ${name} then absent.${name}
      else if lib.words.isGpu name then lib.words.gpu
      else if builtins.match "[a-z].*" name != null && topLevel ? ${name} then "it is no Python package: ask for ${name} itself"
      else null;
    last = name: "python3.pkgs has what its lock names: give ${name} a recipe of its own, .flox/pkgs/${name}.nix, and ask for it there";
  };
  buildPythonModule = buildPythonPackage;

  # One provider of cv2 stands for every project that ships it.
  opencv4 = cv2;
  opencv-python = cv2;
  opencv-contrib-python = cv2;
  opencv-contrib-python-headless = cv2;


  # Projects that are missing here -> the reason.
  absentProjects = absent;

  # nixpkgs' other spellings
  pytorch = final.torch;
  torch-bin = final.torch;
  # For which devices torch is made is the filling's affair.
  torchWithCuda = final.torch;
  torchWithoutCuda = final.torch;
  torchvision-bin = final.torchvision;
  torchaudio-bin = final.torchaudio;
  openai-triton = final.triton;

  # Hooks that buildPythonPackage brings of itself; recipes may name them.
  pythonRelaxDepsHook = null;
  pythonImportsCheckHook = null;
  pythonRemoveBinBytecodeHook = null;
  pythonRemoveTestsDirHook = null;
  pythonRuntimeDepsCheckHook = null;
  pypaBuildHook = null;
  pypaInstallHook = null;
  pipBuildHook = null;
  pipInstallHook = null;
  setuptoolsBuildHook = null;
  wheelUnpackHook = null;
  pytestCheckHook = makeSetupHook { name = "pytest-check-hook"; propagatedBuildInputs = [ final.pytest ]; } ./pytest-hook.sh;
  unittestCheckHook = makeSetupHook { name = "unittest-check-hook"; } ./unittest-hook.sh;
} // slots.markers
