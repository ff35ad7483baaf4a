# How the lock's projects are checked, where importing all that they bring says nothing about them:
#
#	skipped		modules that are not imported -> the reason
#	environment	variables
#	idle		why what the project is for cannot be imported here, whatever else of it can
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
  comfyui-manager = rec {
    idle = "it runs inside of ComfyUI, whose modules it imports";
    skipped.comfyui_manager = idle;
  };
  cupy-cuda12x = { idle = gpu; skipped = { cupy = gpu; cupyx = gpu; }; };
  cupy-cuda13x = { idle = gpu; skipped = { cupy = gpu; cupyx = gpu; }; };
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
  sageattention = rec {
    idle = "it imports triton, which the cpu filling has not";
    skipped.sageattention = idle;
  };
  sounddevice = rec {
    idle = "it loads PortAudio, which belongs to the machine's sound system";
    skipped.sounddevice = idle;
  };
  soupsieve = rec {
    idle = "beautifulsoup4 and it need each other, and only the former says so";
    skipped.soupsieve = idle;
  };
}
