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
