# Workflows to begin with: what `comfyui-start` puts into a new work folder.
{ lib, stdenvNoCC, python3, versions ? import ../../versions.nix }:

stdenvNoCC.mkDerivation {
  pname = "comfyui-workflows";
  inherit (versions.comfyui) version;
  src = ../../workflows;
  nativeBuildInputs = [ python3 ];
  dontConfigure = true;

  # What is no JSON is better found here than in a browser.
  buildPhase = ''
    runHook preBuild
    find . -name '*.json' | sort | while read -r file; do
      python3 -m json.tool "$file" /dev/null || die "workflow '$file' is no JSON"
    done
    runHook postBuild
  '';
  installPhase = ''
    runHook preInstall
    mkdir -p "$out/share/comfyui"
    cp -r . "$out/share/comfyui/workflows"
    runHook postInstall
  '';

  meta = {
    description = "Workflows for a new work folder of ComfyUI";
    homepage = "https://docs.comfy.org";
    license = lib.licenses.mit;
    platforms = lib.platforms.all;
  };
}
