# Small builders: files, scripts, merged folders, wrappers.
final: prev:
let
  inherit (final) lib;
  # nothing here compiles
  stdenv = final.stdenvNoCC;
  shell = stdenv.shell;

  # A derivation around one shell text.
  command = stdenv': env: name: text:
    stdenv'.mkDerivation (
      {
        enableParallelBuilding = true;
        inherit name;
        buildCommand = text;
        passAsFile = [ "buildCommand" ] ++ (env.passAsFile or [ ]);
      }
      // removeAttrs env [ "passAsFile" ]
    );

  # A file's name without store folder and hash, free of context.
  nameOf = file:
    lib.last (builtins.match "([0-9a-z]{32}-)?(.*)" (baseNameOf (builtins.unsafeDiscardStringContext (toString file))));

  local = { preferLocalBuild = true; allowSubstitutes = false; };
in
{
  runCommand = name: env: command stdenv env name;
  runCommandNoCC = final.runCommand;
  runCommandLocal = name: env: command stdenv (local // env) name;
  runCommandCC = name: env: command final.stdenv env name;
  runCommandWith = { stdenv ? final.stdenvNoCC, runLocal ? false, derivationArgs ? { }, name }: text:
    command stdenv (lib.optionalAttrs runLocal local // derivationArgs) name text;

  writeTextFile = { name, text, executable ? false, destination ? "", checkPhase ? "", meta ? { }
    , allowSubstitutes ? false, preferLocalBuild ? true, derivationArgs ? { }, passthru ? { } }:
    command stdenv
      ({
        inherit text executable checkPhase allowSubstitutes preferLocalBuild meta passthru;
        passAsFile = [ "text" ];
      } // lib.optionalAttrs (executable && destination != "") {
        meta = { mainProgram = baseNameOf destination; } // meta;
      } // derivationArgs)
      name
      ''
        target=$out${lib.escapeShellArg destination}
        mkdir -p "$(dirname "$target")"
        mv "$textPath" "$target"
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
    checkPhase = ''${shell} -n "$target"'';
  };
  writeShellScriptBin = name: text: final.writeTextFile {
    inherit name;
    executable = true;
    destination = "/bin/${name}";
    text = "#!${shell}\n${text}\n";
    checkPhase = ''${shell} -n "$target"'';
  };
  writeShellApplication = { name, text, runtimeInputs ? [ ], runtimeEnv ? null, inheritPath ? true, meta ? { }, passthru ? { }
    , checkPhase ? null, excludeShellChecks ? [ ], extraShellCheckFlags ? [ ]
    , bashOptions ? [ "errexit" "nounset" "pipefail" ], derivationArgs ? { }, excludeShell ? null }:
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
      # shellcheck is not in this set: bash's own reading of the text is the check
      checkPhase = if checkPhase != null then checkPhase else ''${shell} -n "$target"'';
    };

  # Folders merged by symlinks to each file, so that postBuild can wrap or replace any of them; the
  # first path that has a name gives it.
  symlinkJoin = args@{ name ? "${args.pname}-${args.version}", paths, stripPrefix ? "", failOnMissing ? stripPrefix == ""
    , preferLocalBuild ? true, allowSubstitutes ? false, postBuild ? "", ... }:
    command stdenv
      (removeAttrs args [ "name" "postBuild" "stripPrefix" "paths" "failOnMissing" ] // {
        inherit preferLocalBuild allowSubstitutes;
        joined = map (p: "${p}${stripPrefix}") (lib.flatten paths);
        passAsFile = [ "joined" ];
      })
      name
      ''
        source ${./link-tree.sh}
        mkdir -p $out
        for path in $(<"$joinedPath"); do
          if [ -d "$path" ]; then
            linkTree "$path" "$out"
          ${lib.optionalString failOnMissing "else die \"symlinkJoin: '$path' is not a folder\""}
          fi
        done
        ${postBuild}
      '';

  # The same, but two packages' files under one name are an error unless it is told which wins.
  buildEnv = { name, paths, pathsToLink ? [ "/" ], ignoreCollisions ? false, checkCollisionContents ? true
    , extraOutputsToInstall ? [ ], extraPrefix ? "", postBuild ? "", nativeBuildInputs ? [ ], buildInputs ? [ ]
    , meta ? { }, passthru ? { }, manifest ? "", ignoreSingleFileOutputs ? false, includeClosures ? false }:
    let
      ofPath = p: lib.optional (p != null) {
        priority = p.meta.priority or lib.meta.defaultPriority;
        outs = if p.outputSpecified or false || !(lib.isDerivation p) then [ p ]
          else map (o: p.${o}) (lib.unique (p.meta.outputsToInstall or [ "out" ] ++ lib.filter (o: p ? ${o}) extraOutputsToInstall));
      };
      all = lib.sort (a: b: a.priority < b.priority) (lib.concatMap ofPath (lib.flatten paths));
    in
    if includeClosures then throw "buildEnv: ${name}: includeClosures is not known here; list the paths"
    else command stdenv
      {
        inherit nativeBuildInputs buildInputs meta passthru;
        preferLocalBuild = true;
        allowSubstitutes = false;
        chosen = lib.concatMap (x: map (o: "${toString x.priority}:${o}") x.outs) all;
        passAsFile = [ "chosen" ];
        inherit pathsToLink extraPrefix;
        mode = if ignoreCollisions then "first" else if checkCollisionContents then "same" else "strict";
      }
      name
      ''
        source ${./merge-links.sh}
        mkdir -p $out$extraPrefix
        for item in $(<"$chosenPath"); do
          priority=''${item%%:*} path=''${item#*:}
          if [ -f "$path" ]; then
            ${if ignoreSingleFileOutputs then "continue" else ''echo "buildEnv: '$path' is a file, not a folder" >&2; exit 1''}
          fi
          mergePriority=$priority
          for sub in $pathsToLink; do
            sub=''${sub%/}
            [ -d "$path$sub" ] || continue
            mkdir -p "$out$extraPrefix$sub"
            mergeLinks "$path$sub" "$out$extraPrefix$sub" "$mode"
          done
        done
        ${postBuild}
      '';

  linkFarm = name: entries:
    let
      list = if builtins.isAttrs entries then lib.mapAttrsToList (name: path: { inherit name path; }) entries else entries;
    in
    final.runCommandLocal name
      { passthru.entries = lib.listToAttrs (map (e: lib.nameValuePair e.name e.path) list); }
      (''
        mkdir -p $out
        cd $out
      '' + lib.concatMapStrings
        (e: ''
          mkdir -p -- ${lib.escapeShellArg (dirOf "${e.name}")}
          ln -s -- ${lib.escapeShellArg "${e.path}"} ${lib.escapeShellArg "${e.name}"}
        '')
        list);
  linkFarmFromDrvs = name: drvs: final.linkFarm name (map (d: { inherit (d) name; path = d; }) drvs);

  makeSetupHook = { name ? "hook", propagatedBuildInputs ? [ ], propagatedNativeBuildInputs ? [ ], depsTargetTargetPropagated ? [ ]
    , meta ? { }, passthru ? { }, substitutions ? { } }: script:
    command stdenv
      (substitutions // {
        inherit meta passthru;
        hookInputs = propagatedBuildInputs ++ propagatedNativeBuildInputs;
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
  # A wrapper in C needs a compiler; a shell wrapper does the same.
  makeBinaryWrapper = final.makeWrapper;
  makeShellWrapper = final.makeWrapper;

  autoPatchelfHook = final.makeSetupHook
    {
      name = "auto-patchelf-hook";
      propagatedBuildInputs = [ final.patchelf ];
      substitutions = {
        interpreter = final.stdenv.cc.bintools.dynamicLinker;
        inherit (final) glibc gccLibs;
      };
    } ./auto-patchelf.sh;
  installShellFiles = final.makeSetupHook { name = "install-shell-files"; } ./install-shell-files.sh;

  applyPatches = { src, name ? (src.name or (nameOf src)) + "-patched"
    , patches ? [ ], prePatch ? "", postPatch ? "", nativeBuildInputs ? [ ] }:
    stdenv.mkDerivation {
      inherit name src patches prePatch postPatch nativeBuildInputs;
      preferLocalBuild = true;
      allowSubstitutes = false;
      phases = "unpackPhase patchPhase installPhase";
      installPhase = "cp -R ./ $out";
    };

  substitute = args: stdenv.mkDerivation {
    name = args.name or (nameOf args.src);
    inherit (args) src;
    buildCommand = ''substitute "$src" "$out" ${lib.escapeShellArgs (args.substitutions or [ ])} ${toString (args.replacements or [ ])}'';
    preferLocalBuild = true;
    allowSubstitutes = false;
  };
  substituteAll = args: stdenv.mkDerivation ({
    name = args.name or (nameOf args.src);
    buildCommand = ''
      target=$out''${dir:+/$dir/$name}
      mkdir -p "$(dirname "$target")"
      substituteAll "$src" "$target"
      if [ -n "''${isExecutable:-}" ]; then chmod +x "$target"; fi
      eval "''${postInstall:-}"
    '';
    preferLocalBuild = true;
    allowSubstitutes = false;
  } // args);

  # Every @name@ of the text must be among the replacements, and every replacement in the text; a
  # name whose replacement is null stays.
  replaceVars = src: replacements: final.replaceVarsWith { inherit src replacements; };
  replaceVarsWith = { src, replacements, dir ? null, isExecutable ? false
    , name ? nameOf src, ... }@args:
    let
      kept = lib.attrNames (lib.filterAttrs (_: v: v == null) replacements);
      isKept = if kept == [ ] then "" else " | { grep -vE '^@(${lib.concatStringsSep "|" kept})@$' || true; }";
    in
    stdenv.mkDerivation ({
      preferLocalBuild = true;
      allowSubstitutes = false;
    } // removeAttrs args [ "replacements" "dir" "isExecutable" ] // {
      inherit name;
      buildCommand = ''
        target=$out${lib.optionalString (dir != null) "/${lib.escapeShellArg dir}/${lib.escapeShellArg name}"}
        mkdir -p "$(dirname "$target")"
        substitute "$src" "$target" ${lib.concatStringsSep " " (lib.mapAttrsToList
          (n: v: "--replace-fail ${lib.escapeShellArg "@${n}@"} ${lib.escapeShellArg "${toString v}"}")
          (lib.filterAttrs (_: v: v != null) replacements))}
        left=$({ grep -oE "@[a-zA-Z_][0-9A-Za-z_'-]*@" "$target" || true; } | sort -u${isKept})
        if [ -n "$left" ]; then die "replaceVars: in '$src' is left:" $left; fi
        ${lib.optionalString isExecutable ''chmod +x "$target"''}
      '';
    });

  removeReferencesTo = final.writeTextFile {
    name = "remove-references-to";
    executable = true;
    destination = "/bin/remove-references-to";
    text = "#!${shell}\nexport PATH=${lib.makeBinPath [ final.gnused final.coreutils ]}\n"
      + builtins.readFile ./remove-references-to.sh;
  };

  # store-paths: the closure, one path a line; registration: what `nix-store --load-db` reads;
  # total-nar-size: bytes.
  closureInfo = { rootPaths }: stdenv.mkDerivation {
    name = "closure-info";
    __structuredAttrs = true;
    exportReferencesGraph.closure = lib.toList rootPaths;
    preferLocalBuild = true;
    buildCommand = "source ${./closure-info.sh}";
  };
  writeClosure = paths: final.runCommandLocal "runtime-deps" { } "cp ${final.closureInfo { rootPaths = paths; }}/store-paths $out";
  writeReferencesToFile = path: final.writeClosure [ path ];

  emptyFile = final.runCommandLocal "empty-file"
    { outputHash = "sha256-d6xi4mKdjkX2JFicDIv5niSzpyI0m/Hnm8GGAIU04kY="; outputHashMode = "recursive"; } "touch $out";
  emptyDirectory = final.runCommandLocal "empty-directory"
    { outputHash = "sha256-pQpattmS9VmO3ZIQUFn66az8GSmB4IvYhTTCFn6SUmo="; outputHashMode = "recursive"; } "mkdir $out";

  mkShell = args@{ name ? "nix-shell", packages ? [ ], inputsFrom ? [ ], buildInputs ? [ ], nativeBuildInputs ? [ ]
    , propagatedBuildInputs ? [ ], propagatedNativeBuildInputs ? [ ], shellHook ? "", ... }:
    let
      merged = field: (args.${field} or [ ]) ++ lib.subtractLists inputsFrom (lib.concatMap (p: lib.filter (x: x != null) (p.${field} or [ ])) inputsFrom);
    in
    (args.stdenv or final.stdenv).mkDerivation (removeAttrs args [ "packages" "inputsFrom" "stdenv" ] // {
      inherit name;
      buildInputs = merged "buildInputs";
      nativeBuildInputs = packages ++ merged "nativeBuildInputs";
      propagatedBuildInputs = merged "propagatedBuildInputs";
      propagatedNativeBuildInputs = merged "propagatedNativeBuildInputs";
      shellHook = lib.concatStringsSep "\n" (lib.catAttrs "shellHook" (lib.reverseList inputsFrom ++ [ args ]));
      phases = "buildPhase";
      buildPhase = ''export >> "$out"'';
      preferLocalBuild = true;
    });
  mkShellNoCC = args: final.mkShell (args // { stdenv = final.stdenvNoCC; });
}
