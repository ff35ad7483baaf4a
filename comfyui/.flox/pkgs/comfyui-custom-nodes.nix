# Node packs of general use, each at a commit of its repository.
{ lib
, python3
, callPackage
, fetchFromGitHub
, comfyuiNodes
, comfyui
, color-matcher
, colour-science
, comfyui-accelerate
, comfyui-clip-interrogator
, comfyui-pixeloe
, comfyui-segment-anything
, comfyui-timm
, comfyui-transparent-background
, cstr
, ffmpy
, img2texture
, rembg
, versions ? import ../../versions.nix
}:

let
  ps = python3.pkgs;
  # What nearly all of them import.
  basic = [ ps.numpy ps.pillow ps.torch ps.torchvision ];
  # Of which systems what is not a wheel for all.
  onX86 = lib.optionals (python3.stdenv.hostPlatform.system == "x86_64-linux");

  # What each imports besides, where it writes, and what is otherwise special.
  special = {
    ComfyUI-Custom-Scripts = {
      description = "Autocompletion, presets, favourites and other help in the interface";
      license = lib.licenses.mit;
      dependencies = [ ps.aiohttp ];
      writable = [ "pysssss.json" ];
      # ComfyUI serves its scripts from where they are, but it makes a folder in ComfyUI for them first.
      postPatch = ''
        substituteInPlace pysssss.py --replace-fail $'    dst_dir = get_web_ext_dir()\n' \
          $'    if not should_install:\n        return\n    dst_dir = get_web_ext_dir()\n'
      '';
    };
    ComfyUI-IPAdapter-Flux = {
      description = "IP-Adapter for Flux";
      license = lib.licenses.asl20;
      dependencies = [ ps.diffusers ps.einops ps.protobuf ps.sentencepiece ps.transformers ];
    };
    ComfyUI-Image-Saver = {
      description = "Saves pictures with the metadata that galleries read";
      license = lib.licenses.mit;
      dependencies = [ ps.piexif ps.requests ];
    };
    ComfyUI-KJNodes = {
      description = "Masks, batches, conditions and many small helpers";
      license = lib.licenses.gpl3Only;
      dependencies = [ color-matcher ps.huggingface-hub ps.matplotlib ps.mss ps.opencv-python-headless ps.scipy ];
      writable = [ "custom_dimensions.json" "settings.json" ];
    };
    ComfyUI-mxToolkit = {
      description = "Sliders and controls for values";
      license = lib.licenses.mit;
    };
    ComfyUI_Comfyroll_CustomNodes = {
      description = "Nodes for texts, grids, schedules and pipes";
      license = lib.licenses.mit;
      dependencies = [ ps.matplotlib ];
      # Of fonts it has its own; a machine may have none.
      postPatch = ''
        substituteInPlace nodes/nodes_graphics_text.py --replace-fail \
          '"/usr/share/fonts/truetype"' \
          'os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "fonts")'
      '';
    };
    ComfyUI_IPAdapter_plus = {
      description = "IP-Adapter";
      license = lib.licenses.gpl3Only;
      dependencies = [ ps.einops ];
    };
    ComfyUI_UltimateSDUpscale = {
      description = "Upscales in tiles";
      license = lib.licenses.gpl3Only;
      # a submodule, which the archive of a commit has not
      postPatch = ''
        rm -rf repositories/ultimate_sd_upscale
        mkdir -p repositories
        cp -r ${fetchFromGitHub versions.nodes.ultimate-upscale} repositories/ultimate_sd_upscale
      '';
    };
    ComfyUI_essentials = {
      description = "Nodes that ComfyUI itself lacks";
      license = lib.licenses.mit;
      dependencies = [ colour-science ps.numba rembg ] ++ onX86 [ comfyui-pixeloe comfyui-transparent-background ];
    };
    Comfyui-LayerForge = {
      description = "A canvas with layers in the interface";
      license = lib.licenses.mit;
      dependencies = [ ps.aiohttp ps.huggingface-hub ps.kornia comfyui-timm ps.tqdm ps.transformers ];
      writable = [ "logs" ];
    };
    efficiency-nodes-comfyui = {
      description = "Loaders, samplers and plots in few nodes";
      license = lib.licenses.gpl3Only;
      dependencies = [ comfyui-clip-interrogator ps.simpleeval ];
    };
    images-grid-comfy-plugin = {
      description = "Grids of pictures with labels";
      license = lib.licenses.mit;
    };
    rgthree-comfy = {
      description = "Links, groups, seeds and comparisons in the interface";
      license = lib.licenses.mit;
      writable = [ "rgthree_config.json" "userdata" ];
    };
    was-node-suite-comfyui = {
      description = "Over two hundred nodes for pictures, texts and numbers";
      license = lib.licenses.mit;
      dependencies = [
        comfyui-accelerate
        comfyui-segment-anything
        comfyui-timm
        cstr
        ffmpy
        img2texture
        ps.fairscale
        ps.gitpython
        ps.imageio
        ps.joblib
        ps.matplotlib
        ps.numba
        ps.opencv-python-headless
        ps.pilgram
        ps.requests
        ps.scikit-image
        ps.scikit-learn
        ps.scipy
        ps.tqdm
        ps.transformers
        rembg
      ];
      writable = [ "was_suite_config.json" "was_suite_settings.json" "cache" ];
    };
  };

  node = callPackage ../../nodes/from-github.nix { inherit comfyui; } basic;
in
comfyuiNodes {
  pname = "comfyui-custom-nodes";
  inherit (versions.comfyui) version;
  inherit comfyui;
  nodes = lib.mapAttrsToList (name: pin: node name pin special.${name}) versions.nodes.custom;

  meta = {
    description = "Node packs of ComfyUI for general use";
    homepage = "https://www.comfy.org";
    license = with lib.licenses; [ asl20 gpl3Only mit ];
    platforms = lib.platforms.linux;
  };
}
