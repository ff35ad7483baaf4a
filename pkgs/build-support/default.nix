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

  own = { inherit lib command nameOf; inherit (lib) words; };
in
{
  runCommand = name: env: command final.stdenvNoCC env name;
  runCommandNoCC = final.runCommand;
  runCommandLocal = name: env: command final.stdenvNoCC (local // env) name;
  runCommandNoCCLocal = final.runCommandLocal;
  runCommandCC = name: env: command final.stdenv env name;
  runCommandWith = { stdenv ? final.stdenvNoCC, runLocal ? false, derivationArgs ? { }, name }: text:
    command stdenv (lib.optionalAttrs runLocal local // derivationArgs) name text;
}
// import ./text.nix own final
// import ./trees.nix own final
// import ./sources.nix own final
// import ./hooks.nix own final
// import ./desktop.nix own final
// import ./closures.nix own final
// import ./shells.nix own final
// import ./checks.nix own final
