# Packages that are a piece of shell for those who have them among their inputs.
{ lib, command, ... }: final:

let
  inherit (final) stdenv;
  shell = final.runtimeShell;
in
{
  makeSetupHook = { name ? "hook", propagatedBuildInputs ? [ ], propagatedNativeBuildInputs ? [ ], depsTargetTargetPropagated ? [ ]
    , meta ? { }, passthru ? { }, substitutions ? { } }: script:
    command final.stdenvNoCC
      (substitutions // {
        inherit meta passthru;
        hookInputs = propagatedBuildInputs ++ propagatedNativeBuildInputs ++ depsTargetTargetPropagated;
        preferLocalBuild = true;
        allowSubstitutes = false;
      })
      name
      ''
        mkdir -p $out/nix-support
        cp ${script} $out/nix-support/setup-hook
        chmod u+w $out/nix-support/setup-hook
        if [ -n "$hookInputs" ]; then printf '%s\n' $hookInputs > $out/nix-support/propagated-build-inputs; fi
        substituteInPlace $out/nix-support/setup-hook ${lib.concatStringsSep " " (
          lib.mapAttrsToList (n: v: "--subst-var-by ${lib.escapeShellArg n} ${lib.escapeShellArg "${toString v}"}") substitutions)}
      '';
  makeWrapper = final.makeSetupHook { name = "make-wrapper-hook"; substitutions = { inherit shell; }; } ./make-wrapper.sh;
  makeShellWrapper = final.makeWrapper;
  # The wrapper is a program, which may be where a script may not: as a shebang's interpreter.
  # Without a compiler a shell's does the same.
  makeBinaryWrapper =
    if stdenv.hasCC or false
    then final.makeSetupHook { name = "make-binary-wrapper-hook"; substitutions.cc = stdenv.cc; } ./make-binary-wrapper.sh
    else final.makeWrapper;

  autoPatchelfHook = final.makeSetupHook
    {
      name = "auto-patchelf-hook";
      propagatedBuildInputs = [ final.patchelf ];
      substitutions = {
        interpreter = stdenv.cc.bintools.dynamicLinker;
        inherit (final) glibc gccLibs;
      };
    } ./auto-patchelf.sh;
  installShellFiles = final.makeSetupHook { name = "install-shell-files"; } ./install-shell-files.sh;
  copyDesktopItems = final.makeSetupHook { name = "copy-desktop-items-hook"; } ./copy-desktop-items.sh;

  removeReferencesTo = final.writeTextFile {
    name = "remove-references-to";
    executable = true;
    destination = "/bin/remove-references-to";
    text = "#!${shell}\nexport PATH=${lib.makeBinPath [ final.gnused final.coreutils ]}\n"
      + builtins.readFile ./remove-references-to.sh;
  };
}
