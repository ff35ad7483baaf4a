# The Python interpreter: Debian's, relocated, with the package set and the environments on top. To
# recipes it is nixpkgs' python3: `.pkgs`, `.withPackages`, `.override { packageOverrides }`.
{ lib, stdenv, stdenvNoCC, newScope, fetchurl, fetchPypi, makeSetupHook, debian, pkgs
, packageOverrides ? (final: prev: { }), pythonPackagesExtensions
, self ? null # nixpkgs asks who packages are built for: here it is always this interpreter
, pythonLocks ? null # the folder of a project's own locks
, pythonRelease ? null # which release's
}@inputs:

let
  stack = import ./stack.nix { inherit lib; folder = pythonLocks; release = pythonRelease; };
  inherit (stack) lock;
  # not stdenv's, which brings the compiler
  inherit (inputs.pkgs) system;
  base = debian.python313;
  pythonVersion = lock.python;
  libPrefix = "python${pythonVersion}";
  sitePackages = "lib/${libPrefix}/site-packages";

  slots = import ./slots.nix {
    inherit lib lock pkgs python stdenv fetchurl;
    fillings.cpu = {
      torch = debian.torchCpu;
      torchvision = debian.torchvisionCpu;
      torchaudio = debian.torchaudioCpu;
    };
  };

  # What the built-in builder is told, whoever calls it: a wheel's own derivation or a recipe's build.
  wheelTools =
    let
      inherit (debian) glibc;
      # what wheels for manylinux expect of a host
      libraryPath = lib.concatMapStringsSep ":" (p: "${p}/lib") [ glibc debian.gccLibs debian.zlib ];
      file = if system == "aarch64-linux" then "ld-linux-aarch64.so.1" else "ld-linux-x86-64.so.2";
    in
    {
      python = python.interpreter;
      pythonVersion = python.version;
      runpath = libraryPath;
      loader = glibc.loader or "${glibc}/lib/${file}";
      loaderPath = libraryPath;
      patchelf = "${debian.patchelf}/bin/patchelf";
    };

  wheelBuilder = import ./wheel.nix {
    inherit lib wheelTools;
    inherit system;
  };

  build = import ./build-package.nix {
    inherit lib stdenv stdenvNoCC makeSetupHook wheelBuilder python slots wheelTools;
    inherit (inputs.pkgs) makeWrapper;
  };

  environment = import ./environment.nix { inherit lib python slots; stdenv = stdenvNoCC; inherit (inputs.pkgs) makeWrapper; };

  packageSet = final:
    let
      locked = import ./locked.nix {
        inherit lib fetchurl lock slots;
        inherit (stack) lockAt;
        inherit system;
        inherit (final) buildPythonPackage;
        pkgs = final;
        topLevel = inputs.pkgs;
      };
    in
    import ./package-set.nix { inherit lib python build slots makeSetupHook fetchPypi final; topLevel = inputs.pkgs; } // locked;

  pkgs = lib.makeScope newScope (lib.extends (lib.composeManyExtensions (pythonPackagesExtensions ++ [ packageOverrides ])) packageSet);

  python = lib.extendDerivation true
    {
      inherit pkgs pythonVersion libPrefix sitePackages stdenv packageOverrides;
      executable = libPrefix;
      interpreter = "${base}/bin/${libPrefix}";
      implementation = "cpython";
      isPy2 = false;
      isPy27 = false;
      isPy3 = true;
      isPy3k = true;
      isPyPy = false;
      sourceVersion = lib.listToAttrs (lib.zipListsWith lib.nameValuePair [ "major" "minor" "patch" ] (lib.splitVersion base.version));
      pythonAtLeast = lib.versionAtLeast pythonVersion;
      pythonOlder = lib.versionOlder pythonVersion;
      hasDistutilsCxxPatch = false;
      pythonOnBuildForHost = python;
      pythonForBuild = python;
      inherit (environment) buildEnv withPackages;
      inherit slots;
      # for builds and shells that are not a Python package's and have some among their inputs
      pathHook = makeSetupHook
        {
          name = "python-path-hook";
          propagatedBuildInputs = [ python ];
          substitutions = { inherit sitePackages; };
        } ./path-hook.sh;
      meta = { description = "Python ${pythonVersion}"; mainProgram = libPrefix; } // base.meta or { };
    }
    base;
in
python
