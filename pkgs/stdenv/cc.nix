# The compiler of the set: Debian's gcc and binutils behind wrappers (./wrapper) that make the store of
# their host. What they are told by a build's environment is nixpkgs'.
{ lib, debian, bash, coreutils, hostPlatform }:

let
  inherit (hostPlatform) system;
  gcc = debian.gcc-unwrapped;
  binutils = debian.binutils-unwrapped;
  inherit (debian) glibc;
  glibcDev = debian.glibc-dev;
  gccLibs = debian.gcc-libs;
  loader = "${glibc}/lib/${if hostPlatform.isAarch64 then "ld-linux-aarch64.so.1" else "ld-linux-x86-64.so.2"}";

  # Of NIX_HARDENING_ENABLE, unless a recipe says hardeningDisable or hardeningEnable.
  hardening = {
    all = [
      "bindnow" "format" "fortify" "fortify3" "pic" "pie" "relro" "shadowstack" "stackclashprotection" "stackprotector"
      "strictoverflow" "trivialautovarinit" "zerocallusedregs"
    ] ++ lib.optional hostPlatform.isAarch64 "pacret";
    default = [
      "bindnow" "format" "fortify" "fortify3" "pic" "relro" "stackclashprotection" "stackprotector" "strictoverflow"
      "zerocallusedregs"
    ];
  };

  wrapper = tool: args: derivation (args // {
    inherit system tool gcc binutils glibc glibcDev loader coreutils;
    builder = "${bash}/bin/bash";
    args = [ "-e" ./wrapper/build.sh ];
    sources = ./wrapper;
    salt = lib.replaceStrings [ "-" "." ] [ "_" "_" ] hostPlatform.config;
    hardening = lib.concatStringsSep " " hardening.default;
  });

  bintools = lib.extendDerivation true
    {
      inherit hardening;
      pname = "binutils-wrapper";
      inherit (binutils) version;
      bintools = binutils;
      dynamicLinker = loader;
      libc = libc;
      targetPrefix = "";
      isGNU = true;
      isLLVM = false;
      meta = {
        description = "Linker and tools for object files";
        homepage = "https://www.gnu.org/software/binutils/";
        license = lib.licenses.gpl3Plus;
        mainProgram = "ld";
      };
    }
    (wrapper "ld" {
      name = "binutils-wrapper-${binutils.version}";
      inherit gccLibs;
      names = [ "ld" "ld.bfd" ];
      programs = [ binutils ];
      setupHook = ./wrapper/ld-hook.sh;
    });

  libc = glibc // { dev = glibcDev; static = glibcDev; lib = glibc; bin = glibc; };

  make = { fortran ? true }: lib.extendDerivation true
    {
      inherit bintools libc;
      pname = "gcc-wrapper";
      inherit (gcc) version;
      cc = gcc // {
        lib = gccLibs;
        libgcc = glibc;
        isGNU = true;
        isClang = false;
        hardeningUnsupportedFlags = [ ];
      };
      libc_lib = libc;
      libc_bin = libc;
      libc_dev = glibcDev;
      libcxx = null;
      isGNU = true;
      isClang = false;
      isCcacheCompatible = true;
      targetPrefix = "";
      suffixSalt = lib.replaceStrings [ "-" "." ] [ "_" "_" ] hostPlatform.config;
      nativeTools = false;
      nativeLibc = false;
      defaultHardeningFlags = hardening.default;
      # what is only there to compile: no package that was built may refer to it
      buildOnly = [ gcc binutils glibcDev ];
      meta = {
        description = "GNU compilers for C, C++${lib.optionalString fortran " and Fortran"}";
        homepage = "https://gcc.gnu.org/";
        license = lib.licenses.gpl3Plus;
        mainProgram = "gcc";
      };
    }
    (wrapper "cc" {
      name = "${if fortran then "gfortran" else "gcc"}-wrapper-${gcc.version}";
      inherit bintools;
      names = [ "c++" "cc" "cpp" "g++" "gcc" ] ++ lib.optionals fortran [ "f77" "gfortran" ];
      programs = [ gcc ];
      setupHook = ./wrapper/cc-hook.sh;
    });
in
{
  inherit bintools hardening;
  gcc = make { fortran = false; };
  gfortran = make { };
}
