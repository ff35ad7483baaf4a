# How the lock's projects are checked, where importing all that they bring says nothing about them:
#
#	skipped		modules that are not imported -> the reason
#	environment	variables
let
  gpu = "it loads CUDA's libraries, which are a slot";
  library = "it is a library that the project loads itself, no module";
in
{
  black.skipped.blackd = "it is a server, which needs what black's extra d asks for";
  comfy-aimdo.skipped = {
    "comfy_aimdo.aimdo" = library;
    "comfy_aimdo.aimdo_rocm" = library;
  };
  comfy-kitchen.skipped.comfy_kitchen = "it is for a newer torch than the cpu filling";
  comfyui-manager.skipped.comfyui_manager = "it runs inside of ComfyUI, whose modules it imports";
  cupy-cuda12x.skipped = { cupy = gpu; cupyx = gpu; };
  cupy-cuda13x.skipped = { cupy = gpu; cupyx = gpu; };
  # git is found when it is called, on the PATH of whoever calls it
  gitpython.environment.GIT_PYTHON_REFRESH = "quiet";
  googleapis-common-protos.skipped =
    let grpc = "it needs what the project's extra grpc asks for"; in
    {
      "google.longrunning.operations_grpc" = grpc;
      "google.longrunning.operations_grpc_pb2" = grpc;
      "google.longrunning.operations_pb2_grpc" = grpc;
    };
  hypothesis.skipped._hypothesis_pytestplugin = "pytest loads it";
  sageattention.skipped.sageattention = "it imports triton, which the cpu filling has not";
  sounddevice.skipped.sounddevice = "it loads PortAudio, which belongs to the machine's sound system";
  soupsieve.skipped.soupsieve = "beautifulsoup4 and it need each other, and only the former says so";
}
