# Libraries.
{ platform, away, ... }:

let
  inherit (platform) triplet;
in
{
  zlib.debs = [ "zlib1g" ];
  zstd.debs = [ "libzstd1" ];
  expat.debs = [ "libexpat1" ];
  libffi.debs = [ "libffi8" ];
  sqlite.debs = [ "libsqlite3-0" ];
  readline.debs = [ "libreadline8t64" ];
  libuuid.debs = [ "libuuid1" ];
  ncurses = {
    debs = [ "libncursesw6" "libtinfo6" "ncurses-base" ];
    rules = [
      [ "trim" "etc" ]
      [ "bytes" "lib/libtinfo.so.6.5" "/etc/terminfo:/lib/terminfo:/usr/share/terminfo\\0"
        "/nix/terminfo:/nix/terminfo:/nix/share/terminfo\\0" "1" ]
      (away "lib/libtinfo.so.6.5" "/etc/terminfo" 1)
    ];
  };
  openssl = {
    debs = [ "libssl3t64" "openssl-provider-legacy" ];
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
}
