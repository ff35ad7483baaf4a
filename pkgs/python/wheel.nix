# One wheel, installed by kiln's own builder: no shell, no interpreter but for the bytecode. This is how
# the whole lock is installed, and every recipe that only names a wheel and its dependencies.
{ lib, system, wheelTools }:

{ pname, version, src, name
, dependencies      # packages, direct
, closure           # packages, with all that they need
, slots             # names of slots, direct
, pythonRemoveDeps ? [ ]
, pythonRelaxDeps ? [ ]
, dontCheckRuntimeDeps ? null  # null: what is not satisfied is a warning
, dontCompile ? false
, wrongRecord ? false          # the wheel's RECORD is known to be wrong
, libraries ? [ ]              # packages with libraries that the wheel expects of its host
}:

let
  words = lib.concatStringsSep " ";
  drvArgs = wheelTools // {
    inherit name system;
    builder = "builtin:kiln-wheel-1";
    requiredSystemFeatures = [ "kiln" ];
    preferLocalBuild = true;
    wheel = src;
    inherit pname version;
    propagatedBuildInputs = dependencies;
    pythonPath = closure;
    slots = words slots;
    removeDeps = if builtins.isBool pythonRemoveDeps then (if pythonRemoveDeps then "*" else "") else words pythonRemoveDeps;
    relaxDeps = if builtins.isBool pythonRelaxDeps then (if pythonRelaxDeps then "*" else "") else words pythonRelaxDeps;
    checkDeps = if dontCheckRuntimeDeps == null then "warn" else !dontCheckRuntimeDeps;
    compile = !dontCompile;
  } // lib.optionalAttrs wrongRecord { checkRecord = "warn"; }
  // lib.optionalAttrs (libraries != [ ]) {
    runpath = lib.concatStringsSep ":" ([ wheelTools.runpath ] ++ map (p: "${p}/lib") libraries);
  };
in
{ drv = derivation drvArgs; inherit drvArgs; }
