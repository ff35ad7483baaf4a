# Sources that are changed before somebody builds with them, and texts with values put in.
{ lib, nameOf, ... }: final:

let
  local = { preferLocalBuild = true; allowSubstitutes = false; };
in
{
  applyPatches = args@{ src, name ? null, patches ? [ ], prePatch ? "", postPatch ? "", ... }:
    let
      keep = lib.filterAttrs (n: _: lib.elem n [ "rev" "owner" "repo" "tag" "url" "urls" "gitRepoUrl" ]) (if builtins.isAttrs src then src else { });
    in
    final.stdenvNoCC.mkDerivation (local // args // {
      name = if name != null then name else (src.name or (nameOf src)) + "-patched";
      inherit src patches prePatch postPatch;
      phases = [ "unpackPhase" "patchPhase" "installPhase" ];
      installPhase = "cp -R ./ $out";
      passthru = keep // args.passthru or { };
    });

  # The source of a package as it is when its build begins, patches applied: of a package, or of what
  # mkDerivation would be given.
  srcOnly = attrs:
    let
      pkg = if attrs ? overrideAttrs then attrs else (attrs.stdenv or final.stdenvNoCC).mkDerivation (removeAttrs attrs [ "stdenv" ]);
    in
    pkg.overrideAttrs (old: {
      name = "${old.name or "${old.pname}-${old.version}"}-source";
      outputs = [ "out" ];
      phases = [ "unpackPhase" "patchPhase" "installPhase" ];
      dontUnpack = false;
      dontInstall = false;
      separateDebugInfo = false;
      buildCommand = null;
      installPhase = "cp -pr --reflink=auto -- . $out";
    });

  substitute = args@{ src, substitutions ? [ ], replacements ? [ ], ... }:
    final.stdenvNoCC.mkDerivation (local // removeAttrs args [ "substitutions" "replacements" ] // {
      name = args.name or (nameOf src);
      inherit src;
      buildCommand = ''substitute "$src" "$out" ${lib.escapeShellArgs substitutions} ${toString replacements}'';
    });

  substituteAll = args: final.stdenvNoCC.mkDerivation ({
    name = args.name or (nameOf args.src);
    buildCommand = ''
      target=$out''${dir:+/$dir/$name}
      mkdir -p "$(dirname "$target")"
      substituteAll "$src" "$target"
      if [ -n "''${isExecutable:-}" ]; then chmod +x "$target"; fi
      eval "''${postInstall:-}"
    '';
  } // local // args);

  # Every @name@ of the text must be among the replacements, and every replacement in the text; a
  # name whose replacement is null stays.
  replaceVars = src: replacements: final.replaceVarsWith { inherit src replacements; };
  replaceVarsWith = { src, replacements, dir ? null, isExecutable ? false
    , name ? nameOf src, ... }@args:
    let
      kept = lib.attrNames (lib.filterAttrs (_: v: v == null) replacements);
      isKept = if kept == [ ] then "" else " | { grep -vE '^@(${lib.concatStringsSep "|" kept})@$' || true; }";
    in
    final.stdenvNoCC.mkDerivation (local // removeAttrs args [ "replacements" "dir" "isExecutable" ] // {
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
        eval "''${postInstall:-}"
      '';
    });
}
