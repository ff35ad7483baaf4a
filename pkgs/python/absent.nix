# Projects that recipes ask python3.pkgs for and do not find there, with the reason, which the error
# tells. What is neither here nor in the lock nobody has thought of yet.
{ lib }:

let
  nvidia = lib.words.gpu;
  slot = what: "it is ${what}, which must fit the torch that fills the slot: the environment brings it; leave it out";
in
lib.genAttrs [
  "nvidia-cublas-cu12"
  "nvidia-cuda-cupti-cu12"
  "nvidia-cuda-nvrtc-cu12"
  "nvidia-cuda-runtime-cu12"
  "nvidia-cudnn-cu12"
  "nvidia-cufft-cu12"
  "nvidia-curand-cu12"
  "nvidia-cusolver-cu12"
  "nvidia-cusparse-cu12"
  "nvidia-nccl-cu12"
  "nvidia-nvjitlink-cu12"
  "nvidia-nvtx-cu12"
] (_: nvidia)
// {
  flash-attn = "it has no wheel, and its source needs nvcc and the torch of the machine that runs it: the environment brings it, by kiln run --slot flash-attn=PATH";
  nunchaku = "it is for Python older than 3.13, and is a library for fitting curves, not the engine for diffusion models of that name";
  onnxruntime-gpu = "it needs CUDA's libraries, and has the same files as onnxruntime, which stands for it here: say onnxruntime, or leave it out for kiln run --slot onnxruntime-gpu=PATH";
  pytorch-triton-rocm = slot "triton for AMD's GPUs";
  triton-xpu = slot "triton for Intel's GPUs";
  xformers = slot "a library of kernels for one release of torch" + ", for kiln run --slot xformers=PATH";
}
