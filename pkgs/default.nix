# kiln's package set: `import ./pkgs { system = "x86_64-linux"; }`. A fixed point over overlays, under
# nixpkgs' names, so that recipes written for nixpkgs evaluate unchanged. Asking for one package
# forces nothing of the others.
{ system ? builtins.currentSystem
, localSystem ? { inherit system; }
, config ? { }
, overlays ? [ ]
, ...
}:

let
  lib = import ./lib;
  hostPlatform = lib.systems.elaborate localSystem;

  base = final: {
    inherit lib config overlays;
    pkgs = final;
    inherit (hostPlatform) system;
    inherit (final.stdenv) hostPlatform buildPlatform targetPlatform;

    newScope = extra: lib.callPackageWith (final // extra);
    callPackage = final.newScope { };
    callPackages = lib.callPackagesWith final;
    extend = f: lib.fix (lib.extends f (lib.extends overlay base));
    appendOverlays = fs: import ./. { inherit system localSystem config; overlays = overlays ++ fs; };
    recurseIntoAttrs = lib.recurseIntoAttrs;
    # Of names that the set lacks; see lib.words.
    __missing = {
      first = name:
        let python = final.python3.pythonVersion; in
        if builtins.match "(python|pypy)[0-9.]*(Full|Minimal|Packages)?" name != null
        then "there is one Python here, ${python}: say python3, and python3.pkgs for its packages"
        else if lib.words.isGpu name then lib.words.gpu
        else if final.python3.pkgs ? ${name}
        then "it is a Python package: ask for python3, and say python3.pkgs.${name}"
        else null;
      last = name:
        let near = lib.words.near name (lib.attrNames final.python3.pkgs); in
        if near != [ ] then "did you mean python3.pkgs.${lib.head near}?"
        else "give it a recipe of its own, .flox/pkgs/${name}.nix, or evaluate on a nixpkgs with --nixpkgs PATH";
    };
  };

  overlay = lib.composeManyExtensions ([
    (import ./natives.nix { inherit hostPlatform; })
    (import ./fetchers)
    (import ./stdenv { inherit hostPlatform config; })
    (import ./build-support)
    (import ./python-packages.nix)
  ] ++ overlays);
in
lib.fix (lib.extends overlay base)
