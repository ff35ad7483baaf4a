# A system's name, CPU-KERNEL, taken apart, and patterns of the parts. A pattern is a set of which a parsed system
# has every member, or a list of such sets: meta.platforms takes them, too.
{ lib }:

let
  cpu = family: bits: endian: { inherit family bits; significantByte.name = "${endian}Endian"; };
  little = family: bits: cpu family bits "little";
  big = family: bits: cpu family bits "big";
  arm = version: arch: little "arm" 32 // { inherit version arch; };
  cpus = {
    i686 = little "x86" 32 // { arch = "i686"; };
    x86_64 = little "x86" 64 // { arch = "x86-64"; };
    aarch64 = little "arm" 64 // { version = "8"; arch = "armv8-a"; };
    aarch64_be = big "arm" 64 // { version = "8"; arch = "armv8-a"; };
    arm = little "arm" 32;
    armv5tel = arm "5" "armv5t";
    armv6l = arm "6" "armv6";
    armv7a = arm "7" "armv7-a";
    armv7l = arm "7" "armv7";
    riscv32 = little "riscv" 32;
    riscv64 = little "riscv" 64;
    loongarch64 = little "loongarch" 64;
    powerpc = big "power" 32;
    powerpcle = little "power" 32;
    powerpc64 = big "power" 64;
    powerpc64le = little "power" 64;
    s390 = big "s390" 32;
    s390x = big "s390" 64;
    mips = big "mips" 32;
    mipsel = little "mips" 32;
    mips64 = big "mips" 64;
    mips64el = little "mips" 64;
    microblaze = big "microblaze" 32;
    microblazeel = little "microblaze" 32;
    wasm32 = little "wasm" 32;
    wasm64 = little "wasm" 64;
    javascript = little "javascript" 32;
    m68k = big "m68k" 32;
    sh4 = little "sh" 32;
    arc = little "arc" 32;
    or1k = big "or1k" 32;
    mmix = big "mmix" 64;
    rx = little "rx" 32;
    vc4 = little "vc4" 32;
    msp430 = little "msp430" 16;
    avr = { family = "avr"; bits = 8; };
  };
  formats = { darwin = "macho"; ios = "macho"; windows = "pe"; cygwin = "pe"; uefi = "pe"; wasi = "wasm"; none = "unknown"; ghcjs = "unknown"; mmixware = "unknown"; };

  abiOf = cpu: kernel:
    if kernel == "windows" then "msvc"
    else if kernel != "linux" then "unknown"
    else if cpu == "armv5tel" then "gnueabi"
    else if lib.hasPrefix "armv" cpu then "gnueabihf"
    else "gnu";
  vendors = { darwin = "apple"; windows = "pc"; };

  family = name: { cpu.family = name; };
  bits = n: family: { cpu = family.cpu // { bits = n; }; };
  kernel = name: { kernel = { inherit name; }; };
  format = name: { kernel.execFormat = { inherit name; }; };
  abi = map (name: { abi = { inherit name; }; });
in
rec {
  parse = system:
    let
      parts = builtins.match "([^-]+)-(.+)" system;
      name = builtins.elemAt parts 0;
      kernel = builtins.elemAt parts 1;
      isBsd = lib.hasSuffix "bsd" kernel;
    in
    if parts == null then throw "'${system}' is not a system: expected CPU-KERNEL, as in x86_64-linux"
    else {
      cpu = { inherit name; } // cpus.${name} or (little name 32);
      kernel = {
        name = kernel;
        execFormat.name = formats.${kernel} or "elf";
        families = lib.optionalAttrs isBsd { bsd.name = "bsd"; } // lib.optionalAttrs (kernel == "darwin") { darwin.name = "darwin"; };
      };
      vendor.name = vendors.${kernel} or "unknown";
      abi.name = abiOf name kernel;
    };

  matches = pattern: parsed: lib.any (p: lib.matchAttrs p parsed) (lib.toList pattern);
  predicates = lib.mapAttrs (_: matches) patterns;
  platformPatterns.isStatic = { parsed = { }; isStatic = true; };
  patterns = {
    is32bit = { cpu.bits = 32; };
    is64bit = { cpu.bits = 64; };
    isLittleEndian = { cpu.significantByte.name = "littleEndian"; };
    isBigEndian = { cpu.significantByte.name = "bigEndian"; };

    isx86 = family "x86";
    isx86_32 = bits 32 (family "x86");
    isx86_64 = bits 64 (family "x86");
    isi686 = { cpu.name = "i686"; };
    isAarch = family "arm";
    isAarch32 = bits 32 (family "arm");
    isAarch64 = bits 64 (family "arm");
    isArmv7 = map (arch: { cpu = { inherit arch; }; }) [ "armv7" "armv7-a" "armv7-m" "armv7-r" ];
    isRiscV = family "riscv";
    isRiscV32 = bits 32 (family "riscv");
    isRiscV64 = bits 64 (family "riscv");
    isPower = family "power";
    isPower64 = bits 64 (family "power");
    isS390 = family "s390";
    isS390x = bits 64 (family "s390");
    isMips = family "mips";
    isMips32 = bits 32 (family "mips");
    isMips64 = bits 64 (family "mips");
    isMips64n32 = { cpu = { family = "mips"; bits = 64; }; abi.abi = "n32"; };
    isMips64n64 = { cpu = { family = "mips"; bits = 64; }; abi.abi = "64"; };
    isLoongArch64 = bits 64 (family "loongarch");
    isSparc = family "sparc";
    isSparc64 = bits 64 (family "sparc");
    isWasm = family "wasm";
    isAlpha = family "alpha";
    isArc = family "arc";
    isAvr = family "avr";
    isJavaScript = family "javascript";
    isM68k = family "m68k";
    isMicroBlaze = family "microblaze";
    isMmix = family "mmix";
    isMsp430 = family "msp430";
    isOr1k = family "or1k";
    isRx = family "rx";
    isSh4 = family "sh";
    isVc4 = family "vc4";
    isEfi = map (version: { cpu = { family = "arm"; inherit version; }; }) [ "6" "7" "8" ]
      ++ map family [ "riscv" "x86" "loongarch" ];

    isLinux = kernel "linux";
    isDarwin = { kernel.families.darwin = { }; };
    isMacOS = kernel "darwin";
    isiOS = kernel "ios";
    isBSD = { kernel.families.bsd = { }; };
    isFreeBSD = kernel "freebsd";
    isNetBSD = kernel "netbsd";
    isOpenBSD = kernel "openbsd";
    isSunOS = kernel "solaris";
    isRedox = kernel "redox";
    isCygwin = kernel "cygwin";
    isWindows = kernel "windows";
    isWasi = kernel "wasi";
    isGenode = kernel "genode";
    isGhcjs = kernel "ghcjs";
    isNone = kernel "none";
    isUefi = kernel "uefi";
    isUnix = [ patterns.isBSD patterns.isDarwin ] ++ map kernel [ "linux" "solaris" "cygwin" "redox" ];
    isElf = format "elf";
    isMacho = format "macho";
    isPE = format "pe";

    isGnu = abi [ "gnu" "gnueabi" "gnueabihf" "gnuabi64" "gnuabin32" "gnuabielfv1" "gnuabielfv2" ];
    isMusl = abi [ "musl" "musleabi" "musleabihf" "muslabi64" "muslabin32" ];
    isUClibc = abi [ "uclibc" "uclibceabi" "uclibceabihf" ];
    isAndroid = abi [ "android" "androideabi" ];
    isMinGW = { kernel.name = "windows"; abi.name = "gnu"; };
    isMsvc = { kernel.name = "windows"; abi.name = "msvc"; };
    isEabi = abi [ "eabi" "eabihf" "gnueabi" "gnueabihf" "musleabi" "musleabihf" "uclibceabi" "uclibceabihf" "androideabi" ];
    isAbiElfv1 = { abi.abi = "elfv1"; };
    isAbiElfv2 = { abi.abi = "elfv2"; };
    isILP32 = [ (bits 32 (family "wasm")) { abi.abi = "n32"; } { abi.abi = "ilp32"; } { abi.abi = "x32"; } ];
  };
}
