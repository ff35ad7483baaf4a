# What ComfyUI's recipes are made and checked with; ComfyUI itself is a project's own.
final: _:
let
  inherit (final) lib;
  nodes = import ./nodes.nix final;
in
{
  inherit (nodes) comfyuiNode comfyuiNodes;

  # NAME-check: starts ComfyUI as far as its nodes, in the sandbox and with the cpu filling. Its facts are the
  # nodes: of the node packs that `package` has in share/comfyui/custom_nodes, or of ComfyUI itself.
  # Its program tells the nodes of any ComfyUI.
  comfyuiNodeCheck = {
    program = ./object-info.py;
    __functor = self:
    { comfyui                           # has share/comfyui, and the Python with what that needs as pythonEnv
    , package ? comfyui
    , python ? comfyui.pythonEnv
    , dependencies ? package.requiredPythonModules or (final.python3.pkgs.requiredPythonModules (package.propagatedBuildInputs or [ ]))
    , writable ? package.writableNodes or [ ] # names of packs that write beside themselves
    , connecting ? package.connectingNodes or [ ] # of packs that may ask the network while they are loaded
    , filling ? final.slotFillings.torch.cpu
    , environment ? { }
    }:
    derivation (environment // {
      name = "${package.name}-check";
      inherit (final.stdenv.hostPlatform) system;
      builder = final.stdenv.shell;
      args = [ "-c" ''
        export PATH=$coreutils/bin
        mkdir -p "$out/nix-support"
        set -- "$comfyui/share/comfyui" --base "$TMPDIR/comfyui" --offline --out "$out/nix-support/facts.json"
        if [ "$package" = "$comfyui" ]; then
          set -- "$@" --api-nodes
        else
          set -- "$@" --nodes "$package/share/comfyui/custom_nodes"
        fi
        for name in $writable; do set -- "$@" --writable "$name"; done
        for name in $connecting; do set -- "$@" --connects "$name"; done
        "$python/bin/python3" "$program" "$@" || exit 1
        echo "$package" >"$out/nix-support/checked"
      '' ];
      inherit (self) program;
      inherit comfyui package python writable connecting;
      inherit (final) coreutils;
      PYTHONDONTWRITEBYTECODE = "1";
      PYTHONPATH = final.python3.pkgs.makePythonPath (lib.unique ([ filling ] ++ filling.requiredPythonModules ++ dependencies));
    });
  };
}
