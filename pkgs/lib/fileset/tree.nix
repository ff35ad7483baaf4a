# What of a folder is in a file set, as a tree of nodes. A node is null where there is nothing;
# "regular", "symlink" or "unknown" where there is that file; "directory" where it is every file
# below; or a set of nodes by name, whose other names hold nothing. Nodes are lazy, and only folders
# of which a part is asked for are read.
{ lib }:

let
  inherit (builtins)
    any attrValues concatMap elem filter head intersectAttrs isAttrs mapAttrs readDir zipAttrsWith;
in
rec {
  entries = path: node: if node == "directory" then readDir path else node;

  unions = nodes:
    let parts = filter isAttrs nodes; some = filter (n: n != null) nodes; in
    if elem "directory" nodes then "directory"
    else if parts != [ ] then zipAttrsWith (_: unions) parts
    else if some == [ ] then null
    else head some;

  intersection = a: b:
    if a == null || b == null then null
    else if b == "directory" then a
    else if a == "directory" then b
    else if isAttrs a && isAttrs b then mapAttrs (n: intersection a.${n}) (intersectAttrs a b)
    else if isAttrs a || isAttrs b then null
    else a;

  difference = path: a: b:
    if a == null || b == null then a
    else if b == "directory" then null
    else if isAttrs a || a == "directory" then
      if !isAttrs b then a
      else mapAttrs (n: x: if b ? ${n} then difference (path + "/${n}") x b.${n} else x) (entries path a)
    else if isAttrs b then a
    else null;

  # The files for which keep name path kind is true; and folders, where it is asked of them, too.
  sift = { keep, ofFolders }:
    let
      go = path: mapAttrs (n: kind:
        let p = path + "/${n}"; in
        if kind == "directory" then (if !ofFolders || keep n p kind then go p else null)
        else if keep n p kind then kind
        else null) (readDir path);
    in
    go;
  everyFile = sift { keep = _: _: _: true; ofFolders = false; };

  # A node of a folder further up, and the node of one further down.
  up = names: node: lib.foldr (n: inner: { ${n} = inner; }) node names;
  down = names: node:
    if names == [ ] || node == "directory" then node
    else if isAttrs node then down (builtins.tail names) (node.${head names} or null)
    else null;

  # Whether there is a file in it, and the same of each entry, found out once for all who ask.
  shape = path: node:
    let kids = mapAttrs (n: shape (path + "/${n}")) (entries path node); in
    if node == null then { holds = false; }
    else if isAttrs node || node == "directory" then { holds = any (k: k.holds) (attrValues kids); inherit kids node; }
    else { holds = true; inherit node; };

  files = path: node:
    if node == null then [ ]
    else if isAttrs node || node == "directory" then
      let kids = entries path node; in
      concatMap (n: files (path + "/${n}") kids.${n}) (builtins.attrNames kids)
    else [ path ];
}
