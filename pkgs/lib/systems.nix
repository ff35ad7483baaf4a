# A system's name taken apart: what stdenv.hostPlatform answers.
{ lib }:

rec {
  flakeExposed = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];

  elaborate = arg:
    let
      system = if builtins.isString arg then arg else arg.system;
      parts = builtins.match "([^-]+)-(.+)" system;
      cpu = builtins.elemAt parts 0;
      kernel = builtins.elemAt parts 1;
      is64bit = builtins.elem cpu [ "x86_64" "aarch64" "powerpc64le" "riscv64" "s390x" "loongarch64" ];
      isLinux = kernel == "linux";
      isDarwin = kernel == "darwin";
    in
    if parts == null then throw "'${system}' is not a system: expected CPU-KERNEL, as in x86_64-linux"
    else
      let
        self = {
          inherit system is64bit isLinux isDarwin;
          config =
            if isLinux then "${cpu}-unknown-linux-gnu"
            else if isDarwin then "${if cpu == "aarch64" then "arm64" else cpu}-apple-darwin"
            else "${cpu}-unknown-${kernel}";
          parsed = { cpu = { name = cpu; bits = if is64bit then 64 else 32; }; kernel.name = kernel; };
          is32bit = !is64bit;
          isUnix = isLinux || isDarwin || lib.hasSuffix "bsd" kernel;
          isBSD = lib.hasSuffix "bsd" kernel;
          isWindows = kernel == "windows";
          isx86_64 = cpu == "x86_64";
          isx86_32 = cpu == "i686";
          isx86 = cpu == "x86_64" || cpu == "i686";
          isAarch64 = cpu == "aarch64";
          isAarch32 = lib.hasPrefix "armv" cpu;
          isAarch = self.isAarch64 || self.isAarch32;
          isRiscV = lib.hasPrefix "riscv" cpu;
          isPower = lib.hasPrefix "powerpc" cpu;
          isLittleEndian = cpu != "s390x";
          isBigEndian = cpu == "s390x";
          isGnu = isLinux;
          isMusl = false;
          isStatic = false;
          isElf = !isDarwin && kernel != "windows";
          isMacOS = isDarwin;
          libc = if isLinux then "glibc" else if isDarwin then "libSystem" else null;
          linuxArch = if self.isAarch64 then "arm64" else cpu;
          extensions = {
            sharedLibrary = if isDarwin then ".dylib" else ".so";
            staticLibrary = ".a";
            executable = "";
          };
          canExecute = other: other.system == system;
          emulatorAvailable = _: false;
        };
      in
      self;

  equals = a: b: a.system == b.system;
  parse.mkSystemFromString = s: (elaborate s).parsed;
  systems.flakeExposed = flakeExposed;
}
