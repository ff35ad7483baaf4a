# One wheel, installed by kiln's own builder: no shell, no interpreter but for the bytecode. This is how
# the whole lock is installed, and every recipe that only names a wheel and its dependencies.
{ lib, system, python, tools }:

{ pname, version, src, name
, dependencies      # packages, direct
, closure           # packages, with all that they need
, slots             # names of slots, direct
, pythonRemoveDeps ? [ ]
, pythonRelaxDeps ? [ ]
, dontCheckRuntimeDeps ? false
, dontCompile ? false
}:

let
  words = lib.concatStringsSep " ";
  libraryPath = lib.concatMapStringsSep ":" (p: "${p}/lib");
  drvArgs = {
    inherit name system;
    builder = "builtin:kiln-wheel-1";
    requiredSystemFeatures = [ "kiln" ];
    preferLocalBuild = true;
    wheel = src;
    inherit pname version;
    python = python.interpreter;
    pythonVersion = python.version;
    propagatedBuildInputs = dependencies;
    pythonPath = closure;
    slots = words slots;
    removeDeps = if builtins.isBool pythonRemoveDeps then (if pythonRemoveDeps then "*" else "") else words pythonRemoveDeps;
    relaxDeps = if builtins.isBool pythonRelaxDeps then (if pythonRelaxDeps then "*" else "") else words pythonRelaxDeps;
    checkDeps = dontCheckRuntimeDeps == false || dontCheckRuntimeDeps == null;
    compile = !dontCompile;
    runpath = libraryPath tools.libraries;
    loader = tools.glibc.loader or "${tools.glibc}/lib/${if system == "aarch64-linux" then "ld-linux-aarch64.so.1" else "ld-linux-x86-64.so.2"}";
    loaderPath = libraryPath tools.libraries;
    patchelf = "${tools.patchelf}/bin/patchelf";
  };
in
{ drv = derivation drvArgs; inherit drvArgs; }
