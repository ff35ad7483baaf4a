# Programs and libraries that are not Python: Debian's, relocated into the store (./debian), under
# nixpkgs' names where it has one. All of them, with what they are made of, are in `debian`.
{ hostPlatform }:

final: prev:
let
  debian = import ./debian { inherit (hostPlatform) system; };
  apart = [ "system" "packages" "lock" "patchelfRaw" "runtimeEnvironment" "python313" "torchCpu" "torchvisionCpu" "torchaudioCpu" ];

  # nixpkgs' name -> the group's. Without headers: there is no compiler in this set.
  names = {
    acl = "libacl1";
    attr = "libattr1";
    brotli = "libbrotli1";
    db = "libdb5.3t64";
    fmt = "libfmt10";
    gmp = "libgmp10";
    gsm = "libgsm1";
    hiredis = "libhiredis1.1.0";
    hwloc = "libhwloc15";
    libcap = "libcap2";
    libfabric = "libfabric1";
    libjpeg = "libjpeg62-turbo";
    libjpeg_turbo = "libjpeg62-turbo";
    libltdl = "libltdl7";
    libnl = "libnl-3-200";
    libpng = "libpng16-16t64";
    libselinux = "libselinux1";
    libsigsegv = "libsigsegv2";
    libuv = "libuv1t64";
    libwebp = "libwebp7";
    mpfr = "libmpfr6";
    numactl = "libnuma1";
    oneDNN = "libdnnl3.6";
    openblas = "libopenblas0-openmp";
    openmpi = "libopenmpi40";
    pcre2 = "libpcre2-8-0";
    pmix = "libpmix2t64";
    protobuf = "libprotobuf32t64";
    rdma-core = "libibverbs1";
    sleef = "libsleef3";
    sox = "libsox3";
    systemdLibs = "libsystemd0";
    ucx = "libucx0";
    udev = "libudev1";
    vulkan-loader = "libvulkan1";
    z3 = "libz3-4";
  };
in
removeAttrs debian apart
// prev.lib.mapAttrs (_: group: debian.${group}) (prev.lib.filterAttrs (_: group: debian ? ${group}) names)
// {
  inherit debian;
  nss_cacert = debian.cacert;
  bashInteractive = debian.bash;
  bashNonInteractive = debian.bash;
  runtimeShell = "${debian.bash}/bin/bash";
  runtimeShellPackage = debian.bash;
}
