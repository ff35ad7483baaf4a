# stdenv: mkDerivation and the programs that every build finds on its PATH; with the compiler (./cc.nix), or
# without it as stdenvNoCC, in which wheels, texts and links are made: what needs no compiler brings none.
{ hostPlatform, config }:

final: prev:
let
  inherit (final) lib;

  initialPath = with final; [
    coreutils findutils diffutils gnused gnugrep gawk gnutar gzip bzip2 gnumake bash patch xz
  ];
  shell = "${final.bash}/bin/bash";
  compilers = import ./cc.nix {
    inherit lib hostPlatform;
    inherit (final) debian bash coreutils;
  };

  # cc: a compiler, or null
  make = args@{ cc, extraNativeBuildInputs ? [ ], extraBuildInputs ? [ ], name ? "stdenv-1" }:
    let
      hasCC = cc != null;
      # $stdenv/setup is what builders source.
      setup = derivation ({
        inherit name;
        inherit (hostPlatform) system;
        builder = shell;
        args = [ "-e" ./install-setup.sh ];
        setup = ./setup.sh;
        inherit shell initialPath;
        coreutils = final.coreutils;
        objects = lib.optionalString hasCC ./objects.sh;
      } // lib.optionalAttrs hasCC {
        defaultNativeBuildInputs = [ cc final.patchelf ];
        buildOnly = cc.buildOnly or [ ];
      });
      self = lib.extendDerivation true
        {
          mkDerivation = import ./make-derivation.nix {
            inherit lib config hostPlatform shell extraNativeBuildInputs extraBuildInputs;
            stdenv = setup;
            hardening = if hasCC then cc.bintools.hardening or compilers.hardening else compilers.hardening;
          };
          inherit cc hasCC hostPlatform initialPath shell extraNativeBuildInputs extraBuildInputs;
          inherit (hostPlatform) system isLinux isDarwin is64bit isx86_64 isAarch64;
          buildPlatform = hostPlatform;
          targetPlatform = hostPlatform;
          shellPackage = final.bash;
          override = changes: make (args // (if lib.isFunction changes then changes args else changes));
          overrides = _: _: { };
          meta = { description = "The build environment${lib.optionalString hasCC " with a C compiler"}"; };
        }
        setup;
    in
    self;

  noClang = throw "this package set has one C compiler, gcc: say stdenv";
in
{
  stdenv = make { cc = final.gcc; };
  stdenvNoCC = make { cc = null; name = "stdenv-no-cc-1"; };
  gccStdenv = final.stdenv;
  gcc14Stdenv = final.stdenv;
  clangStdenv = noClang;
  # One machine builds, runs and is built for.
  buildPackages = final;
  targetPackages = final;
  pkgsBuildBuild = final;
  pkgsBuildHost = final;
  pkgsBuildTarget = final;
  pkgsHostHost = final;
  pkgsHostTarget = final;
  pkgsTargetTarget = final;
  overrideCC = stdenv: cc: stdenv.override { inherit cc; };

  inherit (compilers) gcc gfortran;
  gcc14 = final.gcc;
  gfortran14 = final.gfortran;
  gcc-unwrapped = compilers.gcc.cc;
  libgcc = final.debian.glibc;
  binutils = compilers.bintools;
  bintools = final.binutils;
  binutils-unwrapped = compilers.bintools.bintools;
  libc = final.glibc;
  glibc = compilers.gcc.libc;
  linuxHeaders = compilers.gcc.libc.dev;
}
