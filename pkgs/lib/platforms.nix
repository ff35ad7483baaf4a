# Lists of systems for meta.platforms.
{ lib }:

rec {
  linux = [
    "aarch64-linux" "armv6l-linux" "armv7l-linux" "i686-linux" "loongarch64-linux"
    "powerpc64le-linux" "riscv64-linux" "s390x-linux" "x86_64-linux"
  ];
  darwin = [ "aarch64-darwin" "x86_64-darwin" ];
  freebsd = [ "aarch64-freebsd" "i686-freebsd" "x86_64-freebsd" ];
  openbsd = [ "x86_64-openbsd" ];
  netbsd = [ "x86_64-netbsd" ];
  windows = [ "i686-windows" "x86_64-windows" "i686-cygwin" "x86_64-cygwin" ];
  unix = linux ++ darwin ++ freebsd ++ openbsd ++ netbsd;
  all = unix ++ windows;
  none = [ ];
  x86_64 = lib.filter (lib.hasPrefix "x86_64-") all;
  x86 = lib.filter (s: lib.hasPrefix "x86_64-" s || lib.hasPrefix "i686-" s) all;
  aarch64 = lib.filter (lib.hasPrefix "aarch64-") all;
  i686 = lib.filter (lib.hasPrefix "i686-") all;
}
