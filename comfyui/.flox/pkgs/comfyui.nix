# ComfyUI: its tree, read-only, and a Python with what it needs but torch. What ComfyUI writes lives in
# a work folder of the user's ($COMFYUI_WORK_DIR, else ~/comfyui-work).
{ lib
, stdenvNoCC
, python3
, fetchPypi
, coreutils
, comfyui-embedded-docs
, comfyui-frontend-package
, comfyui-workflow-templates
, comfyuiNodeCheck
}:

let
  release = (import ../../versions.nix).comfyui;

  # requirements.txt of this release, and requests, which it imports without saying so (it used to come
  # with transformers); torch and its companions are filled by the runtime.
  pythonEnv = python3.withPackages (ps: with ps; [
    aiohttp
    alembic
    av
    comfyui-embedded-docs
    comfyui-frontend-package
    comfyui-workflow-templates
    einops
    kornia
    numpy
    pillow
    psutil
    pydantic
    pydantic-settings
    pyyaml
    requests
    safetensors
    scipy
    sentencepiece
    spandrel
    sqlalchemy
    tokenizers
    torch
    torchaudio
    torchsde
    torchvision
    tqdm
    transformers
    yarl
  ]);
in
stdenvNoCC.mkDerivation (finalAttrs: {
  pname = "comfyui";
  inherit (release) version;

  src = fetchPypi (release.carrier // { format = "wheel"; dist = "py3"; python = "py3"; });
  nativeBuildInputs = [ python3 ];

  # A wheel is a zip archive.
  unpackPhase = ''
    runHook preUnpack
    python3 -m zipfile -e "$src" .
    runHook postUnpack
  '';
  sourceRoot = release.folder;

  inherit coreutils pythonEnv;
  dontConfigure = true;
  dontBuild = true;

  installPhase = ''
    runHook preInstall
    app=$out/share/comfyui
    mkdir -p "$out/bin" "$app"
    rm -f ${lib.concatStringsSep " " release.foreign}

    # What ComfyUI writes to is not here; what it ships in those folders seeds a new work folder.
    mkdir -p "$out/share/comfyui-seed"
    mv custom_nodes input models "$out/share/comfyui-seed/"
    rm -rf output user temp tests tests-unit
    find "$out/share/comfyui-seed" -name 'put_*_here' -delete
    cp -r . "$app/"

    substitute ${../../scripts/comfyui.sh} "$out/bin/comfyui" \
      --subst-var coreutils --subst-var pythonEnv --subst-var out
    mkdir -p "$out/libexec"
    cp ${../../scripts}/*.py "$out/libexec/"
    cp ${comfyuiNodeCheck.program} "$out/libexec/comfyui-object-info.py"
    for program in start download workflow-check; do
      substitute ${../../scripts/program.sh} "$out/bin/comfyui-$program" \
        --subst-var pythonEnv --subst-var out --subst-var-by program "comfyui_''${program//-/_}"
    done
    chmod +x "$out"/bin/*
    for program in python3 python; do
      ln -s "$pythonEnv/bin/python3" "$out/bin/$program"
    done

    # The tree cannot be written to later: its bytecode is made now.
    PYTHONHASHSEED=0 python3 -m compileall -q --invalidation-mode unchecked-hash "$app"
    runHook postInstall
  '';

  passthru = {
    inherit pythonEnv;
    checks.nodes = comfyuiNodeCheck { comfyui = finalAttrs.finalPackage; };
  };

  meta = {
    description = "Node-based interface and backend for diffusion models";
    homepage = "https://www.comfy.org";
    license = lib.licenses.gpl3Only;
    platforms = lib.platforms.linux;
    mainProgram = "comfyui";
  };
})
