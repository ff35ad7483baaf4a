# Paths as values: names of files, of which nothing is read. A subpath is text: a relative name
# without "..", normally "./a/b".
{ lib }:

let
  inherit (builtins) concatStringsSep filter head isPath isString match substring typeOf;

  # From a path up to where it ends: the file system's root, and the names on the way.
  walk = path:
    let go = p: names: if dirOf p == p then { root = p; inherit names; } else go (dirOf p) ([ (baseNameOf p) ] ++ names);
    in go path [ ];

  text = names: if names == [ ] then "./." else "./" + concatStringsSep "/" names;
  # Why text is no subpath, or null.
  refusal = s:
    if !isString s then "a ${typeOf s} is given, and text is expected"
    else if s == "" then "it is empty"
    else if substring 0 1 s == "/" then "it begins with a slash, and a relative one is expected"
    else if lib.elem ".." (names s) then "it contains '..', which may lead out of the folder"
    else null;
  names = s: filter (n: n != "" && n != ".") (lib.splitString "/" s);
  checked = who: s:
    let why = refusal s; in
    if why == null then names s
    else throw "${who}: '${if isString s then s else typeOf s}' is no subpath: ${why}";
  given = who: p:
    if isPath p then p
    else throw (lib.words.told "${who}: a ${typeOf p} is given, and a path is expected" "" [ "paths are written without quotes: ./src" ]);
  oneRoot = who: a: b:
    if a.root == b.root then true
    else throw "${who}: the paths are of different file systems: '${toString a.root}' and '${toString b.root}'";

  base32 = "[0123456789abcdfghijklmnpqrsvwxyz]";
  store = names builtins.storeDir;
  # In an object of the store, or in one whose name is not yet known, which stands at the top.
  isInStore = ns:
    ns != [ ] && match "${base32}{52}" (head ns) != null
    || lib.length ns > lib.length store && lib.take (lib.length store) ns == store
    && match "${base32}{32}-.+" (lib.elemAt ns (lib.length store)) != null;
in
rec {
  append = path: s: given "lib.path.append" path + ("/" + text (checked "lib.path.append" s));

  hasPrefix = prefix:
    let a = walk (given "lib.path.hasPrefix" prefix); in
    path:
    let b = walk (given "lib.path.hasPrefix" path);
    in oneRoot "lib.path.hasPrefix" a b && lib.lists.hasPrefix a.names b.names;
  removePrefix = prefix:
    let a = walk (given "lib.path.removePrefix" prefix); in
    path:
    let b = walk (given "lib.path.removePrefix" path); in
    if oneRoot "lib.path.removePrefix" a b && lib.lists.hasPrefix a.names b.names
    then text (lib.drop (lib.length a.names) b.names)
    else throw "lib.path.removePrefix: '${toString prefix}' is not above '${toString path}'";
  splitRoot = path:
    let p = walk (given "lib.path.splitRoot" path); in { inherit (p) root; subpath = text p.names; };

  hasStorePathPrefix = path: isInStore (walk (given "lib.path.hasStorePathPrefix" path)).names;

  subpath = {
    isValid = s: refusal s == null;
    join = xs: text (lib.concatLists (lib.imap0 (i: checked "lib.path.subpath.join: element ${toString i}") xs));
    components = checked "lib.path.subpath.components";
    normalise = s: text (checked "lib.path.subpath.normalise" s);
  };
}
