# Local source trees.
{ lib }:

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
}
