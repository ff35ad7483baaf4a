# What builtins.getFlake does with a flake and its lock file (versions 5 to 7): every node of the lock
# becomes a flake, or a tree where the lock says so, fetched and evaluated when something needs it.
{ ref, rootInfo, dir }:
let
  inherit (builtins) attrNames filter fromJSON functionArgs head isList mapAttrs pathExists readFile substring tail;

  below = path: sub: if sub == "" then path else path + "/" + sub;
  rootPath = below rootInfo.outPath dir;
  lockPath = rootPath + "/flake.lock";
  lock =
    if pathExists lockPath then fromJSON (readFile lockPath)
    else { version = 7; root = "root"; nodes.root = { }; };

  # An input is the name of a node, or, where it follows another one, the way there from the root.
  resolve = spec: if isList spec then walk lock.root spec else spec;
  walk = key: path:
    if path == [ ] then key else walk (resolve lock.nodes.${key}.inputs.${head path}) (tail path);

  isRelative = locked: locked.type == "path" && substring 0 1 locked.path != "/";
  treeOf = node:
    if isRelative node.locked
    then { outPath = below made.${resolve (node.parent or [ ])}.sourceInfo.outPath node.locked.path; }
    else fetchTree (removeAttrs node.locked [ "dir" "__final" ]);

  # What the flake asks for must be locked: nothing is looked up here.
  checked = flake: node:
    let
      wanted = attrNames (removeAttrs ((flake.inputs or { }) // functionArgs flake.outputs) [ "self" ]);
      missing = filter (n: !(node.inputs or { } ? ${n}) && !(functionArgs flake.outputs).${n} or false) wanted;
    in
    if missing == [ ] then flake
    else throw "the lock file of flake '${ref}' has no input '${head missing}'; run 'nix flake lock' on it";

  make = key: node:
    let
      isRoot = key == lock.root;
      sourceInfo = if isRoot then rootInfo else treeOf node;
      outPath = if isRoot then rootPath else below sourceInfo.outPath (node.locked.dir or "");
      flake = checked (import (outPath + "/flake.nix")) node;
      inputs = mapAttrs (_: spec: made.${resolve spec}) (node.inputs or { });
      outputs = flake.outputs (inputs // { self = result; });
      result = outputs // sourceInfo // { inherit outPath inputs outputs sourceInfo; _type = "flake"; };
    in
    if node.flake or true then result else sourceInfo // { inherit sourceInfo; };

  made = mapAttrs make lock.nodes;
in
if lock.version >= 5 && lock.version <= 7 then made.${lock.root}
else throw "lock file '${lockPath}' has unsupported version ${toString lock.version}"
