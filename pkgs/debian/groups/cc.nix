# The compiler: gcc with its languages, binutils, and what it compiles against. ../../stdenv/cc.nix wraps
# them; nobody else needs these groups, whose headers and programs no built package may refer to.
{ lib, platform, ... }:

let
  inherit (platform) triplet;
  gcc = "14";
  gccLib = "lib/gcc/${triplet}/${gcc}";
  dashed = builtins.replaceStrings [ "_" ] [ "-" ] triplet;
  # How often the linker's texts name a folder of the host, and what else of gcc's is in parts.
  inMachine = {
    x86_64-linux-gnu = { usr = 1074; lib = 360; inCode = true; };
    aarch64-linux-gnu = { usr = 1218; lib = 464; inCode = false; };
  }.${triplet};
  # Debian's names have the triplet before and gcc's version behind.
  plainNames = names: map (n: [ "link" "bin/${n}" "${triplet}-${n}-${gcc}" ]) names;
in
{
  # Without the libraries of the sanitizers, and without what builds gcc's plug-ins. Debian's gcc finds all
  # of its own beside itself; what it would look for in /usr and /lib goes to where nothing is.
  gcc-unwrapped = {
    pname = "gcc";
    debs = [
      "gcc-14-${dashed}" "cpp-14" "cpp-14-${dashed}" "g++-14" "g++-14-${dashed}" "gcc-14" "gfortran-14"
      "gfortran-14-${dashed}" "libgcc-14-dev" "libgfortran-14-dev" "libstdc++-14-dev"
    ];
    rules = [
      [ "drop" "bin/*lto-dump-14" ]
      [ "drop" "${gccLib}/plugin" ]
      [ "drop" "${gccLib}/libcc1.so" ]
      [ "drop" "${gccLib}/lib*san*" ]
      [ "drop" "${gccLib}/libitm*" ]
      [ "drop" "${gccLib}/include/sanitizer" ]
      [ "trim" "share/gcc" ]
      [ "sweep" "/usr" "/nix" ]
    ]
    # The end of /usr/lib/ is /lib/, and code that makes a string of it has it in parts.
    ++ lib.concatMap (name: [ [ "bytes" "bin/${triplet}-${name}-${gcc}" "\\0/usr/lib/\\0" "\\0/nix/nix/\\0" "1" ] ]
      ++ lib.optional inMachine.inCode [ "bytes" "bin/${triplet}-${name}-${gcc}" "/usr/libH" "/nix/libH" "1" ])
      [ "cpp" "g++" "gcc" "gfortran" ]
    ++ lib.optionals inMachine.inCode (map (name: [ "bytes" "libexec/gcc/${triplet}/${gcc}/${name}" "8/usr/lib/gcc/" "8/nix/lib/gcc/" "1" ]) [ "cc1" "cc1plus" "f951" ])
    ++ plainNames [ "cpp" "g++" "gcc" "gcc-ar" "gcc-nm" "gcc-ranlib" "gcov" "gcov-dump" "gcov-tool" "gfortran" ];
  };

  # Its linker searches no folder of its own.
  binutils-unwrapped = {
    pname = "binutils";
    debs = [ "binutils-${dashed}" "binutils" "binutils-common" "libbinutils" "libctf-nobfd0" "libctf0" "libsframe1" ];
    rules = [
      [ "drop" "bin/gprofng*" ]
      [ "drop" "bin/gp-*" ]
      [ "trim" "lib/gprofng" ]
      [ "drop" "lib/compat-ld" ]
      [ "drop" "lib/ldscripts" ]
      [ "drop" "lib/bfd-plugins/*" ]
      [ "trim" "etc" ]
      [ "bytes" "bin/${triplet}-ld.bfd" "SEARCH_DIR(\"=/usr/" "SEARCH_DIR(\"=/nix/" (toString inMachine.usr) ]
      [ "bytes" "bin/${triplet}-ld.bfd" "SEARCH_DIR(\"=/lib" "SEARCH_DIR(\"=/nix" (toString inMachine.lib) ]
      [ "sweep" "/etc/ld" "/nix/ld" ]
      [ "sweep" "/usr" "/nix" ]
    ];
  };

  # Headers and start files of the C library, its static half, and the kernel's headers.
  glibc-dev = {
    pname = "glibc-dev";
    debs = [ "libc6-dev" "libcrypt-dev" "linux-libc-dev" ];
    rules = [
      [ "layout" "usr/include/${triplet}" "include" ]
      [ "drop" "include/*-linux-gnu*" ]
      [ "drop" "include/asm" ]
      [ "move" "lib/linux/uapi/${platform.kernel}/asm" "include/asm" ]
      [ "drop" "lib/linux" ]
    ];
  };
}
