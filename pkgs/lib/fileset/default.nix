# Sets of local files, for sources that hold what a build needs and nothing else. A file set is
# { _type = "fileset"; base; node; … }: base is a folder, in which node (see tree.nix) says what is
# in the set, or null in the empty set. Where a file set is expected a path means every file below it.
{ lib }:

let
  inherit (builtins) isList isPath pathExists;
  inherit (lib.lists) commonPrefix drop hasPrefix length;
  tree = import ./tree.nix { inherit lib; };
  words = import ./words.nix { inherit lib; };

  pathType = path: builtins.addErrorContext (words.look path) (lib.filesystem.pathType path);
  isSet = lib.isType "fileset";
  # Its folder as file system and names, so that two are compared without reading.
  make = base: node:
    let
      at = lib.path.splitRoot base;
      made = { inherit base node; inherit (at) root; names = lib.path.subpath.components at.subpath; };
    in
    made // { _type = "fileset"; outPath = throw words.unusable; };
  nothing = { _type = "fileset"; base = null; node = null; outPath = throw words.unusable; };
  ofPath = path:
    let kind = pathType path; in
    if kind == "directory" then make path kind
    else make (dirOf path) { ${baseNameOf path} = kind; };

  # Of an argument, which `what` names and `at` places.
  set = what: at: v:
    if isSet v then v
    else if !isPath v then throw (words.noSet what v at)
    else if !pathExists v then throw (words.missing what v at)
    else ofPath v;
  path = what: at: v:
    if !isPath v then throw (words.noPath what v at)
    else if !pathExists v then throw (words.missing what v at)
    else v;
  two = who: f: a: b:
    f (set "lib.fileset.${who}: the first argument" "" a) (set "lib.fileset.${who}: the second argument" "" b);
  oneRoot = who: a: b: a.root == b.root || throw (words.otherRoot "lib.fileset.${who}" a.base b.base);

  folder = root: names: root + ("/" + builtins.concatStringsSep "/" names);
  # The node that s has in a folder at or above or below its own; null where neither is in the other.
  nodeAt = names: s:
    if hasPrefix names s.names then tree.up (drop (length names) s.names) s.node
    else if hasPrefix s.names names then tree.down (drop (length s.names) names) s.node
    else null;

  unite = who: sets:
    let
      some = builtins.filter (s: s.base != null) sets;
      first = builtins.head some;
      names = builtins.foldl' (names: s: assert oneRoot who first s; commonPrefix names s.names) first.names some;
    in
    if some == [ ] then nothing
    else make (folder first.root names) (tree.unions (map (nodeAt names) some));

  intersect = a: b:
    let
      deeper = if length a.names < length b.names then b else a;
      meet = hasPrefix a.names b.names || hasPrefix b.names a.names;
    in
    if a.base == null || b.base == null then nothing
    else assert oneRoot "intersection" a b;
      if !meet then nothing
      else make deeper.base (tree.intersection (nodeAt deeper.names a) (nodeAt deeper.names b));

  subtract = a: b:
    if a.base == null || b.base == null then a
    else assert oneRoot "difference" a b;
      make a.base (tree.difference a.base a.node (nodeAt a.names b));

  # The filter that makes the store copy what is in the set and the folders on the way to it.
  sourceFilter = root: node:
    let
      shape = tree.shape root node;
      skip = if toString root == "/" then 1 else builtins.stringLength (toString root) + 1;
      # Of a folder that counts whole only folders are looked at, for empty ones.
      holds = isFolder: shape: names:
        if names == [ ] || !isFolder && shape.node or null == "directory" then shape.holds
        else if builtins.isList (builtins.head names) then holds isFolder shape (builtins.tail names)
        else shape ? kids && shape.kids ? ${builtins.head names}
          && holds isFolder shape.kids.${builtins.head names} (builtins.tail names);
    in
    path: type:
    let found = holds (type == "directory") shape (builtins.split "/" (builtins.substring skip (-1) path)); in
    if found && type == "unknown" then throw (words.unstorable path)
    else found;

  lines = s:
    let
      whole = shape: lib.optionalString (shape.node == "directory") " (everything in it)";
      entry = indent: shape: name:
        let kid = shape.kids.${name}; in
        if !kid.holds then [ ]
        else if kid ? kids then [ "${indent}- ${name}${whole kid}" ] ++ lib.optionals (kid.node != "directory") (below (indent + "  ") kid)
        else [ "${indent}- ${name} (${kid.node})" ];
      below = indent: shape: lib.concatMap (entry indent shape) (builtins.attrNames shape.kids);
      top = tree.shape s.base s.node;
    in
    if s.base == null || !top.holds then [ "(no file)" ]
    else [ "${toString s.base}${whole top}" ] ++ lib.optionals (top.node != "directory") (below "" top);
  show = s: x: builtins.seq (builtins.foldl' (_: line: builtins.trace line null) null (lines s)) x;
in
{
  union = two "union" (a: b: unite "union" [ a b ]);
  unions = sets:
    if !isList sets then throw (words.noList "lib.fileset.unions: the argument" sets)
    else unite "unions" (lib.imap0 (i: set "lib.fileset.unions: element ${toString i}" "") sets);
  intersection = two "intersection" intersect;
  difference = two "difference" subtract;

  # The files for which the predicate on { name, type, hasExt, ... } is true.
  fileFilter = pred: p:
    let
      # There may be more one day: a function that lists what it takes ends in "...".
      formals = lib.functionArgs pred;
      asked = if formals == { } then file: file else file: builtins.intersectAttrs formals file // { "..." = null; };
      keep = name: _: type: builtins.addErrorContext words.extraAttributes (pred (asked {
        inherit name type;
        hasExt = ext: lib.hasSuffix ".${ext}" name;
      }));
      from = path "lib.fileset.fileFilter: the second argument" "" p;
      kind = pathType from;
      name = baseNameOf from;
    in
    if !lib.isFunction pred then throw (words.noPredicate pred)
    else if isSet p then throw words.filteredSet
    else if kind == "directory" then make from (tree.sift { inherit keep; ofFolders = false; } from)
    else make (dirOf from) { ${name} = if keep name from kind then kind else null; };

  empty = nothing;
  # Whether file sets' functions take it.
  isFileset = v: isSet v || isPath v && pathExists v;
  maybeMissing = p:
    if !isPath p then throw (words.noPath "lib.fileset.maybeMissing: the argument" p "")
    else if pathExists p then ofPath p
    else nothing;

  fromSource = source:
    let
      isSource = source._isLibCleanSourceWith or false;
      root = if isSource then source.origSrc else source;
      keep = _: path: source.filter (toString path);
    in
    if isSource && !isPath root then throw words.sourceInStore
    else if !isPath root then throw (words.noSource source)
    else if !pathExists root then throw (words.missing "lib.fileset.fromSource: the source" root "")
    else if isSource && pathType root == "directory" then make root (tree.sift { inherit keep; ofFolders = true; } root)
    else ofPath root;

  toSource = args@{ root, fileset }:
    let
      at = lib.words.place "root" args;
      s = set "lib.fileset.toSource: fileset" (lib.words.place "fileset" args) fileset;
      top = make root null;
      isBelow = hasPrefix top.names s.names;
    in
    if isSet root then throw (words.rootIsSet args)
    else if !isPath root then throw (words.noPath "lib.fileset.toSource: root" root at)
    else if !pathExists root then throw (words.missing "lib.fileset.toSource: root" root at)
    else if pathType root != "directory" then throw (words.rootIsFile args)
    else if s.base != null && !(oneRoot "toSource" top s && isBelow) then
      throw (words.outside args s.base (folder top.root (commonPrefix top.names s.names)))
    else lib.cleanSourceWith {
      name = "source";
      src = root;
      filter = sourceFilter root (if s.base == null then null else nodeAt top.names s);
    };

  toList = v:
    let s = set "lib.fileset.toList: the argument" "" v; in
    if s.base == null then [ ] else tree.files s.base s.node;

  trace = v: show (set "lib.fileset.trace: the argument" "" v);
  traceVal = v: show (set "lib.fileset.traceVal: the argument" "" v) v;

  # What Git tracks, with changes that are not committed. Where .git cannot be seen, as in a recipe's
  # evaluation, fetchGit knows whether this is a work tree.
  gitTracked = lib.fileset.gitTrackedWith { };
  gitTrackedWith = { recurseSubmodules ? false }: p:
    let
      root = path "lib.fileset.gitTracked: the argument" "" p;
      copy = builtins.fetchGit ({ url = root; shallow = true; } // lib.optionalAttrs recurseSubmodules { submodules = true; });
    in
    if !lib.isBool recurseSubmodules then
      throw "lib.fileset.gitTrackedWith: recurseSubmodules is ${words.shown recurseSubmodules}, and true or false is expected"
    else if isPath root && lib.path.hasStorePathPrefix root then throw (words.gitInStore root)
    else if pathType root != "directory" then throw (words.noFolder "lib.fileset.gitTracked: the argument" root "")
    else make root (tree.everyFile (builtins.addErrorContext (words.git root) copy.outPath));
}
