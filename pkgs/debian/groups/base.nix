# What every program needs, and what the data of programs is.
{ platform, away, ... }:

let
  inherit (platform) triplet loader;
in
{
  # With libgcc_s, which libc opens to end threads. Its libraries load each other through libc and
  # the loader, which every program has loaded by then; they need no RUNPATH.
  glibc = {
    debs = [ "libc6" "gcc-14-base" "libc-bin" "libgcc-s1" ];
    rules = [
      [ "untouched" "lib/*" ]
      # They want a shell, which wants a glibc; the cache is not read.
      [ "drop" "bin/ldd" ]
      [ "drop" "bin/tzselect" ]
      [ "drop" "bin/ldconfig" ]
      [ "trim" "share/libc-bin" ]
      # The loader's default folders, and as they are kept for a program without a cache.
      [ "bytes" "lib/${loader}" "/lib/${triplet}/\\0/usr/lib/${triplet}/\\0/lib/\\0/usr/lib/\\0"
        "/nix/${triplet}/\\0/nix/lib/${triplet}/\\0/nix/\\0/nix/lib/\\0" "2" ]
      (away "lib/${loader}" "/etc/ld.so.cache" 2)
      (away "lib/${loader}" "/etc/ld.so.preload" 1)
      (away "lib/libc.so.6" "/usr/lib/${triplet}/gconv" 2)
      (away "lib/libc.so.6" "/usr/lib/locale" 2)
      (away "lib/libc.so.6" "/usr/share/zoneinfo" 1)
      (away "lib/libc.so.6" "/usr/share/locale" { amd64 = 10; arm64 = 6; }.${platform.arch})
    ];
  };

  gcc-libs = { pname = "gcc-libs"; debs = [ "libstdc++6" "libgomp1" "libatomic1" ]; };

  # One bundle, by certificate name, as update-ca-certificates would make it.
  cacert = {
    pname = "nss-cacert";
    debs = [ "ca-certificates" ];
    rules = [
      [ "concat" "etc/ssl/certs/ca-bundle.crt" "share/ca-certificates/mozilla/*.crt" ]
      [ "link" "etc/ssl/certs/ca-certificates.crt" "ca-bundle.crt" ]
      [ "drop" "share/ca-certificates" ]
      [ "drop" "bin/update-ca-certificates" ]
      [ "trim" "etc/ca-certificates" ]
    ];
  };
  tzdata = {
    debs = [ "tzdata" "tzdata-legacy" ];
    rules = [ [ "drop" "share/zoneinfo/localtime" ] [ "trim" "share/zoneinfo/right" ] ];
  };
}
