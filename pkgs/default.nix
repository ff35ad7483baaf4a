# kiln's package set: `import ./pkgs { system = "x86_64-linux"; }`. A fixed point over overlays, under
# nixpkgs' names, so that recipes written for nixpkgs evaluate unchanged. Asking for one package
# forces nothing of the others.
{ system ? builtins.currentSystem
, localSystem ? { inherit system; }
, config ? { }
, overlays ? [ ]
, pythonLocks ? null # the folder with a project's own locks, its .flox
, ...
}:

let
  lib = import ./lib;
  hostPlatform = lib.systems.elaborate localSystem;
  # What a name of a system means is worked out where somebody asks, unless it may be no such name.
  named = localSystem.system or localSystem;
  knownSystem = if lib.elem named [ "x86_64-linux" "aarch64-linux" ] then named else hostPlatform.system;

  # Recipes ask config for these without a default, as nixpkgs has them; a function is given the set.
  configOf = final: { cudaSupport = false; rocmSupport = false; allowAliases = true; }
    // (if builtins.isFunction config then config { inherit lib; pkgs = final; } else config);

  base = final: {
    inherit lib overlays pythonLocks;
    config = configOf final;
    pkgs = final;
    path = ./.;
    system = knownSystem;
    inherit (final.stdenv) hostPlatform buildPlatform targetPlatform;

    newScope = extra: lib.callPackageWith (final // extra);
    callPackage = final.newScope { };
    callPackages = lib.callPackagesWith final;
    extend = f: lib.fix (lib.extends f (lib.extends overlay base));
    appendOverlays = fs: import ./. { inherit system localSystem config pythonLocks; overlays = overlays ++ fs; };
    recurseIntoAttrs = lib.recurseIntoAttrs;
    # Recipes take it for what they need there alone, so that on Linux nobody looks into it.
    darwin = { apple_sdk.frameworks = { }; };
    # Of names that the set lacks; see lib.words.
    __missing = {
      first = name:
        let
          python = final.python3.pythonVersion;
          # nixpkgs counts some: opencv4
          numbered = lib.filter (p: lib.hasPrefix name p && builtins.match "[0-9]+" (lib.removePrefix name p) != null)
            (lib.attrNames final.python3.pkgs);
        in
        if builtins.match "(python|pypy)[0-9.]*(Full|Minimal|Packages)?" name != null
        then "there is one Python here, ${python}: say python3, and python3.pkgs for its packages"
        else if builtins.match "(clang|llvmPackages|libcxx|libclang)([_-]?[0-9]+)?(Stdenv)?" name != null
        then "there is one C compiler here, gcc, which is in stdenv: leave ${name} out"
        else if final.python3.pkgs.absentProjects ? ${name}
        then "as a Python package, ${final.python3.pkgs.absentProjects.${name}}"
        else if lib.words.isGpu name then lib.words.gpu
        else if lib.words.isOtherLanguage name then lib.words.otherLanguage name
        else if final.python3.pkgs ? ${name}
        then if final.python3.pkgs.${name}.isSlot or false
        then "it is a slot: no package holds it, the environment fills it when it starts; ask for python3, and name python3.pkgs.${name} among dependencies"
        else "it is a Python package: ask for python3, and say python3.pkgs.${name}"
        else if numbered != [ ] then "did you mean python3.pkgs.${lib.head numbered}?"
        else null;
      last = name:
        let near = lib.words.near name (lib.attrNames final.python3.pkgs); in
        if near != [ ] then "did you mean python3.pkgs.${lib.head near}?"
        else "give it a recipe of its own, .flox/pkgs/${name}.nix, or evaluate on a nixpkgs with --nixpkgs PATH";
    };
  };

  overlay = if !builtins.isList overlays then throw (lib.words.noOverlays overlays) else lib.composeManyExtensions ([
    (import ./natives.nix { system = knownSystem; })
    (import ./fetchers)
    (final: import ./stdenv { inherit hostPlatform; inherit (final) config; } final)
    (import ./build-support)
    (final: prev: prev.lib.optionalAttrs (prev ? nodejs) (import ./nodejs.nix final))
    (import ./python-packages.nix)
    (import ./cuda)
    (final: prev: let check = import ./comfyui/node-check.nix final prev; in { inherit (check) comfyuiNode comfyuiNodes comfyuiNodeCheck; })
    (final: prev: ((configOf final).packageOverrides or (_: { })) prev)
  ] ++ lib.imap1 lib.words.checkedOverlay overlays);
in
lib.fix (lib.extends overlay base)
