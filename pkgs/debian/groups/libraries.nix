# Libraries.
{ platform, fromSource, groups, away, withShell, ... }:

let
  inherit (platform) triplet;
in
{
  zlib.debs = [ "zlib1g" ];
  zstd = { debs = [ "libzstd1" ]; bin = "zstd-bin"; };
  expat.debs = [ "libexpat1" ];
  libffi.debs = [ "libffi8" ];
  sqlite = { debs = [ "libsqlite3-0" ]; bin = "sqlite-bin"; };
  readline.debs = [ "libreadline8t64" ];
  libuuid.debs = [ "libuuid1" ];
  ncurses = {
    debs = [ "libncursesw6" "libtinfo6" "ncurses-base" ];
    bin = "ncurses-bin";
    rules = [
      [ "trim" "etc" ]
      [ "bytes" "lib/libtinfo.so.6.5" "/etc/terminfo:/lib/terminfo:/usr/share/terminfo\\0"
        "/nix/terminfo:/nix/terminfo:/nix/share/terminfo\\0" "1" ]
      (away "lib/libtinfo.so.6.5" "/etc/terminfo" 1)
    ];
  };
  openssl = {
    debs = [ "libssl3t64" "openssl-provider-legacy" ];
    bin = "openssl-bin";
    rules = [
      [ "drop" "lib/engines-3" ]
      [ "bytes" "lib/libcrypto.so.3" "/usr/lib/ssl" "/nix/lib/ssl" "6" ]
      (away "lib/libcrypto.so.3" "/usr/lib/${triplet}/ossl-modules" 2)
      (away "lib/libcrypto.so.3" "/usr/lib/${triplet}/engines-3" 2)
    ];
  };

  # Alternatives, decided: OpenBLAS on the OpenMP threads that torch itself uses.
  libopenblas0-openmp = {
    pname = "openblas";
    debs = [ "libopenblas0-openmp" ];
    rules = [ [ "layout" "usr/lib/${triplet}/openblas-openmp" "lib" ] ];
  };
  libnl-route-3-200 = { debs = [ "libnl-route-3-200" ]; rules = [ (away "lib/libnl-route-3.so.200.26.0" "/etc/libnl" 1) ]; };
  # The compiled magic is left out of the lock: sox tells formats by name then.
  libmagic1t64 = { debs = [ "libmagic1t64" ]; rules = [ [ "trim" "etc" ] [ "dangling" "share/misc/magic" ] ]; };

  # Libraries that recipes write into sources by the name that they have without a version: "${libsndfile}/lib/libsndfile.so".
  libglfw3 = { debs = [ "libglfw3" ]; rules = [ [ "link" "lib/libglfw.so" "libglfw.so.3" ] ]; };
  libportaudio2 = { debs = [ "libportaudio2" ]; rules = [ [ "link" "lib/libportaudio.so" "libportaudio.so.2" ] ]; };
  libsndfile1 = { debs = [ "libsndfile1" ]; rules = [ [ "link" "lib/libsndfile.so" "libsndfile.so.1" ] ]; };

  # Many packages that are one elsewhere, with their headers.
  boost.debs = fromSource "boost1.83" "libboost-.*1\\.83\\.0.*";
  boost-dev = {
    debs = fromSource "boost1.83" "libboost.*1\\.83-dev";
    isDev = true;
    rules = [
      [ "replace" "lib/cmake/boost_*/boost_*-config.cmake" "\${_BOOST_CMAKEDIR}/../../../include/" "@out@/include/" ]
      [ "replace" "lib/cmake/boost_*/*-variant-shared.cmake" "\${_BOOST_LIBDIR}/" "${groups.boost}/lib/" ]
    ];
  };
  hdf5 = {
    debs = [ "libhdf5-310" "libhdf5-hl-310" "libhdf5-cpp-310" "libhdf5-fortran-310" "libhdf5-hl-cpp-310" "libhdf5-hl-fortran-310" ];
    bin = "hdf5-tools";
    rules = map (name: [ "link" "lib/libhdf5${name}.so" "libhdf5_serial${name}.so.310" ]) [ "" "_hl" ];
  };
  hdf5-tools = withShell { debs = [ "hdf5-tools" ]; };
  hdf5-dev = {
    debs = [ "libhdf5-dev" "hdf5-helpers" ];
    isDev = true;
    rules = [
      [ "layout" "usr/include/hdf5/serial" "include" ]
      [ "layout" "usr/lib/${triplet}/hdf5/serial" "lib" ]
      [ "trim" "lib/lib" ]
      [ "trim" "lib/include" ]
      [ "link" "lib/pkgconfig/hdf5.pc" "hdf5-serial.pc" ] # as the alternative of Debian's has it
      [ "config" "bin/*" ]
    ];
  };
  openblas-dev = {
    debs = [ "libopenblas-openmp-dev" ];
    isDev = true;
    rules = [
      [ "layout" "usr/lib/${triplet}/openblas-openmp" "lib" ]
      [ "layout" "usr/include/${triplet}/openblas-openmp" "include" ]
      [ "link" "lib/pkgconfig/blas.pc" "blas-openblas.pc" ]
      [ "link" "lib/pkgconfig/cblas.pc" "blas-openblas.pc" ]
      [ "link" "lib/pkgconfig/lapack.pc" "lapack-openblas.pc" ]
    ];
  };
  libcurl4t64 = { debs = [ "libcurl4t64" ]; bin = "curl"; };
  libxml2 = { debs = [ "libxml2" ]; bin = "libxml2-utils"; };
  "libxslt1.1" = { debs = [ "libxslt1.1" ]; bin = "xsltproc"; };
  libjpeg62-turbo = { debs = [ "libjpeg62-turbo" ]; bin = "libjpeg-turbo-progs"; };
  libwebp7 = { debs = fromSource "libwebp" "libwebp(7|decoder3|demux2|mux3)"; bin = "webp"; };
  # Its decoders are plug-ins, which ask for the library. Where it looks for them is instructions, in pieces, with
  # no room for a store path: LIBHEIF_PLUGIN_PATH names them, which the hook sets.
  libheif1 = {
    debs = fromSource "libheif" "libheif(1|-plugin-.*)";
    rules = [
      [ "bytes" "lib/libheif.so.1.23.6" "/usr/lib/x86_64-linux-gnu/libhei" "/nix/lib/x86_64-linux-gnu/libhei" "1" ]
      [ "copy" "${../hooks/libheif.sh}" "nix-support/setup-hook" ]
      [ "replace" "nix-support/setup-hook" "@libheif@" "@out@" ]
    ];
  };
  # They ask for the C library through the mathematical one, which does not know where it is.
  libabsl20240722 = {
    debs = [ "libabsl20240722" ];
    rules = map (name: [ "needed" "lib/libabsl_${name}.so.20240722.0.0" "libc.so.6" ]) [ "cordz_functions" "exponential_biased" ];
  };
  libpulse-dev = { debs = [ "libpulse-dev" ]; isDev = true; rules = [ [ "dangling" "lib/libpulse-mainloop-glib.so" ] [ "drop" "lib/pkgconfig/libpulse-mainloop-glib.pc" ] ]; };
  "libgrpc++1.51t64" = { pname = "grpc"; debs = fromSource "grpc" "libgrpc(29|\\+\\+1\\.51)t64"; };
  googletest-dev = { pname = "googletest"; debs = [ "libgtest-dev" "libgmock-dev" ]; isDev = true; };
  libprotobuf32t64 = { debs = fromSource "protobuf" "libprotobuf(-lite)?32t64"; bin = "protobuf-compiler"; };
  fftw = { debs = fromSource "fftw3" "libfftw3-(double|long|quad|single)3"; bin = "fftw-bin"; };
  fftw-bin = withShell { debs = [ "libfftw3-bin" ]; };
  glib = { debs = [ "libglib2.0-0t64" ]; bin = "glib-bin"; };
  glib-bin.debs = [ "libglib2.0-bin" ];
  glib-dev = {
    debs = [ "libglib2.0-dev" "libgio-2.0-dev" "libgio-2.0-dev-bin" "libglib2.0-dev-bin" ];
    deps = [ "perl" "python313" ];
    isDev = true;
    rules = [ [ "trim" "bin/gi-*" ] [ "config" "bin/*" ] ];
  };
  libjemalloc-dev = { debs = [ "libjemalloc-dev" ]; deps = [ "perl" ]; isDev = true; };
  libldap2 = { debs = [ "libldap2" ]; rules = [ [ "trim" "etc" ] [ "sweep" "/etc/ldap/" "/nix/ldap/" ] ]; };
  # Its formats, which it opens at run time, lie beside it.
  libsox3 = {
    pname = "libsox";
    debs = [ "libsox3" "libsox-fmt-alsa" "libsox-fmt-base" "libsox-fmt-mp3" ];
    bin = "sox";
    rules = [ [ "redirect" "lib/libsox.so.3.0.0" "/usr/lib/${triplet}/sox" "@out@/lib/sox" ] ];
  };
  libpopt0 = { debs = [ "libpopt0" ]; rules = [ [ "sweep" "/etc/popt" "/nix/popt" ] ]; };
  # What its Debian package forgets to name.
  libext2fs2t64 = { debs = [ "libext2fs2t64" ]; deps = [ "libcom-err2" ]; };
  krb5-multidev = { debs = [ "krb5-multidev" ]; deps = [ "libkdb5-10t64" "libkrb5support0" ]; isDev = true; };
  # Its package for CMake wants programs that nothing here has.
  libopenjp2-7-dev = {
    debs = [ "libopenjp2-7-dev" ];
    isDev = true;
    rules = [ [ "drop" "lib/cmake/openjpeg-2.5" ] [ "dangling" "lib/libopenjpip.so" ] [ "dangling" "lib/openjpeg-2.*" ] ];
  };
  libgcrypt20 = { debs = [ "libgcrypt20" ]; rules = [ [ "drop" "share/libgcrypt20" ] ]; };
}
