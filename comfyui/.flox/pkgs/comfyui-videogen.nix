# Node packs that make and change videos, each at a commit of its repository.
{ lib
, python3
, callPackage
, comfyuiNodes
, comfyui
, comfyui-accelerate
, comfyui-peft
, comfyui-timm
, color-matcher
, pyloudnorm
, versions ? import ../../versions.nix
}:

let
  ps = python3.pkgs;
  basic = [ ps.einops ps.numpy ps.pillow ps.torch ps.torchvision ps.tqdm ];
  # What kijai's wrappers of models import.
  wrapper = [ comfyui-accelerate ps.diffusers ps.gguf ps.opencv-python-headless ps.protobuf ps.pyyaml ps.scipy ps.sentencepiece ps.transformers ];

  special = {
    ComfyUI-AnimateDiff-Evolved = {
      description = "Moves pictures by AnimateDiff's motion models";
      license = lib.licenses.asl20;
      writable = [ "models" "motion_lora" ];
    };
    ComfyUI-FramePackWrapper = {
      description = "Makes long videos of a picture by FramePack";
      license = lib.licenses.asl20;
      dependencies = wrapper;
    };
    ComfyUI-HunyuanVideoWrapper = {
      description = "Makes videos by HunyuanVideo";
      license = lib.licenses.asl20;
      dependencies = wrapper;
    };
    ComfyUI-LTXVideo = {
      description = "Makes videos by LTX-Video";
      license = lib.licenses.asl20;
      dependencies = [ comfyui-timm ps.diffusers ps.huggingface-hub ps.kornia ps.ninja ps.opencv-python-headless ps.transformers ];
    };
    ComfyUI-VideoHelperSuite = {
      description = "Loads, combines and saves videos";
      license = lib.licenses.gpl3Only;
      dependencies = [ ps.imageio-ffmpeg ps.opencv-python-headless ps.psutil ];
    };
    ComfyUI-WanVideoWrapper = {
      description = "Makes videos by Wan";
      license = lib.licenses.asl20;
      dependencies = wrapper ++ [ color-matcher comfyui-peft ps.ftfy pyloudnorm ];
      writable = [ "text_embed_cache" ];
    };
  };

  node = callPackage ../../nodes/from-github.nix { inherit comfyui; } basic;
in
comfyuiNodes {
  pname = "comfyui-videogen";
  inherit (versions.comfyui) version;
  inherit comfyui;
  nodes = lib.mapAttrsToList (name: pin: node name pin special.${name}) versions.nodes.video;

  meta = {
    description = "Node packs of ComfyUI for videos";
    homepage = "https://www.comfy.org";
    license = with lib.licenses; [ asl20 gpl3Only ];
    platforms = lib.platforms.linux;
  };
}
