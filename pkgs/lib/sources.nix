# Local source trees.
{ lib }:

let
  # Of a .git { value = the commit that it stands at; } or { error; }.
  commitOf = git:
    let
      isFile = lib.pathIsRegularFile;
      text = file: lib.removeSuffix "\n" (builtins.readFile file);
      link = builtins.match "gitdir: (.*)" (text git);
      linked = let to = lib.head link; in
        if lib.hasPrefix "/" to then /. + to else dirOf git + "/${to}";
      # What work trees share lies in the folder that `commondir` names.
      common = if isFile (git + "/commondir") then git + "/${text (git + "/commondir")}" else git;
      head = text (git + "/HEAD");
      ref = builtins.match "ref: (.*)" head;
      packed = name:
        let
          lines = lib.optionals (isFile (common + "/packed-refs")) (lib.splitString "\n" (builtins.readFile (common + "/packed-refs")));
          found = lib.filter (m: m != null && lib.last m == name) (map (builtins.match "([0-9a-f]+) (.*)") lines);
        in
        if found == [ ] then { error = "'${toString git}' has no commit at '${name}'"; } else { value = lib.head (lib.head found); };
      at = name:
        if isFile (common + "/${name}") then { value = text (common + "/${name}"); } else packed name;
    in
    if isFile git then if link == null then { error = "'${toString git}' names no repository"; } else commitOf linked
    else if !isFile (git + "/HEAD") then { error = "'${toString git}' is no repository of Git"; }
    else if ref == null then { value = head; }
    else at (lib.head ref);
in
rec {
  inherit (lib.filesystem) pathType pathIsDirectory pathIsRegularFile;

  cleanSourceFilter = name: type:
    let base = baseNameOf (toString name);
    in !(
      base == ".git" || type == "directory" && (base == ".svn" || base == "CVS" || base == ".hg" || base == ".jj" || base == ".pijul" || base == "_darcs")
      || lib.hasSuffix "~" base
      || builtins.match "\\.sw[a-z]" base != null || builtins.match "\\..*\\.sw[a-z]" base != null
      || lib.hasSuffix ".o" base || lib.hasSuffix ".so" base
      || type == "symlink" && lib.hasPrefix "result" base
      || type == "unknown");
  cleanSource = src: cleanSourceWith { filter = cleanSourceFilter; inherit src; };
  cleanSourceWith = { filter ? _: _: true, src, name ? null }:
    let
      inner = src._isLibCleanSourceWith or false;
      origSrc = if inner then src.origSrc else src;
      both = path: type: filter path type && (if inner then src.filter path type else true);
      given = if name != null then name else if inner then src.name else "source";
    in
    {
      inherit origSrc;
      filter = both;
      name = given;
      outPath = builtins.path { filter = both; name = given; path = origSrc; };
      _isLibCleanSourceWith = true;
    };
  canCleanSource = src: src._isLibCleanSourceWith or false || !(pathHasContext (toString src));
  pathHasContext = builtins.hasContext;
  filterSource = filter: src: cleanSourceWith { inherit filter src; };
  trace = src: cleanSourceWith {
    inherit src;
    filter = path: type:
      let result = if src._isLibCleanSourceWith or false then src.filter path type else true;
      in builtins.trace "sources.filter ${path} ${type} = ${lib.boolToString result}" result;
  };
  revOrTag = rev: tag: if tag != null then tag else if rev != null then rev else "HEAD";
  # "repo" of a repository's URL or path, and what is short for a revision, in names.
  urlToName = url:
    let
      base = baseNameOf (lib.removeSuffix "/" (lib.last (lib.splitString ":" (toString url))));
      bare = name:
        let found = builtins.match "(.*)\\.(git|tar|zip|gz|tgz|bz|tbz|bz2|tbz2|lzma|txz|xz|zstd)$" name;
        in if found == null then name else bare (lib.head found);
    in
    bare base;
  shortRev = rev:
    let
      base = baseNameOf (toString rev);
      version = builtins.match "([A-Za-z]+[-_. ]?)*(v)?([0-9.]+.*)" base;
    in
    if builtins.match "[a-f0-9]+" base != null then builtins.substring 0 7 base
    else if version != null then lib.last version
    else base;
  repoRevToName = kind: repo: rev: suffix:
    if kind == "source" then "source"
    else if kind == "versioned" || kind == "full" then
      "${urlToName repo}${lib.optionalString (rev != null) "-${shortRev rev}"}"
      + lib.optionalString (kind == "full" && suffix != null) "-${suffix}" + "-source"
    else throw "repoRevToName: '${kind}' is none of source, versioned and full";
  sourceByRegex = src: regexes:
    cleanSourceWith {
      inherit src;
      filter = path: type:
        let
          root = toString (if src._isLibCleanSourceWith or false then src.origSrc else src);
          rel = lib.removePrefix (root + "/") (toString path);
        in
        lib.any (re: builtins.match re rel != null) regexes;
    };
  sourceFilesBySuffices = src: exts:
    cleanSourceWith {
      inherit src;
      filter = name: type: type == "directory" || lib.any (ext: lib.hasSuffix ext (baseNameOf name)) exts;
    };
  # The commit that a repository (its .git) stands at, and whether it is one.
  commitIdFromGitRepo = git:
    let found = commitOf git; in
    if found ? value then found.value else throw "commitIdFromGitRepo: ${found.error}";
  pathIsGitRepo = git: commitOf git ? value;
}
