# Nodes of ComfyUI as packages. A node is a folder of Python that ComfyUI imports from its custom_nodes;
# what it needs besides ComfyUI is in its closure, torch is a slot, and nothing of it is installed later.
#
#	comfyuiNode	one node
#	comfyuiNodes	several, as one package
final:
let
  inherit (final) lib python3;
  own = [
    "nodeName" "folder" "exclude" "writable" "connects" "comfyui" "passthru" "meta" "importsDisabled"
  ];
  # In a source, but for those who work on it or install it by hand.
  left = [
    ".git*" ".github" ".ci" ".idea" ".vscode" "*.pyc" "__pycache__" "*.dist-info"
    "install.py" "install-*.py" "uninstall.py" "install*.bat" "requirements*.txt"
  ];
  words = lib.escapeShellArgs;

  # What ComfyUI is told of a node, and the program that starts it: share/comfyui/node-info/NAME.json.
  infoOf = { nodeName, version, dependencies, writable ? [ ], ... }:
    let
      plain = lib.filter (x: builtins.isAttrs x && !(x.isSlot or false)) (lib.flatten dependencies);
      slots = lib.filter (x: builtins.isAttrs x && x.isSlot or false) (lib.flatten dependencies);
      beside = python3.slots.companionsBeside plain (map (x: x.pname) slots);
      closure = python3.pkgs.requiredPythonModules (plain ++ beside);
    in
    {
      inherit version writable;
      name = nodeName;
      pythonPath = map (p: "${p}/${python3.sitePackages}") closure;
      slots = lib.sort lib.lessThan (lib.unique (map (x: x.pname) slots ++ lib.concatMap (p: p.slots) closure));
    };

  pnameOf = nodeName: "comfyui-node-" + lib.removePrefix "comfyui-" (lib.toLower (lib.replaceStrings [ "_" "." ] [ "-" "-" ] nodeName));
  # comfyui: the application that loads them, or null. It stands for the check that every Python package has: of
  # a node nothing lies where that looks.
  checksOf = self: comfyui: lib.optionalAttrs (comfyui != null) {
    check = final.comfyuiNodeCheck { inherit comfyui; package = self; };
  };
in
{
  # Of pname and nodeName, which is the folder's name, one is enough.
  # src is a tree, or a wheel, or an archive; folder is where in it the node is. exclude are names that are
  # left out, too. writable are files and folders beside which, or into which, the node writes: whoever
  # starts ComfyUI gives such a node as a copy. connects: it may ask the network while it is loaded, which its
  # check else refuses. comfyui is the application that its check imports it into.
  comfyuiNode = args@{ pname ? pnameOf nodeName, version, src, nodeName ? args.pname or (throw "comfyuiNode: neither pname nor nodeName is given"), folder ? ".", dependencies ? [ ], exclude ? [ ]
    , writable ? [ ], connects ? false, comfyui ? null, passthru ? { }, meta ? { }, ... }:
    let
      isWheel = lib.hasSuffix ".whl" (src.name or (toString src));
      info = infoOf { inherit nodeName version dependencies writable; };
      self = python3.pkgs.buildPythonPackage (removeAttrs args own // {
        inherit pname version src dependencies;
        namePrefix = "";
        format = "other";
        dontConfigure = true;
        dontBuild = true;
        doCheck = false;
        nodeInfo = builtins.toJSON info;
        passAsFile = [ "nodeInfo" ];

        installPhase = args.installPhase or ''
          runHook preInstall
          node=$out/share/comfyui/custom_nodes/${lib.escapeShellArg nodeName}
          info=$out/share/comfyui/node-info
          mkdir -p "$(dirname "$node")" "$info"
          [ -f ${lib.escapeShellArg folder}/__init__.py ] ||
            die "the source has no node in its folder '${folder}': there is no __init__.py"
          cp -r ${lib.escapeShellArg folder} "$node"
          chmod -R u+w "$node"
          for name in ${words (left ++ exclude)}; do
            find "$node" -name "$name" -prune -exec rm -rf {} +
          done
          cp "$nodeInfoPath" "$info/"${lib.escapeShellArg nodeName}.json
          # The tree cannot be written to later: its bytecode is made now.
          "$pythonInterpreter" -m compileall -q --invalidation-mode unchecked-hash "$node" || true
          runHook postInstall
        '';

        passthru = {
          isComfyuiNode = true;
          nodeNames = [ nodeName ];
          writableNodes = lib.optional (writable != [ ]) nodeName;
          connectingNodes = lib.optional connects nodeName;
        } // checksOf self comfyui // passthru;
        meta = { platforms = lib.platforms.linux; } // meta;
      } // lib.optionalAttrs isWheel {
        unpackPhase = ''
          runHook preUnpack
          "$pythonInterpreter" -m zipfile -e "$src" .
          runHook postUnpack
        '';
        sourceRoot = args.sourceRoot or ".";
      });
    in
    self;

  # nodes are packages of comfyuiNode, and other bundles.
  comfyuiNodes = { pname, version, nodes, comfyui ? null, passthru ? { }, meta ? { } }:
    let
      self = python3.pkgs.buildPythonPackage {
        inherit pname version;
        namePrefix = "";
        format = "other";
        dependencies = nodes;
        dontUnpack = true;
        dontConfigure = true;
        dontBuild = true;
        doCheck = false;
        installPhase = ''
          runHook preInstall
          mkdir -p "$out/share/comfyui/custom_nodes" "$out/share/comfyui/node-info"
          for package in ${lib.concatStringsSep " " nodes}; do
            for path in "$package"/share/comfyui/custom_nodes/* "$package"/share/comfyui/node-info/*; do
              name=''${path##*/} folder=$out/share/comfyui/$(basename "$(dirname "$path")")
              [ ! -e "$folder/$name" ] || die "two packages have a node '$name'"
              ln -s "$(readlink -f "$path")" "$folder/$name"
            done
          done
          runHook postInstall
        '';
        passthru = {
          isComfyuiNode = true;
          nodeNames = lib.concatMap (n: n.nodeNames) nodes;
          writableNodes = lib.concatMap (n: n.writableNodes) nodes;
          connectingNodes = lib.concatMap (n: n.connectingNodes) nodes;
          inherit nodes;
        } // checksOf self comfyui // passthru;
        meta = { platforms = lib.platforms.linux; } // meta;
      };
    in
    self;
}
