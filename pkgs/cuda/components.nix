# The components of CUDA under nixpkgs' names: the wheels that each is made of, without their suffix; the
# components (needs) and other packages (natives) whose libraries its own load, and the components that
# it has among its own files (links). `majors` are the CUDA releases that have it; `apart` is what is
# released apart from CUDA. Of headers that differ, cupti's come before the sanitizer's copy (priority).
{
  cuda_cccl = { wheels = [ "nvidia-cuda-cccl" ]; description = "CUDA's C++ core libraries: headers"; };
  cuda_crt = { wheels = [ "nvidia-cuda-crt" ]; majors = [ "13" ]; description = "headers of the compiler's own runtime"; };
  cuda_cudart = { wheels = [ "nvidia-cuda-runtime" "nvidia-cuda-culibos" ]; description = "the CUDA runtime"; };
  cuda_culibos = { wheels = [ "nvidia-cuda-culibos" ]; majors = [ "13" ]; description = "what CUDA's static libraries need of a system"; };
  cuda_cupti = { wheels = [ "nvidia-cuda-cupti" ]; description = "CUDA's profiling interface"; };
  cuda_cuxxfilt = { wheels = [ "nvidia-cuda-cuxxfilt" ]; description = "names of CUDA symbols, decoded"; };
  cuda_nvcc = { wheels = [ "nvidia-cuda-nvcc" "nvidia-cuda-crt" ]; links = [ "libnvvm" ]; description = "the CUDA compiler"; };
  cuda_nvml_dev = { wheels = [ "nvidia-nvml-dev" ]; description = "the header of the driver's management library"; };
  cuda_nvrtc = { wheels = [ "nvidia-cuda-nvrtc" ]; description = "the CUDA compiler as a library"; };
  cuda_nvtx = { wheels = [ "nvidia-nvtx" ]; description = "marks for profilers"; };
  cuda_opencl = { wheels = [ "nvidia-cuda-opencl" ]; description = "the loader of OpenCL"; };
  cuda_profiler_api = { wheels = [ "nvidia-cuda-profiler-api" ]; description = "headers for profilers"; };
  cuda_sanitizer_api = { wheels = [ "nvidia-cuda-sanitizer-api" ]; priority = 6; description = "checks of kernels while they run"; };
  libcublas = { wheels = [ "nvidia-cublas" ]; description = "linear algebra"; };
  libcufft = { wheels = [ "nvidia-cufft" ]; description = "Fourier transforms"; };
  libcufile = { wheels = [ "nvidia-cufile" ]; description = "files to the GPU's memory"; };
  libcurand = { wheels = [ "nvidia-curand" ]; description = "random numbers"; };
  libcusolver = { wheels = [ "nvidia-cusolver" ]; needs = [ "libcublas" "libcusparse" "libnvjitlink" ]; description = "solvers"; };
  libcusparse = { wheels = [ "nvidia-cusparse" ]; needs = [ "libnvjitlink" ]; description = "sparse matrices"; };
  libnpp = { wheels = [ "nvidia-npp" ]; description = "images and signals"; };
  libnvfatbin = { wheels = [ "nvidia-nvfatbin" ]; description = "fat binaries, made at run time"; };
  libnvjitlink = { wheels = [ "nvidia-nvjitlink" ]; description = "linking at run time"; };
  libnvjpeg = { wheels = [ "nvidia-nvjpeg" ]; description = "JPEG"; };
  libnvptxcompiler = { wheels = [ "nvidia-nvptxcompiler" ]; majors = [ "13" ]; description = "the PTX compiler as a library"; };
  libnvvm = { wheels = [ "nvidia-nvvm" ]; majors = [ "13" ]; description = "NVIDIA's back end of LLVM"; };

  cudnn = { wheels = [ "nvidia-cudnn" ]; needs = [ "libcublas" "cuda_nvrtc" ]; natives = [ "zlib" ]; apart = true; description = "deep neural networks"; };
  cutensor = { wheels = [ "cutensor" ]; needs = [ "libcublas" "cuda_cudart" "nccl" ]; apart = true; description = "tensors"; };
  cusparselt = { wheels = [ "nvidia-cusparselt" ]; apart = true; description = "structured sparse matrices"; };
  nccl = { wheels = [ "nvidia-nccl" ]; needs = [ "cuda_cudart" ]; apart = true; description = "communication of several GPUs"; };
  libnvshmem = { wheels = [ "nvidia-nvshmem" ]; needs = [ "cuda_cudart" ]; apart = true; description = "memory that several GPUs share"; };
}
