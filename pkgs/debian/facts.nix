# What Debian's index does not say of packages, for people and for recipes that ask. Nothing that is built depends
# on it.
{ lib }:

let
  words = text: lib.filter (w: w != "") (lib.splitString " " (lib.replaceStrings [ "\n" ] [ " " ] text));
  # Whom of lib.licenses a source package is under, the one that counts for most of it first.
  bySource = {
    afl21 = "dbus";
    artistic1 = "liberror-perl perl";
    asl20 = "highway meson ninja-build onednn onnx opencore-amr openssl vulkan-loader";
    asl20-llvm = "llvm-toolchain-19";
    bitstreamVera = "fonts-dejavu";
    boost = "boost1.83 sleef";
    bsd2 = ''
      aom cpuinfo dav1d file flex jemalloc libarchive libfido2 librist libsamplerate lz4 nasm ocl-icd openjpeg2 openssh
      pthreadpool pytorch-audio rust-rav1e xxhash'';
    bsd3 = ''
      cmake flac gloo google-perftools hdf5 hiredis hwloc iputils jpeg-xl libbsd libcap2 libedit libevent libogg libpsm2
      libssh2 libtheora libtirpc libvorbis libvpx libwebp libzstd openblas openmpi opus p11-kit pam pmix protobuf pytorch
      pytorch-vision shadow snappy speex tensorpipe ucx unbound wavpack xnnpack'';
    bsd3Clear = "svt-av1";
    bsdOriginal = "cyrus-sasl2";
    bzip2 = "bzip2";
    curl = "curl";
    ftl = "freetype";
    gpl1Plus = "liberror-perl perl";
    gpl2Only = "busybox git iproute2 iptables libcap2 libgit2 libpsm2 linux numactl rdma-core";
    gpl2Plus = ''
      acl aria2 attr audit automake-1.17 dbus e2fsprogs elfutils ffmpeg fftw3 gdbm hostname iputils jackd2 libid3tag libmad
      libsigsegv libtool lz4 net-tools pam patchutils procps psmisc rtmpdump rubberband slang2 sox tree util-linux x264 x265
      xvidcore xz-utils'';
    gpl3Plus = ''
      autoconf autotools-dev bash bc binutils bison coreutils cpio diffutils elfutils findutils gawk gcc-14 gettext gnu-which
      gperf grep gzip hello less libcdio m4 make-dfsg nano patch patchelf readline rsync sed shellcheck swig tar time wget'';
    icu = "icu";
    ijg = "libjpeg-turbo";
    isc = "libass libsodium lilv pkgconf serd sord sratom tmux zix";
    lgpl21Only = "libseccomp";
    lgpl21Plus = ''
      acl alsa-lib attr fribidi gdk-pixbuf glib2.0 glibc gnutls28 jackd2 libdatrie libgcrypt20 libgpg-error libmicrohttpd
      libmnl libnl3 libsndfile libsoxr libtasn1-6 libthai libusb-1.0 libxcrypt lm-sensors numactl procps pulseaudio sox
      systemd util-linux xz-utils'';
    lgpl2Plus = "keyutils lame libssh librsvg openal-soft pango1.0";
    lgpl3Plus = "elfutils gmp libidn2 libunistring mpclib3 mpfr4 nettle";
    libpng2 = "libpng1.6";
    libtiff = "tiff";
    lsof = "lsof";
    mit = ''
      brotli c-ares cjson cpp-httplib dumb-init expat fmtlib fontconfig freeglut git-lfs harfbuzz http-parser isl jansson jq
      krb5 lcms2 libcbor libdrm libffi libglvnd libice libpciaccess libpsl libsm libunwind libuv1 libva libvdpau libx11 libxau
      libxcb libxcursor libxdmcp libxext libxfixes libxi libxinerama libxkbcommon libxml2 libxrandr libxrender libxshmfence
      libxslt libxss libxv libxxf86vm libyaml mesa ncurses nghttp2 nghttp3 ngtcp2 nodejs pixman popt portaudio19 rust-ripgrep
      tini wayland xorgproto z3'';
    mpl11 = "cairo";
    mpl20 = "ca-certificates eigen3 srt zeromq3";
    ofl = "fonts-liberation";
    openldap = "openldap";
    psfl = "python3.13";
    publicDomain = "libselinux sqlite3 tzdata";
    sgi-b-20 = "libglu";
    sleepycat = "db5.3";
    unlicense = "rust-ripgrep";
    vim = "vim";
    zlib = "glfw3 libsdl2 zlib";
    info-zip = "unzip zip";
  };
  licensesOf = lib.zipAttrs (lib.mapAttrsToList
    (license: sources: lib.genAttrs (words sources) (_: lib.licenses.${license}))
    bySource);

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
lib.optionalAttrs (licensesOf ? ${source}) { license = let all = licensesOf.${source}; in if lib.length all == 1 then lib.head all else all; }
// lib.optionalAttrs (homepages ? ${source}) { homepage = homepages.${source}; }
// lib.optionalAttrs (programs ? ${pname}) { mainProgram = programs.${pname}; }
