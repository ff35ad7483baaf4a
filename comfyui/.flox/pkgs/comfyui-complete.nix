# ComfyUI with everything of this project in one package: its nodes stand in custom_nodes, and one Python
# has what ComfyUI, the extras and the nodes ask for. versions.nix says which packs of nodes.
{ lib
, stdenvNoCC
, python3
, coreutils
, comfyui
, comfyui-custom-nodes
, comfyui-extras
, comfyui-impact-subpack
, comfyui-manager
, comfyui-nodes-pypi
, comfyui-plugins
, comfyui-videogen
, versions ? import ../../versions.nix
}:

let
  # A build of the same versions is another package after a change of the recipes: who releases writes the
  # commit there, as a build does not see the repository.
  build = lib.importJSON ../../build-meta/comfyui-complete.json;
  packs = {
    inherit comfyui-custom-nodes comfyui-impact-subpack comfyui-nodes-pypi comfyui-plugins comfyui-videogen;
  };
  nodes = map (name: packs.${name}) versions.complete.nodes;
  # What nodes import; they themselves stand in custom_nodes, and those of a bundle would be there twice.
  nodesNeed = lib.filter (p: !(p.isComfyuiNode or false)) (python3.pkgs.requiredPythonModules nodes);
  pythonEnv = python3.withPackages (ps: comfyui.needs ps ++ comfyui-extras.libraries ++ [ comfyui-manager ] ++ nodesNeed);
in
stdenvNoCC.mkDerivation {
  pname = "comfyui-complete";
  version = "${comfyui.version}+${build.git_rev_short}";
  inherit comfyui coreutils pythonEnv;
  dontUnpack = true;
  dontConfigure = true;
  dontBuild = true;

  installPhase = ''
    runHook preInstall
    app=$out/share/comfyui
    mkdir -p "$out/bin" "$app/custom_nodes" "$app/node-info" "$out/share/comfyui-complete"
    # main.py looks for the rest beside itself, behind all links: so it is a tree of its own.
    cp -r --no-preserve=ownership "$comfyui/share/comfyui/." "$app/"
    chmod -R u+w "$app"
    for package in ${lib.concatStringsSep " " nodes}; do
      for kind in custom_nodes node-info; do
        for path in "$package/share/comfyui/$kind"/*; do
          [ ! -e "$app/$kind/''${path##*/}" ] || die "two packs have a node ''${path##*/}"
          ln -s "$(readlink -f "$path")" "$app/$kind/"
        done
      done
    done
    cp -r "$comfyui/share/comfyui-seed" "$out/share/"
    echo ${toString build.build_version} >"$out/share/comfyui-complete/build-version"

    ${comfyui.installPrograms}
    runHook postInstall
  '';

  passthru = { inherit pythonEnv nodes; inherit (comfyui) needs; };

  meta = {
    description = "ComfyUI with its nodes, their libraries and workflows";
    homepage = "https://www.comfy.org";
    license = with lib.licenses; [ agpl3Only asl20 bsd3 gpl3Only mit ];
    platforms = [ "x86_64-linux" ];
    mainProgram = "comfyui";
  };
}
