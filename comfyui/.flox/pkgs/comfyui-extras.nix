# Libraries that nodes ask for, as one package: none of them brings a torch, and there is one of each.
{ lib
, python3
, comfyui-accelerate
, comfyui-clip-interrogator
, comfyui-open-clip-torch
, comfyui-pixeloe
, comfyui-segment-anything
, comfyui-timm
, comfyui-transparent-background
, comfyui-ultralytics
, color-matcher
, colour-science
, cstr
, ffmpy
, img2texture
, onnxruntime-noexecstack
, rembg
, versions ? import ../../versions.nix
}:

let
  libraries = [
    color-matcher
    colour-science
    comfyui-accelerate
    comfyui-clip-interrogator
    comfyui-open-clip-torch
    comfyui-pixeloe
    comfyui-segment-anything
    comfyui-timm
    comfyui-transparent-background
    comfyui-ultralytics
    cstr
    ffmpy
    img2texture
    onnxruntime-noexecstack
    rembg
  ] ++ (with python3.pkgs; [
    albumentations
    easydict
    gitpython
    numba
    piexif
    pillow-heif
    pymatting
    rich
    simpleeval
  ]);
  # Here two packages with one name for different files are found.
  pythonEnv = python3.withPackages (_: libraries);
in
python3.pkgs.buildPythonPackage {
  pname = "comfyui-extras";
  inherit (versions.extras) version;
  namePrefix = "";
  format = "other";
  dependencies = libraries;
  inherit pythonEnv;

  dontUnpack = true;
  dontConfigure = true;
  dontBuild = true;
  doCheck = false;
  # What of the environment is a library's, not the interpreter's.
  installPhase = ''
    runHook preInstall
    site=${python3.sitePackages}
    mkdir -p "$out/bin" "$out/$site"
    for path in "$pythonEnv/$site"/*; do
      [ -e "${python3}/$site/''${path##*/}" ] || ln -s "$path" "$out/$site/"
    done
    for path in "$pythonEnv"/bin/*; do
      [ -e "${python3}/bin/''${path##*/}" ] || ln -s "$path" "$out/bin/"
    done
    runHook postInstall
  '';

  passthru = { inherit libraries pythonEnv; };

  meta = {
    description = "Libraries for ComfyUI's nodes, for the torch of the runtime";
    homepage = "https://www.comfy.org";
    license = with lib.licenses; [ agpl3Only asl20 bsd3 gpl3Only mit ];
    platforms = [ "x86_64-linux" ];
  };
}
