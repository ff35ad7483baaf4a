# What lib.fileset says of what it cannot use.
{ lib }:

let
  inherit (builtins) hasContext isAttrs isBool isPath isString typeOf;
  inherit (lib.words) place told;

  isSource = v: isAttrs v && v._isLibCleanSourceWith or false;
  isInStore = v: isString v && (hasContext v || lib.hasPrefix (builtins.storeDir + "/") v)
    || isAttrs v && v ? outPath && !isSource v;

  shown = v:
    if isString v then "the text \"${builtins.unsafeDiscardStringContext v}\""
    else if isPath v then "'${toString v}'"
    else if v == null || isBool v then builtins.toJSON v
    else if lib.isType "fileset" v then "a file set"
    else if isSource v then "a source of lib.sources"
    else if lib.isDerivation v then "the derivation '${v.name or "?"}'"
    else "${if typeOf v == "int" then "an" else "a"} ${typeOf v}";

  # How a path is written that is meant by something else.
  cure = v:
    if isInStore v then "what is in the store is a source of its own, and no file of a project"
    else if isString v then
      let bare = v == "" || builtins.match "[a-zA-Z0-9._+/-]+" v == null; in
      "a path is written without quotes: ${if bare then "./src" else if lib.any (p: lib.hasPrefix p v) [ "/" "./" "../" ] then v else "./${v}"}"
    else "a path is written like ./src";
in
rec {
  inherit shown;

  noSet = what: v: at: told "${what} is ${shown v}, and a path or a file set is expected" at [
    (if isSource v then "lib.fileset.fromSource makes a file set of it"
    else if builtins.isList v then "lib.fileset.unions takes a list and makes one file set of it"
    else if isInStore v || isString v then cure v
    else "a path is written like ./src; functions of lib.fileset make file sets of paths")
  ];
  noPath = what: v: at: told "${what} is ${shown v}, and a path is expected" at [ (cure v) ];
  noFolder = what: v: at: told "${what}, ${shown v}, is no folder" at
    [ "name the folder that it is in: ${toString (dirOf v)}" ];
  missing = what: v: at: told "${what}, ${shown v}, does not exist" at [
    "what may be missing is named by lib.fileset.maybeMissing"
    "if it is there all the same, Git does not track it: git add -N '${toString v}'"
  ];
  noList = what: v: told "${what} is ${shown v}, and a list is expected" ""
    [ "lib.fileset.unions [ ./src ./README.md ]; two of them are united by lib.fileset.union" ];
  otherRoot = what: a: b: told "${what}: '${toString a}' and '${toString b}' are in different file systems" ""
    [ "files of one source come from one tree" ];

  rootIsSet = args: told "lib.fileset.toSource: root is a file set, and a path is expected" (place "root" args)
    [ "root = the folder that becomes the source, such as ./.; fileset = which files of it" ];
  rootIsFile = args: told "lib.fileset.toSource: root, '${toString args.root}', is no folder" (place "root" args)
    [ "root = the folder that it is in, ${toString (dirOf args.root)}, and fileset = the file" ];
  outside = args: base: common: told
    "lib.fileset.toSource: fileset may hold files in '${toString base}', which is not below root, '${toString args.root}'"
    (place "fileset" args) [
      "root = ${toString common} has room for both"
      "lib.fileset.intersection with ${toString args.root} leaves out what is elsewhere"
    ];
  unstorable = path: told "lib.fileset.toSource: '${path}' is neither a file nor a folder nor a symbolic link, so it cannot be in the store" ""
    [ "take it out: lib.fileset.difference … ${path}" ];

  noPredicate = v: told "lib.fileset.fileFilter: the first argument is ${shown v}, and a function is expected" ""
    [ "lib.fileset.fileFilter (file: file.hasExt \"py\") ./src" ];
  filteredSet = told "lib.fileset.fileFilter: the second argument is a file set, and a path is expected" ""
    [ "of a file set: lib.fileset.intersection SET (lib.fileset.fileFilter … ./.)" ];
  extraAttributes = "while asking the function given to lib.fileset.fileFilter, which must let further attributes be: { name, ... }:";

  noSource = v: told "lib.fileset.fromSource: the argument is ${shown v}, and a source of lib.sources or a path is expected" ""
    [ (cure v) ];
  sourceInStore = told "lib.fileset.fromSource: the source is made of a folder of the store, and files of a project are expected" ""
    [ "file sets begin with a path, such as ./src" ];
  gitInStore = path: told "lib.fileset.gitTracked: '${toString path}' is a copy in the store, of which Git tracks nothing" ""
    [ "name the work tree by a path, and let no text or URL bring it into the store before" ];
  look = path: "while looking at '${toString path}' for lib.fileset, which follows no symbolic link: name what is behind it where it is";
  git = path: "while asking Git for the files of '${toString path}' for lib.fileset.gitTracked, which takes the folder that holds .git";

  unusable = told "a file set is no source yet" ""
    [ "src = lib.fileset.toSource { root = ./.; fileset = …; }" "lib.fileset.trace shows what is in it" ];
}
