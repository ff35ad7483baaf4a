# Small builders: files, scripts, merged folders, wrappers, shells.
final: prev:
let
  inherit (final) lib;

  # A derivation around one shell text.
  command = stdenv: env: name: text:
    stdenv.mkDerivation (
      {
        enableParallelBuilding = true;
        inherit name;
        buildCommand = text;
        passAsFile = [ "buildCommand" ] ++ (env.passAsFile or [ ]);
      }
      // removeAttrs env [ "passAsFile" ]
    );
  local = { preferLocalBuild = true; allowSubstitutes = false; };

  # A file's name without store folder and hash, free of context.
  nameOf = file:
    lib.last (builtins.match "([0-9a-z]{32}-)?(.*)" (baseNameOf (builtins.unsafeDiscardStringContext (toString file))));

  # Their names stand below, so that a file is read when something in it is asked for.
  own = { inherit lib command nameOf; inherit (lib) words; };
  text = import ./text.nix own final;
  trees = import ./trees.nix own final;
  sources = import ./sources.nix own final;
  hooks = import ./hooks.nix own final;
  desktop = import ./desktop.nix own final;
  closures = import ./closures.nix own final;
  shells = import ./shells.nix own final;
  checks = import ./checks.nix own final;
in
{
  runCommand = name: env: command final.stdenvNoCC env name;
  runCommandNoCC = final.runCommand;
  runCommandLocal = name: env: command final.stdenvNoCC (local // env) name;
  runCommandNoCCLocal = final.runCommandLocal;
  runCommandCC = name: env: command final.stdenv env name;
  runCommandWith = { stdenv ? final.stdenvNoCC, runLocal ? false, derivationArgs ? { }, name }: text:
    command stdenv (lib.optionalAttrs runLocal local // derivationArgs) name text;

  inherit (text)
    concatScript concatText concatTextFile writeBash writeBashBin writePython3 writePython3Bin writeScript
    writeScriptBin writeShellApplication writeShellScript writeShellScriptBin writeText writeTextDir
    writeTextFile writers;
  inherit (trees) buildEnv linkFarm linkFarmFromDrvs onlyBin symlinkJoin;
  inherit (sources) applyPatches replaceVars replaceVarsWith srcOnly substitute substituteAll;
  inherit (hooks)
    autoPatchelfHook copyDesktopItems installShellFiles makeBinaryWrapper makeSetupHook makeShellWrapper
    makeWrapper removeReferencesTo;
  inherit (desktop) makeDesktopItem;
  inherit (closures)
    closureInfo emptyDirectory emptyFile writeClosure writeDirectReferencesToFile writeReferencesToFile;
  inherit (shells) mkShell mkShellNoCC;
  inherit (checks) nix-update-script testers versionCheckHook writableTmpDirAsHomeHook;
}
