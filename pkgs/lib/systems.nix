# What stdenv.hostPlatform answers, out of a system's name.
{ lib }:

let
  parsing = import ./systems-parse.nix { inherit lib; };
  # Names that others have for processors; their own for all that stand in no table.
  linuxNames = { i686 = "i386"; aarch64 = "arm64"; riscv32 = "riscv"; riscv64 = "riscv"; powerpc64le = "powerpc"; powerpc64 = "powerpc"; s390x = "s390"; loongarch64 = "loongarch"; };
  qemuNames = { i686 = "i386"; powerpc64le = "ppc64le"; powerpc64 = "ppc64"; powerpc = "ppc"; };
  efiNames = { i686 = "ia32"; x86_64 = "x64"; aarch64 = "aa64"; };
  goNames = { i686 = "386"; x86_64 = "amd64"; aarch64 = "arm64"; powerpc64le = "ppc64le"; powerpc64 = "ppc64"; loongarch64 = "loong64"; };
  nodeNames = { i686 = "ia32"; x86_64 = "x64"; aarch64 = "arm64"; powerpc64le = "ppc64"; powerpc64 = "ppc64"; loongarch64 = "loong64"; };
  rustNames = { armv7l = "armv7"; armv7a = "armv7"; armv6l = "arm"; riscv64 = "riscv64gc"; };
  unames = { linux = "Linux"; darwin = "Darwin"; freebsd = "FreeBSD"; netbsd = "NetBSD"; openbsd = "OpenBSD"; windows = "Windows"; };
  instructions = lib.genAttrs
    [ "aes" "avx" "avx2" "avx512" "fma" "fma4" "lasx" "lsx" "sse3" "sse4_1" "sse4_2" "sse4_a" "ssse3" ]
    (_: false);

  of = self: system:
    let
      inherit (self) parsed;
      cpu = parsed.cpu.name;
      kernel = parsed.kernel.name;
      arm32 = name: if self.isAarch32 then "arm" else name;
      triple = cpu: "${cpu}-${parsed.vendor.name}-${if kernel == "freebsd" || parsed.abi.name == "unknown" then kernel else "${kernel}-${parsed.abi.name}"}";
    in
    {
      inherit system;
      parsed = parsing.parse system;
      config = triple (if self.isDarwin && self.isAarch64 then "arm64" else cpu);
      # Cross compilation, static linking and other libraries of C have no place here.
      isStatic = false;
      useLLVM = false;
      useAndroidPrebuilt = false;
      useiOSPrebuilt = false;
      libc = if self.isLinux then "glibc" else if self.isDarwin then "libSystem" else null;
      libDir = if !self.isLinux then null else if cpu == "x86_64" || lib.hasPrefix "powerpc64" cpu then "lib64" else "lib";
      linker = if self.isDarwin then "cctools" else "bfd";
      hasSharedLibraries = self.isUnix || self.isWindows;
      extensions = rec {
        sharedLibrary = if self.isDarwin then ".dylib" else if self.isWindows then ".dll" else ".so";
        staticLibrary = if self.isWindows then ".lib" else ".a";
        library = if self.isStatic then staticLibrary else sharedLibrary;
        executable = if self.isWindows then ".exe" else "";
      };
      gcc = lib.optionalAttrs (cpu == "aarch64" && self.isLinux) { arch = "armv8-a"; };

      linuxArch = arm32 (linuxNames.${cpu} or cpu);
      ubootArch = if cpu == "i686" then "x86" else self.linuxArch;
      qemuArch = arm32 (qemuNames.${cpu} or cpu);
      efiArch = arm32 (efiNames.${cpu} or cpu);
      darwinArch = if self.isAarch64 then "arm64" else cpu;
      darwinPlatform = if self.isDarwin then "macos" else null;
      darwinMinVersion = "14.0";
      darwinSdkVersion = "14.4";
      darwinMinVersionVariable = if self.isDarwin then "MACOSX_DEPLOYMENT_TARGET" else null;
      uname = {
        system = unames.${kernel} or kernel;
        processor = if self.isDarwin then self.darwinArch else if self.isPower64 then qemuNames.${cpu} else cpu;
        release = null;
      };
      go = {
        GOARCH = arm32 (goNames.${cpu} or cpu);
        GOARM = if self.isAarch32 then parsed.cpu.version or "" else "";
        GOOS = kernel;
      };
      node = {
        arch = arm32 (nodeNames.${cpu} or cpu);
        platform = if self.isWindows then "win32" else kernel;
      };
      rust = rec {
        rustcTarget = triple (rustNames.${cpu} or cpu);
        rustcTargetSpec = rustcTarget;
        cargoShortTarget = rustcTarget;
        cargoEnvVarTarget = lib.toUpper (lib.replaceStrings [ "-" ] [ "_" ] rustcTarget);
        isNoStdTarget = self.isNone;
        platform = {
          arch = arm32 (if self.isPower64 then "powerpc64" else cpu);
          os = if self.isDarwin then "macos" else kernel;
          target-family = [ (if self.isWindows then "windows" else "unix") ];
          vendor = parsed.vendor.name;
        };
      };

      canExecute = other: other.system == system;
      # A program before the command that runs it; only what runs by itself has one.
      emulatorAvailable = pkgs: pkgs.stdenv.hostPlatform.canExecute self;
      emulator = pkgs:
        if self.emulatorAvailable pkgs then lib.getExe (pkgs.writeShellScriptBin "exec" "exec \"$@\"")
        else throw "there is no emulator of ${system} on ${pkgs.stdenv.hostPlatform.system}";
    };
in
rec {
  flakeExposed = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
  elaborate = arg:
    let
      self = of self (if builtins.isString arg then arg else arg.system)
        // lib.mapAttrs (_: predicate: predicate self.parsed) parsing.predicates
        // lib.mapAttrs' (name: lib.nameValuePair "${name}Support") instructions;
    in
    builtins.seq self.parsed self;

  equals = a: b: a.system == b.system;
  systemToAttrs = system: if builtins.isAttrs system then system else { inherit system; };
  parse.mkSystemFromString = parsing.parse;
  inspect = { inherit (parsing) patterns predicates platformPatterns; };
  doubles = lib.platforms;
  systems.flakeExposed = flakeExposed;
}
