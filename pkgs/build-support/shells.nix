# Environments to work in: the inputs of other packages and more, for `kiln develop` and its like.
{ lib, ... }: final:

let
  mkShell = stdenv: args@{ name ? "nix-shell", packages ? [ ], inputsFrom ? [ ], buildInputs ? [ ], nativeBuildInputs ? [ ]
    , propagatedBuildInputs ? [ ], propagatedNativeBuildInputs ? [ ], shellHook ? "", ... }:
    let
      merged = field: (args.${field} or [ ]) ++ lib.subtractLists inputsFrom (lib.concatMap (p: lib.filter (x: x != null) (lib.flatten [ (p.${field} or [ ]) ])) inputsFrom);
    in
    stdenv.mkDerivation (removeAttrs args [ "packages" "inputsFrom" ] // {
      inherit name;
      buildInputs = merged "buildInputs";
      nativeBuildInputs = packages ++ merged "nativeBuildInputs";
      propagatedBuildInputs = merged "propagatedBuildInputs";
      propagatedNativeBuildInputs = merged "propagatedNativeBuildInputs";
      shellHook = lib.concatStringsSep "\n" (lib.catAttrs "shellHook" (lib.reverseList inputsFrom ++ [ args ]));
      phases = args.phases or [ "buildPhase" ];
      # who builds it gets what the inputs are, and nothing to run
      buildPhase = args.buildPhase or ''export >>"$out"'';
      preferLocalBuild = args.preferLocalBuild or true;
    });
  overridable = { stdenv }: lib.setFunctionArgs (mkShell stdenv) { } // {
    override = f: overridable ({ inherit stdenv; } // (if builtins.isFunction f then f { inherit stdenv; } else f));
  };
in
{
  mkShell = overridable { inherit (final) stdenv; };
  mkShellNoCC = final.mkShell.override { stdenv = final.stdenvNoCC; };
}
