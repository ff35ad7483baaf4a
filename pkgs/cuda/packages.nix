# The packages of one release, as a function of it: "13.0". They are read when somebody asks for one, so
# ./default.nix has only their names.
final:
let
  inherit (final) lib stdenv;
  inherit (lib) words;
  lockAt = { file = ./lock.json; remake = "tools/lock-cuda"; };
  lock = lib.lock.read lockAt;
  components = import ./components.nix;
  inherit (stdenv.hostPlatform) system;
in
lib.makeOverridable ({ release, releases ? lock.releases, cudaCapabilities ? final.config.cudaCapabilities or null }:
  let
    locked = (releases.${release} or (throw "cudaPackages: there is no CUDA ${release} in the lock, which has ${lib.concatStringsSep ", " (lib.attrNames releases)}")).systems.${system} or { };
    entry = n: lib.lock.look (lockAt // { keys = [ release system n ]; })
      { version = lib.lock.isText; file = lib.lock.isFile; sha256 = lib.lock.isHash; } [ ] locked.${n};
    major = lib.versions.major release;
    rowOf = wheel: lib.findFirst (n: locked ? ${n}) null [ "${wheel}-cu${major}" wheel ];
    here = lib.filterAttrs (_: c: lib.elem major c.majors or [ major ]) components;

    component = self: name: c:
      let
        rows = lib.filter (n: n != null) (map rowOf c.wheels);
        fetched = map
          (n: final.fetchurl {
            url = "mirror://pypi/${n}/${(entry n).file}";
            inherit (entry n) sha256;
          })
          rows;
        package = final.stdenvNoCC.mkDerivation {
          pname = name;
          inherit (entry (lib.head rows)) version;
          wheels = fetched;
          projects = rows;
          linked = map (n: self.${n}) (lib.filter (n: here ? ${n}) c.links or [ ]);
          dontUnpack = true;
          requiredSystemFeatures = [ "kiln" ];
          nativeBuildInputs = [ final.autoPatchelfHook ];
          buildInputs = map (n: self.${n}) c.needs or [ ] ++ map (n: final.${n}) c.natives or [ ];
          # the driver's, and those of network cards
          autoPatchelfIgnoreMissingDeps = [ "libcuda.so*" "libnvidia-*.so*" "libmlx*.so*" "libibverbs.so*" "librdmacm.so*" "lib*mpi*.so*" "liboshmem.so*" "libpmix.so*" "libucs.so*" "libucp.so*" "libfabric.so*" ];
          appendRunpaths = [ "${placeholder "out"}/lib" ];
          leaveCudaAlone = true;
          dontStrip = true;
          installPhase = "source ${../build-support/make-links.sh}; source ${../build-support/link-tree.sh}; source ${./install.sh}";
          setupHook = self.cudaHook;
          noCompiler = lib.optionalString (name == "cuda_nvcc" && major == "12")
            "the wheel of CUDA 12 has ptxas and no nvcc; cudaPackages_13 has one";
          passthru = { inherit release; wheels = rows; } // lib.genAttrs [ "dev" "lib" "static" "include" "bin" "stubs" ] (_: package);
          meta = {
            description = "CUDA ${release}: ${c.description} (for builds; at run time a slot)";
            homepage = "https://developer.nvidia.com/cuda-toolkit";
            license = lib.licenses.nvidiaCudaRedist;
            platforms = [ "x86_64-linux" "aarch64-linux" ];
          } // lib.optionalAttrs (name == "cuda_nvcc") { mainProgram = "nvcc"; }
          // lib.optionalAttrs (c ? priority) { inherit (c) priority; };
        };
      in
      if rows == [ ] then throw "cudaPackages.${name}: CUDA ${release} has no wheel of it for ${system}" else package;

    capabilities = if cudaCapabilities != null then cudaCapabilities
      else if major == "12" then [ "7.0" "7.5" "8.0" "8.6" "8.9" "9.0" "10.0" "12.0" ]
      else [ "7.5" "8.0" "8.6" "8.9" "9.0" "10.0" "12.0" ];
    dropDots = lib.replaceStrings [ "." ] [ "" ];
    architectures = map dropDots capabilities;

    scope = self: lib.mapAttrs (component self) here // {
      inherit lib;
      pkgs = final;
      cudaMajorMinorVersion = release;
      cudaMajorVersion = major;
      cudaMajorMinorPatchVersion = lib.versions.majorMinor release + "." + lib.versions.patch releases.${release}.toolkit;
      cudaVersion = release;
      cudaOlder = lib.versionOlder release;
      cudaAtLeast = lib.versionAtLeast release;
      cudaNamePrefix = "cuda${release}";

      # What compilers are told of the GPUs that a program is for.
      flags = {
        inherit dropDots;
        cudaCapabilities = capabilities;
        cudaForwardCompat = true;
        inherit (self) cudaMajorVersion cudaMajorMinorVersion;
        realArches = map (a: "sm_${a}") architectures;
        virtualArches = map (a: "compute_${a}") architectures;
        arches = map (a: "sm_${a}") architectures ++ [ "compute_${lib.last architectures}" ];
        gencode = map (a: "-gencode=arch=compute_${a},code=sm_${a}") architectures
          ++ [ "-gencode=arch=compute_${lib.last architectures},code=compute_${lib.last architectures}" ];
        gencodeString = lib.concatStringsSep " " self.flags.gencode;
        cmakeCudaArchitecturesString = lib.concatStringsSep ";" architectures;
        isJetsonBuild = false;
      };
      cudaFlags = self.flags;

      # Compilers that nvcc works with are the set's own.
      backendStdenv = stdenv;
      cudaStdenv = stdenv;
      # The driver's libraries are found by what starts a program, not by its run path.
      autoAddDriverRunpath = null;
      autoAddOpenGLRunpathHook = null;
      autoAddCudaCompatRunpath = null;
      markForCudatoolkitRootHook = null;
      setupCudaHook = null;

      cudaHook = final.writeText "cuda-hook.sh" (lib.replaceStrings [ "@patchelf@" ] [ "${final.patchelf}/bin/patchelf" ] (builtins.readFile ./cuda-hook.sh));

      # All of one release in one folder, as NVIDIA's own installer leaves it.
      cudatoolkit = final.symlinkJoin {
        pname = "cudatoolkit";
        version = release;
        paths = map (n: self.${n}) (lib.filter (n: !(here.${n}.apart or false) && map rowOf here.${n}.wheels != [ null ]) (lib.attrNames here));
        postBuild = "install -Dm644 ${self.cudaHook} $out/nix-support/setup-hook";
        passthru = { inherit release; } // lib.genAttrs [ "dev" "lib" "bin" "cc" ] (n: if n == "cc" then stdenv.cc else self.cudatoolkit);
        meta = { description = "CUDA ${release}, all of it (for builds; at run time a slot)"; license = lib.licenses.nvidiaCudaRedist; };
      };
      __missing = {
        first = _: null;
        last = name: "cudaPackages has the components of CUDA ${release} that NVIDIA has wheels of, for builds; when a program runs they are slots, which the environment fills";
      };
    };
  in
  lib.makeScope final.newScope scope)
