# ComfyUI: its tree, read-only, and a Python with what it needs but torch. What ComfyUI writes lives in
# a work folder of the user's ($COMFYUI_WORK_DIR, else ~/comfyui-work).
{ lib
, stdenvNoCC
, python3
, fetchPypi
, fetchFromGitHub
, fetchgit
, coreutils
, comfyui-embedded-docs
, comfyui-frontend-package
, comfyui-workflow-templates
, comfyui-workflows
, comfyuiNodeCheck
, comfyui-spandrel
, versions ? import ../../versions.nix
}:

let
  release = versions.comfyui;

  # requirements.txt of all releases, and requests, which they import without saying so (it used to come
  # with transformers); torch and its companions are filled by the runtime.
  needs = ps: with ps; [
    aiohttp
    alembic
    av
    comfyui-embedded-docs
    comfyui-frontend-package
    comfyui-spandrel
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
    sqlalchemy
    tokenizers
    torch
    torchaudio
    torchsde
    torchvision
    tqdm
    transformers
    yarl
  ] ++ map (name: ps.${name}) release.requires or [ ];
  pythonEnv = python3.withPackages needs;

  # A clone of ComfyUI's repository on this machine has the same commits, and gives the same tree.
  clone =
    let named = builtins.getEnv "KILN_COMFYUI_GIT"; in
    if named == "" || lib.hasPrefix "/" named then named
    else throw "KILN_COMFYUI_GIT is '${named}': name the clone's folder from / on";
  src =
    if release ? carrier then fetchPypi release.carrier
    else if clone != "" then fetchgit { url = "file://${clone}"; fetchSubmodules = false; inherit (release.github) rev hash; }
    else fetchFromGitHub release.github;
  # Its programs, from $pythonEnv and $coreutils; whoever makes a package with more in it installs them, too.
  installPrograms = ''
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
    done'';
in
stdenvNoCC.mkDerivation (finalAttrs: {
  pname = "comfyui";
  inherit (release) version;
  inherit src;
  nativeBuildInputs = [ python3 ];

  inherit coreutils pythonEnv;
  dontConfigure = true;
  dontBuild = true;

  postPatch = ''
    "$pythonEnv/bin/python3" ${../../scripts/check-requirements.py} requirements.txt
    cp ${../../scripts/packaged_nodes.py} packaged_nodes.py
    substituteInPlace nodes.py --replace-fail \
      'possible_modules = os.listdir(os.path.realpath(custom_node_path))' \
      'possible_modules = __import__("packaged_nodes").listing(custom_node_path)'
    substituteInPlace main.py --replace-fail \
      'possible_modules = os.listdir(custom_node_path)' \
      'possible_modules = __import__("packaged_nodes").listing(custom_node_path)'
  '';

  installPhase = ''
    runHook preInstall
    app=$out/share/comfyui
    mkdir -p "$out/bin" "$app"
    rm -rf ${lib.escapeShellArgs (release.foreign or [ ])} .git .github .ci
    found=$(python3 -c 'import comfyui_version; print(comfyui_version.__version__)')
    [ "$found" = "$version" ] ||
      die "the source is ComfyUI $found, not $version: the release's version or its source is wrong in versions.nix"
    echo "$version" >.version

    # What ComfyUI writes to is not here; what it ships in those folders seeds a new work folder.
    mkdir -p "$out/share/comfyui-seed"
    mv custom_nodes input models "$out/share/comfyui-seed/"
    rm -rf output user temp tests tests-unit
    find "$out/share/comfyui-seed" -name 'put_*_here' -delete
    cp -r . "$app/"
    ln -s ${comfyui-workflows}/share/comfyui/workflows "$app/workflows"

    ${installPrograms}

    # The tree cannot be written to later: its bytecode is made now.
    find "$app" -name __pycache__ -prune -exec rm -rf {} +
    PYTHONHASHSEED=0 python3 -m compileall -q --invalidation-mode unchecked-hash "$app"
    runHook postInstall
  '';

  passthru = {
    inherit pythonEnv;
    # for an environment with more in it
    inherit needs installPrograms;
    checks.nodes = comfyuiNodeCheck { comfyui = finalAttrs.finalPackage; };
  };

  meta = {
    description = "Node-based interface and backend for diffusion models";
    homepage = "https://www.comfy.org";
    license = lib.licenses.gpl3Only;
    platforms = lib.platforms.linux;
    mainProgram = "comfyui";
  };
} // lib.optionalAttrs (release ? carrier) {
  # A wheel is a zip archive.
  unpackPhase = ''
    runHook preUnpack
    python3 -m zipfile -e "$src" .
    runHook postUnpack
  '';
  sourceRoot = release.folder;
})
