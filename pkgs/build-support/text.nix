# Files of a recipe's text: plain ones, scripts, several in one.
{ lib, command, ... }: final:

let
  shell = final.runtimeShell;
  # bash reads the script, and runs nothing of it
  checkScript = ''${shell} -n -O extglob "$target"'';

  # Programs are called as their file.
  program = destination: executable:
    let m = builtins.match "/bin/([^/]+)" destination;
    in lib.optionalAttrs (executable && m != null) { mainProgram = lib.head m; };

  place = destination: ''target=$out${lib.escapeShellArg destination}'';
in
{
  writeTextFile = { name, text, executable ? false, destination ? "", checkPhase ? "", meta ? { }
    , allowSubstitutes ? false, preferLocalBuild ? true, derivationArgs ? { }, passthru ? { } }:
    command final.stdenvNoCC
      ({
        inherit text executable checkPhase allowSubstitutes preferLocalBuild passthru;
        meta = program destination executable // meta;
      } // derivationArgs // {
        passAsFile = [ "text" ] ++ derivationArgs.passAsFile or [ ];
      })
      name
      ''
        ${place destination}
        mkdir -p "$(dirname "$target")"
        if [ -e "$textPath" ]; then mv "$textPath" "$target"; else printf %s "$text" >"$target"; fi
        if [ -n "$executable" ]; then chmod +x "$target"; fi
        eval "$checkPhase"
      '';
  writeText = name: text: final.writeTextFile { inherit name text; };
  writeTextDir = path: text: final.writeTextFile {
    name = baseNameOf path;
    inherit text;
    destination = "/${path}";
  };
  writeScript = name: text: final.writeTextFile { inherit name text; executable = true; };
  writeScriptBin = name: text: final.writeTextFile {
    inherit name text;
    executable = true;
    destination = "/bin/${name}";
  };
  writeShellScript = name: text: final.writeTextFile {
    inherit name;
    executable = true;
    text = "#!${shell}\n${text}\n";
    checkPhase = checkScript;
  };
  writeShellScriptBin = name: text: final.writeTextFile {
    inherit name;
    executable = true;
    destination = "/bin/${name}";
    text = "#!${shell}\n${text}\n";
    checkPhase = checkScript;
  };

  # A script that names its programs, and is looked at by shellcheck where the set has that.
  writeShellApplication = { name, text, runtimeInputs ? [ ], runtimeEnv ? null, inheritPath ? true, meta ? { }, passthru ? { }
    , checkPhase ? null, excludeShellChecks ? [ ], extraShellCheckFlags ? [ ]
    , bashOptions ? [ "errexit" "nounset" "pipefail" ], derivationArgs ? { } }:
    final.writeTextFile {
      inherit name passthru derivationArgs;
      meta = { mainProgram = name; } // meta;
      executable = true;
      destination = "/bin/${name}";
      allowSubstitutes = true;
      preferLocalBuild = false;
      text = "#!${shell}\n"
        + lib.concatMapStrings (o: "set -o ${o}\n") bashOptions
        + lib.optionalString (runtimeEnv != null)
          (lib.concatStrings (lib.mapAttrsToList (n: v: "${lib.toShellVar n v}\nexport ${n}\n") runtimeEnv))
        + lib.optionalString (runtimeInputs != [ ])
          ''

            export PATH="${lib.makeBinPath runtimeInputs}${lib.optionalString inheritPath ":$PATH"}"
          ''
        + "\n${text}\n";
      checkPhase =
        if checkPhase != null then checkPhase
        else ''
          runHook preCheck
          ${checkScript}
          ${lib.optionalString (final ? shellcheck) ''
            ${final.shellcheck}/bin/shellcheck ${
              lib.escapeShellArgs (lib.optionals (excludeShellChecks != [ ]) [ "--exclude" (lib.concatStringsSep "," excludeShellChecks) ] ++ extraShellCheckFlags)
            } "$target"''}
          runHook postCheck
        '';
    };

  # Files one behind the other.
  concatTextFile = { name, files, executable ? false, destination ? "", checkPhase ? "", meta ? { }, passthru ? { } }:
    final.runCommandLocal name
      { inherit files executable checkPhase passthru; meta = program destination executable // meta; }
      ''
        ${place destination}
        mkdir -p "$(dirname "$target")"
        cat $files >"$target"
        if [ -n "$executable" ]; then chmod +x "$target"; fi
        eval "$checkPhase"
      '';
  concatText = name: files: final.concatTextFile { inherit name files; };
  concatScript = name: files: final.concatTextFile { inherit name files; executable = true; };

  # Scripts in other languages: a name, or "/bin/NAME" for a folder with that program. Of Python the
  # syntax is checked; flakeIgnore is taken for nixpkgs' sake, as nothing here looks at style.
  writers =
    let
      script = interpreter: check: path: text:
        let absolute = lib.hasPrefix "/" path; in
        final.writeTextFile {
          name = baseNameOf path;
          destination = lib.optionalString absolute path;
          executable = true;
          text = "#! ${interpreter}\n${text}\n";
          checkPhase = check;
        };
      # A writer takes its options before the text, or none.
      withOptions = f: path: given: if builtins.isAttrs given && !lib.isDerivation given then f path given else f path { } given;
      bin = write: name: write "/bin/${name}";

      writeBash = withOptions (path: { makeWrapperArgs ? [ ], check ? checkScript }: text:
        if makeWrapperArgs != [ ] then throw "writers.writeBash: makeWrapperArgs is not known here: wrap the script with makeWrapper"
        else script shell check path text);
      writePython3 = withOptions (path: { libraries ? [ ], flakeIgnore ? [ ], doCheck ? true, makeWrapperArgs ? [ ] }: text:
        let
          python = final.python3;
          packages = if builtins.isFunction libraries then libraries python.pkgs else libraries;
          interpreter = if packages == [ ] then python.interpreter else "${python.withPackages (_: packages)}/bin/python3";
        in
        if makeWrapperArgs != [ ] then throw "writers.writePython3: makeWrapperArgs is not known here: wrap the script with makeWrapper"
        else script interpreter
          (lib.optionalString doCheck ''${python.interpreter} -c 'import sys; compile(open(sys.argv[1], "rb").read(), sys.argv[1], "exec")' "$target"'')
          path
          text);
    in
    {
      inherit writeBash writePython3;
      writeBashBin = bin writeBash;
      writePython3Bin = bin writePython3;
      inherit (final) writeText;
      writeJSON = name: value: final.writeText name (builtins.toJSON value);
    };
  inherit (final.writers) writeBash writeBashBin writePython3 writePython3Bin;
}
