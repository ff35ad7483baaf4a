# What Debian's index does not say of packages, for people and for recipes that ask. Nothing that is built depends
# on it.
{ lib }:

let
  words = text: lib.filter (w: w != "") (lib.splitString " " (lib.replaceStrings [ "\n" ] [ " " ] text));
  # Whom of lib.licenses a source package is under, the one that counts for most of it first.
  bySource = {
    afl21 = "dbus";
    artistic1 = "liberror-perl perl";
    asl20 = "abseil grpc highway lerc mbedtls meson ninja-build onednn onnx opencore-amr openssl vulkan-loader";
    asl20-llvm = "llvm-toolchain-19";
    bitstreamVera = "fonts-dejavu";
    boost = "boost1.83 sleef";
    bsd0 = "rhash";
    bsd2 = ''
      aom cpuinfo dav1d file flex jemalloc libaec libarchive libbpf libfabric libfido2 libonig librist libsamplerate
      lz4 nasm ocl-icd openjpeg2 openssh pocketsphinx pthreadpool pytorch-audio rust-rav1e sphinxbase xxhash'';
    bsd2Patent = "sysprof";
    bsd3 = ''
      cmake flac gloo google-perftools googletest hdf5 hiredis hwloc iputils jpeg-xl libbsd libcap2 libedit libevent
      libmd libmysofa libogg libopenmpt libpsm2 libssh2 libtheora libtirpc libvorbis libvpx libwebp libzstd openblas
      openmpi opus opusfile p11-kit pam pcre2 pmix protobuf pytorch pytorch-vision re2 shadow snappy speex tensorpipe
      ucx unbound wavpack xnnpack'';
    bsd3Clear = "svt-av1";
    bsdOriginal = "cyrus-sasl2";
    bzip2 = "bzip2";
    curl = "curl";
    ftl = "freetype";
    gpl1Plus = "liberror-perl perl";
    gpl2Only = "busybox git iproute2 iptables libcap2 libfabric libgit2 libpsm2 linux numactl rdma-core";
    gpl2Plus = ''
      acl aria2 attr audit automake-1.17 dbus e2fsprogs elfutils ffmpeg fftw3 gdbm gobject-introspection hostname
      iputils jackd2 jbigkit libdvdnav libdvdread libid3tag libmad libsigsegv libtool libvidstab lz4 net-tools pam
      patchutils procps psmisc rtmpdump rubberband slang2 sox tree util-linux x264 x265 xvidcore xz-utils zvbi'';
    gpl3Plus = ''
      autoconf autotools-dev bash bc binutils bison coreutils cpio diffutils elfutils findutils gawk gcc-14 gettext
      gnu-which gperf grep gzip hello less libcdio libcdio-paranoia libimagequant m4 make-dfsg munge nano patch
      patchelf readline rsync sed shellcheck swig tar time wget'';
    icu = "icu";
    ijg = "libjpeg-turbo";
    isc = "libass libsodium lilv node-minimatch pkgconf serd sord sratom tmux zix";
    lgpl21Only = "codec2 geos libbpf libseccomp mpg123";
    lgpl21Plus = ''
      acl alsa-lib attr chromaprint fribidi game-music-emu gdk-pixbuf glib2.0 glibc gnutls28 graphite2 jackd2 ladspa-sdk
      libasyncns libavc1394 libbluray libcap-ng libdatrie libdc1394 libgcrypt20 libgpg-error libiec61883 libmicrohttpd
      libmnl libnl3 libpgm libplacebo libraw1394 libsemanage libsepol libsndfile libsoxr libtasn1-6 libthai libudfread
      libusb-1.0 libxcrypt lm-sensors numactl procps pulseaudio sox systemd twolame util-linux xz-utils'';
    lgpl2Plus = "gobject-introspection keyutils lame librsvg libssh openal-soft pango1.0 shine zvbi";
    lgpl3Plus = "elfutils gmp libde265 libheif libidn2 libunistring mpclib3 mpfr4 munge nettle";
    libpng2 = "libpng1.6";
    libtiff = "tiff";
    lsof = "lsof";
    mit = ''
      acorn brotli c-ares cjson cpp-httplib dumb-init expat fmtlib fontconfig freeglut giflib git-lfs harfbuzz
      http-parser isl jansson jq krb5 lcms2 libbs2b libcbor libdecor-0 libdeflate libdrm libffi libglvnd libice
      libjsoncpp libpciaccess libpsl librabbitmq libsm libunwind libuv1 libva libvdpau libvpl libx11 libxau libxcb
      libxcursor libxdmcp libxext libxfixes libxi libxinerama libxkbcommon libxml2 libxrandr libxrender libxshmfence
      libxslt libxss libxv libxxf86vm libyaml mesa ncurses nghttp2 nghttp3 ngtcp2 nlohmann-json3 node-balanced-match
      node-brace-expansion node-cjs-module-lexer node-undici node-xtend nodejs pixman popt portaudio19 rapidjson raqm
      rust-ripgrep tini wayland xkeyboard-config xorg-sgml-doctools xorgproto xtrans z3'';
    mpl11 = "cairo";
    mpl20 = "ca-certificates eigen3 srt zeromq3";
    ofl = "fonts-liberation";
    openldap = "openldap";
    psfl = "python3.13";
    publicDomain = "libb64 libselinux sqlite3 tzdata";
    qhull = "qhull";
    sgi-b-20 = "libglu";
    sleepycat = "db5.3";
    unlicense = "rust-ripgrep";
    vim = "vim";
    wtfpl = "libcaca zimg";
    zlib = "glfw3 libsdl2 libunibreak zlib";
    info-zip = "unzip zip";
  };
  licensesOf = lib.zipAttrs (lib.mapAttrsToList
    (license: sources: lib.genAttrs (words sources) (_: lib.licenses.${license}))
    bySource);

  # Of gcc's libraries their users need not be under its licence; libgcc-s1 and its like are packages, gcc-libs is a group.
  withException = lib.licenses.gpl3Plus // {
    spdxId = "GPL-3.0-or-later WITH GCC-exception-3.1";
    fullName = "GNU General Public License v3.0 or later, with the GCC Runtime Library Exception 3.1";
  };
  byName = lib.genAttrs [
    "gcc-14-base" "gcc-libs" "libatomic1" "libgcc-s1" "libgfortran5" "libgomp1" "libquadmath0" "libstdc++6"
  ] (_: withException);

  homepages = {
    libglu = "https://gitlab.freedesktop.org/mesa/glu";
    "python3.13" = "https://www.python.org/";
  };

  # A group's program, where that is not called as the group.
  programs = {
    aria2 = "aria2c";
    gawk = "gawk";
    gnugrep = "grep";
    gnumake = "make";
    gnupatch = "patch";
    gnused = "sed";
    gnutar = "tar";
    nodejs = "node";
    openssh = "ssh";
    pkgconf = "pkg-config";
    procps = "ps";
    protobuf-compiler = "protoc";
    python3 = "python3.13";
    ripgrep = "rg";
    sqlite = "sqlite3";
    libxml2-utils = "xmllint";
  } // lib.genAttrs [
    "bash" "bc" "bison" "cmake" "cpio" "curl" "dumb-init" "ffmpeg" "file" "flac" "flex" "git" "git-lfs" "gperf" "gzip" "hello"
    "hostname" "jq" "lame" "less" "lsof" "m4" "meson" "nano" "nasm" "ninja" "openssl" "patchelf" "perl" "rsync" "shellcheck" "sox"
    "swig" "time" "tini" "tmux" "tree" "unzip" "wget" "which" "xsltproc" "xz" "zip" "zstd"
  ] (name: name);
in
{ source, pname }:
lib.optionalAttrs (byName ? ${pname}) { license = byName.${pname}; }
// lib.optionalAttrs (licensesOf ? ${source} && !byName ? ${pname}) { license = let all = licensesOf.${source}; in if lib.length all == 1 then lib.head all else all; }
// lib.optionalAttrs (homepages ? ${source}) { homepage = homepages.${source}; }
// lib.optionalAttrs (programs ? ${pname}) { mainProgram = programs.${pname}; }
