# CUDA for builds: NVIDIA's wheels on PyPI that belong to one release, as packages under nixpkgs' names.
# lock.json pins them (tools/lock-cuda makes it). Recipes have them among their inputs; when a program
# runs they are slots, brought by the environment, so that no output refers to them: see cuda-hook.sh.
final: prev:
let
  packagesOf = release: final.lib.recurseIntoAttrs (import ./packages.nix final { inherit release; });
in
{
  cudaPackages_12_9 = packagesOf "12.9";
  cudaPackages_12 = final.cudaPackages_12_9;
  cudaPackages_13_0 = packagesOf "13.0";
  cudaPackages_13 = final.cudaPackages_13_0;
  # The newest, which alone has a compiler.
  cudaPackages = final.cudaPackages_13;
  inherit (final.cudaPackages) cudatoolkit cudnn nccl cutensor;
}
