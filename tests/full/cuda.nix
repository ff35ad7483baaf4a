# CUDA's wheels as packages: builds with them. `results` as in stdenv.nix.
let
  pkgs = import ../../pkgs { config.allowUnfree = true; };
  inherit (pkgs) lib stdenv;
  cuda = pkgs.cudaPackages_13;
  old = pkgs.cudaPackages_12;

  kernel = pkgs.writeText "kernel.ptx" ''
    .version 7.0
    .target sm_75
    .address_size 64
    .visible .entry nothing()
    {
      ret;
    }
  '';
  # An object that loads CUDA's runtime, as a program's would.
  user = attrs: stdenv.mkDerivation ({
    name = "user";
    dontUnpack = true;
    nativeBuildInputs = [ pkgs.autoPatchelfHook ];
    buildInputs = [ cuda.cuda_cudart ];
    installPhase = ''
      mkdir -p $out/bin
      cp ${pkgs.patchelf}/bin/patchelf $out/bin/user
      chmod u+w $out/bin/user
      patchelf --add-needed libcudart.so.13 $out/bin/user
      runHook postInstall
    '';
  } // attrs);
  some = [ cuda.cuda_cudart cuda.cuda_nvcc cuda.cuda_nvtx cuda.cuda_cccl ];
  clashing = some ++ [ cuda.libnvvm cuda.cuda_crt cuda.cuda_cupti cuda.cuda_sanitizer_api ];

  checks = {
    "nvcc runs" = [ "${cuda.cuda_nvcc}/bin/nvcc --version | grep -o 'release 13.0'" "release 13.0" ];
    "so does ptxas" = [ "${cuda.cuda_nvcc}/bin/ptxas -arch=sm_75 -o $TMPDIR/k ${kernel} && od -An -c -N4 $TMPDIR/k | tr -d ' '" "177ELF" ];
    "CUDA 12 says what it lacks" = [ "${old.cuda_nvcc}/bin/nvcc x.cu 2>&1 || true" "error: nvcc: the wheel of CUDA 12 has ptxas and no nvcc; cudaPackages_13 has one" ];
    "and has ptxas" = [ "${old.cuda_nvcc}/bin/ptxas -arch=sm_75 -o $TMPDIR/k ${kernel} && echo made" "made" ];
    "linkers find libraries" = [ "readlink ${cuda.cuda_cudart}/lib64 ${cuda.cuda_cudart}/lib/libcudart.so" "lib\nlibcudart.so.13" ];
    "headers are there" = [ "ls ${cuda.cuda_cudart.dev}/include/cuda_runtime.h | sed 's/.*include/include/'" "include/cuda_runtime.h" ];
    "nothing of Python is" = [ "find ${toString some} -name '*.py' -o -name '*.dist-info'" "" ];
    "licences are told apart" = [ "ls ${cuda.cuda_nvcc}/share/doc" "nvidia-cuda-crt\nnvidia-cuda-nvcc" ];
    "components in one folder" = [ "cd ${pkgs.symlinkJoin { name = "cuda"; paths = some; }} && test -e bin/nvcc && test -e include/cuda_runtime.h && echo joined" "joined" ];
    "or in an environment, without a clash" = [ "cd ${pkgs.buildEnv { name = "cuda"; paths = clashing; }} && test -e bin/nvcc && test -e include/nvtx3/nvToolsExt.h && echo merged" "merged" ];
    "outputs do not refer to CUDA" = [ "patchelf --print-rpath ${user { disallowedReferences = [ cuda.cuda_cudart ]; }}/bin/user | grep -c cuda || true" "0" ];
    "nor do they say what nvcc was told" = [ "grep -c eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee-cuda_cudart ${user { disallowedReferences = [ cuda.cuda_cudart ]; dontStrip = true; postInstall = "echo ${cuda.cuda_cudart}/bin >>$out/bin/user"; }}/bin/user" "1" ];
    "unless it is told to leave it alone" = [ "patchelf --print-rpath ${user { leaveCudaAlone = true; }}/bin/user | grep -c cuda_cudart" "1" ];
    "builds know where CUDA is" = [ "cat ${pkgs.runCommand "root" { buildInputs = some; } "echo \${CUDACXX##*/} $(tr ';' '\\n' <<<$CUDAToolkit_ROOT | wc -l) >$out"}" "nvcc 4" ];
  } // lib.optionalAttrs stdenv.hasCC {
    "nvcc compiles with the set's compiler" = [
      "${stdenv.mkDerivation {
        name = "kernel";
        src = pkgs.writeTextDir "kernel.cu" ''
          #include <cstdio>
          #include <cuda_runtime.h>
          __global__ void add(int n, const float *x, float *y) { int i = threadIdx.x; if (i < n) y[i] += x[i]; }
          int main() { add<<<1, 1>>>(0, nullptr, nullptr); printf("%d\n", CUDART_VERSION / 1000); }
        '';
        nativeBuildInputs = [ cuda.cuda_nvcc ];
        buildInputs = [ cuda.cuda_cudart ];
        disallowedReferences = [ cuda.cuda_nvcc cuda.cuda_cudart stdenv.cc ];
        buildPhase = "nvcc --cudart static -arch=sm_90 -o kernel kernel.cu";
        installPhase = "install -Dt $out/bin kernel";
      }}/bin/kernel"
      "13"
    ];
  };
in
{
  count = lib.length (lib.attrNames checks);
  results = import ./results.nix { inherit pkgs; nativeBuildInputs = [ pkgs.patchelf ]; } checks;
}
