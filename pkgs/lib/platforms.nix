# Lists of systems for meta.platforms: by kernel, and of these by what the processor is.
{ lib }:

let
  on = kernel: map (cpu: "${cpu}-${kernel}");
  where = predicate: lib.filter (system: predicate (lib.systems.parse.mkSystemFromString system)) all;
  inherit (lib.systems.inspect.predicates)
    isAarch isAarch32 isAarch64 isArmv7 isBigEndian isLittleEndian isLoongArch64 isM68k isMicroBlaze isMips
    isOr1k isPower isRiscV isRiscV32 isRiscV64 isRx isS390 isS390x isVc4 isi686 isx86 isx86_64;

  cygwin = on "cygwin" [ "i686" "x86_64" ];
  darwin = on "darwin" [ "x86_64" "aarch64" ];
  freebsd = on "freebsd" [ "i686" "x86_64" "aarch64" ];
  genode = on "genode" [ "aarch64" "i686" "x86_64" ];
  illumos = on "solaris" [ "x86_64" ];
  js = on "ghcjs" [ "javascript" ];
  linux = on "linux" [
    "aarch64" "arc" "armv5tel" "armv6l" "armv7a" "armv7l" "i686" "loongarch64" "m68k" "sh4" "microblaze" "microblazeel"
    "mips" "mips64" "mips64el" "mipsel" "powerpc" "powerpc64" "powerpc64le" "riscv32" "riscv64" "s390" "s390x" "x86_64"
  ];
  mmix = on "mmixware" [ "mmix" ];
  netbsd = on "netbsd" [
    "aarch64" "armv6l" "armv7a" "armv7l" "i686" "m68k" "mipsel" "powerpc" "riscv32" "riscv64" "x86_64"
  ];
  embedded = on "none" [
    "aarch64_be" "aarch64" "arm" "armv6l" "avr" "i686" "microblaze" "microblazeel" "mips" "mips64" "msp430" "or1k" "m68k"
    "powerpc" "powerpcle" "riscv32" "riscv64" "rx" "s390" "s390x" "vc4" "x86_64"
  ];
  openbsd = on "openbsd" [ "i686" "x86_64" ];
  redox = on "redox" [ "x86_64" ];
  wasi = on "wasi" [ "wasm64" "wasm32" ];
  windows = on "windows" [ "aarch64" "x86_64" "i686" ];
  uefi = on "uefi" [ "aarch64" "x86_64" ];

  all = cygwin ++ darwin ++ freebsd ++ genode ++ illumos ++ js ++ linux ++ mmix ++ netbsd ++ embedded ++ openbsd
    ++ redox ++ wasi ++ windows ++ uefi;
in
{
  inherit all cygwin darwin freebsd genode illumos js linux mmix netbsd embedded openbsd redox wasi windows uefi;
  none = [ ];
  unix = cygwin ++ darwin ++ freebsd ++ illumos ++ linux ++ netbsd ++ openbsd ++ redox;
  gnu = linux;
  # A name of before 24.11.
  mesaPlatforms = darwin ++ on "linux" [
    "i686" "x86_64" "aarch64" "armv5tel" "armv6l" "armv7a" "armv7l" "powerpc64" "powerpc64le" "riscv64"
  ];

  aarch = where isAarch;
  aarch64 = where isAarch64;
  arc = where (parsed: parsed.cpu.name == "arc");
  arm = where isAarch32;
  armv7 = where isArmv7;
  bigEndian = where isBigEndian;
  i686 = where isi686;
  littleEndian = where isLittleEndian;
  loongarch64 = where isLoongArch64;
  m68k = where isM68k;
  microblaze = where isMicroBlaze;
  mips = where isMips;
  or1k = where isOr1k;
  power = where isPower;
  riscv = where isRiscV;
  riscv32 = where isRiscV32;
  riscv64 = where isRiscV64;
  rx = where isRx;
  s390 = where isS390;
  s390x = where isS390x;
  sh4 = where (parsed: parsed.cpu.name == "sh4");
  vc4 = where isVc4;
  x86 = where isx86;
  x86_64 = where isx86_64;
}
