# stdenv: mkDerivation and the programs that every build finds on its PATH. There is no compiler in
# this set yet; asking for one says so.
{ hostPlatform, config }:

final: prev:
let
  inherit (final) lib;

  initialPath = with final; [
    coreutils findutils diffutils gnused gnugrep gawk gnutar gzip bzip2 gnumake bash patch xz
  ];

  noCompiler = throw "this package set has no C compiler; packages come from wheels and Debian's binaries. `--nixpkgs PATH` evaluates a recipe on a full nixpkgs";

  # $stdenv/setup is what builders source.
  setup = derivation {
    name = "stdenv-1";
    inherit (hostPlatform) system;
    builder = "${final.bash}/bin/bash";
    args = [ "-e" ./install-setup.sh ];
    setup = ./setup.sh;
    shell = "${final.bash}/bin/bash";
    coreutils = final.coreutils;
    inherit initialPath;
  };

  mkDerivation = import ./make-derivation.nix {
    inherit lib config hostPlatform;
    stdenv = setup;
    shell = "${final.bash}/bin/bash";
  };
in
{
  stdenv = lib.extendDerivation true
    {
      inherit mkDerivation hostPlatform initialPath;
      inherit (hostPlatform) system isLinux isDarwin is64bit isx86_64 isAarch64;
      buildPlatform = hostPlatform;
      targetPlatform = hostPlatform;
      shell = "${final.bash}/bin/bash";
      shellPackage = final.bash;
      # Only what compiled programs load. `cc.cc.lib` is where recipes find libstdc++.
      cc = {
        name = "no-compiler";
        isGNU = true;
        isClang = false;
        cc = { inherit (final.gccLibs) version; lib = final.gccLibs; outPath = noCompiler; };
        libc = final.glibc;
        bintools.dynamicLinker = "${final.glibc}/lib/${if hostPlatform.isAarch64 then "ld-linux-aarch64.so.1" else "ld-linux-x86-64.so.2"}";
        targetPrefix = "";
        outPath = noCompiler;
      };
      hasCC = false;
      extraNativeBuildInputs = [ ];
      extraBuildInputs = [ ];
      override = _: final.stdenv;
      overrides = _: _: { };
    }
    setup;

  stdenvNoCC = final.stdenv;
}
