# Programs and libraries that are not Python: Debian's, relocated into the store (./debian), under
# nixpkgs' names where it has one. All of them, with what they are made of, are in `debian`.
{ system }:

final: prev:
let
  debian = import ./debian { inherit system; };
  apart = [ "system" "packages" "lock" "patchelfRaw" "runtimeEnvironment" "python313" "torchCpu" "torchvisionCpu" "torchaudioCpu" ];

  # nixpkgs' name -> the group's.
  names = {
    abseil-cpp = "libabsl20240722";
    grpc = "libgrpc++1.51t64";
    gtest = "googletest-dev";
    ladspaH = "ladspa-sdk";
    libb64 = "libb64-0d";
    libid3tag = "libid3tag0";
    libmad = "libmad0";
    libpulseaudio = "libpulse0";
    nlohmann_json = "nlohmann-json3-dev";
    opusfile = "libopusfile0";
    rapidjson = "rapidjson-dev";
    re2 = "libre2-11";
    SDL2 = "libsdl2-2.0-0";
    acl = "libacl1";
    alsa-lib = "libasound2t64";
    attr = "libattr1";
    autoconf271 = "autoconf";
    boost183 = "boost";
    brotli = "libbrotli1";
    busybox = "busyboxStatic";
    cairo = "libcairo2";
    dav1d = "libdav1d7";
    db = "libdb5.3t64";
    eigen = "libeigen3-dev";
    elfutils = "libelf1t64";
    curl = "libcurl4t64";
    ffmpeg = "ffmpeg-libs";
    ffmpeg-full = "ffmpeg-libs";
    ffmpeg-headless = "ffmpeg-libs";
    ffmpeg_7 = "ffmpeg-libs";
    fmt = "libfmt10";
    freetype = "libfreetype6";
    fribidi = "libfribidi0";
    gdk-pixbuf = "libgdk-pixbuf-2.0-0";
    geos = "libgeos-c1t64";
    glfw = "libglfw3";
    glfw3 = "libglfw3";
    gmp = "libgmp10";
    gnutls = "libgnutls30t64";
    gperftools = "libgoogle-perftools4t64";
    gsm = "libgsm1";
    harfbuzz = "libharfbuzz0b";
    hiredis = "libhiredis1.1.0";
    hwloc = "libhwloc15";
    icu = "libicu76";
    iputils = "iputils-ping";
    jansson = "libjansson4";
    jemalloc = "libjemalloc2";
    krb5 = "libkrb5-3";
    lcms2 = "liblcms2-2";
    libGL = "libglvnd";
    libGLU = "libglu1-mesa";
    libaom = "libaom3";
    libarchive = "libarchive13t64";
    libass = "libass9";
    libcap = "libcap2";
    libedit = "libedit2";
    libevent = "libevent-2.1-7t64";
    libfabric = "libfabric1";
    libgcrypt = "libgcrypt20";
    libgit2 = "libgit2-1.9";
    libheif = "libheif1";
    libice = "libice6";
    libidn2 = "libidn2-0";
    libimagequant = "libimagequant0";
    libjpeg = "libjpeg62-turbo";
    libjpeg_turbo = "libjpeg62-turbo";
    libltdl = "libltdl7";
    libmicrohttpd = "libmicrohttpd12t64";
    libmpc = "libmpc3";
    libnl = "libnl-3-200";
    libogg = "libogg0";
    libopus = "libopus0";
    libpng = "libpng16-16t64";
    libpsl = "libpsl5t64";
    libraqm = "libraqm0";
    librsvg = "librsvg2-2";
    libsamplerate = "libsamplerate0";
    libseccomp = "libseccomp2";
    libselinux = "libselinux1";
    libsigsegv = "libsigsegv2";
    libsm = "libsm6";
    libsndfile = "libsndfile1";
    libsodium = "libsodium23";
    libssh = "libssh-4";
    libssh2 = "libssh2-1t64";
    libtasn1 = "libtasn1-6";
    libtiff = "libtiff6";
    libtirpc = "libtirpc3t64";
    libunwind = "libunwind8";
    libusb1 = "libusb-1.0-0";
    libuv = "libuv1t64";
    libva = "libva2";
    libvorbis = "libvorbis0a";
    libvpx = "libvpx9";
    libwebp = "libwebp7";
    libx11 = "libx11-6";
    libxext = "libxext6";
    libxkbcommon = "libxkbcommon0";
    libxslt = "libxslt1.1";
    libyaml = "libyaml-0-2";
    lz4 = "liblz4-1";
    lzma = "xz";
    mpfr = "libmpfr6";
    mpg123 = "libmpg123-0t64";
    nettle = "libnettle8t64";
    nghttp2 = "libnghttp2-14";
    numactl = "libnuma1";
    ocl-icd = "ocl-icd-libopencl1";
    oneDNN = "libdnnl3.6";
    onednn = "libdnnl3.6";
    openal = "libopenal1";
    openblas = "libopenblas0-openmp";
    openjpeg = "libopenjp2-7";
    openmpi = "libopenmpi40";
    openssh = "openssh-client";
    pango = "libpango-1.0-0";
    pcre2 = "libpcre2-8-0";
    pixman = "libpixman-1-0";
    pkg-config = "pkgconf";
    pmix = "libpmix2t64";
    portaudio = "libportaudio2";
    protobuf = "libprotobuf32t64";
    qhull = "libqhull-r8.0";
    rdma-core = "libibverbs1";
    sleef = "libsleef3";
    snappy = "libsnappy1v5";
    sox = "libsox3";
    soxr = "libsoxr0";
    speex = "libspeex1";
    systemdLibs = "libsystemd0";
    ucx = "libucx0";
    udev = "libudev1";
    vulkan-loader = "libvulkan1";
    wavpack = "libwavpack1";
    x264 = "libx264-164";
    x265 = "libx265-215";
    xxHash = "libxxhash0";
    z3 = "libz3-4";
    zeromq = "libzmq5";
  };

  # What has its programs in a package of their own is these, with the library behind `out` and `lib`. Whoever
  # builds with it gets its headers, or the programs where there are none.
  shaped = group:
    if group ? bin then changeable (group.bin // { out = group; lib = group; inherit (group) bin; dev = changeable (group.dev or group.bin); })
    else changeable group // withDev group;
  withDev = group: prev.lib.optionalAttrs (group ? dev) { dev = changeable group.dev; };
  changeable = package:
    let changes = import ./debian/change.nix { inherit package; inherit (final) lib stdenvNoCC; }; in
    package // { inherit (changes) override overrideAttrs; };
in
prev.lib.mapAttrs (_: shaped) (removeAttrs debian apart)
// prev.lib.mapAttrs (_: group: shaped debian.${group}) (prev.lib.filterAttrs (_: group: debian ? ${group}) names)
// {
  inherit debian;
  nss_cacert = debian.cacert;
  # what kiln asks for as the sandbox's /bin/sh; with its programs it is busybox
  busyboxStatic = import ./debian/sandbox-shell.nix { inherit (prev) lib; inherit (debian) busyboxStatic; };
  autoreconfHook = final.makeSetupHook
    {
      name = "autoreconf-hook";
      propagatedBuildInputs = with final; [ autoconf automake gettext libtool m4 ];
    } ./debian/hooks/autoreconf.sh;
  # Settings of fontconfig for these fonts: what FONTCONFIG_FILE names.
  makeFontsConf = { fontconfig ? final.fontconfig, fontDirectories, includes ? [ ] }:
    final.writeText "fonts.conf" ''
      <?xml version="1.0"?>
      <!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
      <fontconfig>
        ${prev.lib.concatMapStrings (d: "<dir>${d}</dir>\n  ") fontDirectories}<dir prefix="xdg">fonts</dir>
        <include ignore_missing="yes">${fontconfig}/etc/fonts/conf.d</include>
        ${prev.lib.concatMapStrings (i: "<include ignore_missing=\"yes\">${i}</include>\n  ") includes}<cachedir prefix="xdg">fontconfig</cachedir>
      </fontconfig>
    '';
  # Its libraries are its first output, whose path recipes tell to builds: HDF5_DIR.
  inherit (debian) hdf5;
  xorg = prev.lib.mapAttrs (_: group: debian.${group}) {
    libICE = "libice6";
    libSM = "libsm6";
    libX11 = "libx11-6";
    libXau = "libxau6";
    libXcursor = "libxcursor1";
    libXdmcp = "libxdmcp6";
    libXext = "libxext6";
    libXfixes = "libxfixes3";
    libXi = "libxi6";
    libXinerama = "libxinerama1";
    libXrandr = "libxrandr2";
    libXrender = "libxrender1";
    libXv = "libxv1";
    libXxf86vm = "libxxf86vm1";
    libxcb = "libxcb1";
    xorgproto = "x11proto-dev";
  };
  # Both are OpenBLAS.
  blas = final.openblas;
  lapack = final.openblas;
  bashInteractive = debian.bash;
  bashNonInteractive = debian.bash;
  runtimeShell = "${debian.bash}/bin/bash";
  runtimeShellPackage = debian.bash;
}
