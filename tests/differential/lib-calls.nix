# Calls of lib's functions, for two implementations to agree on: every function below with every
# combination of some arguments of the kinds that it takes. `results` is { "family.name" = [ result… ]; },
# where a result is text: the value as JSON, or <error>.
# `newer`: with functions whose original wants a builtin that Nix 2.8 has not.
{ lib, newer ? builtins ? readFileType }:

let
  inherit (builtins) attrNames concatMap deepSeq elemAt filter isAttrs isFunction isList length listToAttrs map
    mapAttrs toJSON tryEval;

  # Functions have no JSON; a derivation is its name.
  plain = v:
    if isFunction v then "<function>"
    else if isList v then map plain v
    else if isAttrs v then
      if v.type or null == "derivation" then "<${v.name or "?"} ${v.outputName or ""}>"
      else if v ? __toString || v ? outPath then { text = "${v}"; }
      else mapAttrs (_: plain) v
    else v;
  result = v:
    let
      value = plain v;
      tried = tryEval (deepSeq value value);
    in
    if tried.success then builtins.unsafeDiscardStringContext (toJSON tried.value) else "<error>";

  apply = f: args: if args == [ ] then f else apply (f (builtins.head args)) (builtins.tail args);
  product = pools:
    if pools == [ ] then [ [ ] ]
    else concatMap (x: map (rest: [ x ] ++ rest) (product (builtins.tail pools))) (builtins.head pools);
  every = f: pools: map (args: result (apply f args)) (product pools);

  # --- the kinds of arguments
  bool = [ true false ];
  int = [ 0 1 2 7 (-3) ];
  nat = [ 0 1 3 20 ];
  str = [ "" "a" "foo" "Foo bar" "a.b-c_d" "  x y\n" "fo" "oo" ];
  odd = str ++ [ "$x \"q\" \\ 'l'" "\${a}" "a\nb\n" "''" "-" "0" "12" "007" " 42 " "-5" "é" "a/b//c/" "/nix/store/x" ];
  version = [ "1" "1.2" "1.2.3" "1.2.3-rc1" "2.10" "" "1.10.0" "foo" ];
  list = [ [ ] [ 1 ] [ 1 2 3 ] [ 3 1 2 1 3 ] ];
  strs = [ [ ] [ "a" ] [ "b" "a" "c" "a" ] [ "x10" "x9" "x1y2" "x" ] ];
  nested = [ [ ] [ 1 [ 2 [ 3 ] ] [ ] ] [ [ [ "x" ] ] ] 5 ];
  set = [ { } { a = 1; } { a = 1; b = 2; c = 3; } { b = { x = 1; y.z = 2; }; a = "s"; } ];
  sets = [ [ ] [{ a = 1; }] [{ a = 1; b = 2; } { b = 3; c = 4; } { a = 5; }] ];
  path = [ [ ] [ "a" ] [ "b" "x" ] [ "b" "y" "z" ] [ "b" "nope" ] [ "a" "b" ] ];
  any = [ 1 1.5 "s" "two\nlines" true null [ ] [ 1 [ "x" ] ] { } { a.b = [ 1 null ]; "odd name" = "\${x}"; "1" = 1; } ];
  pred = [ (_: true) (_: false) (x: x == 1 || x == "a") ];
  pair = [ (a: b: [ a b ]) ];
  less = [ (a: b: a < b) ];
  drv = map derivation' [
    { name = "foo-1.2"; }
    { name = "foo-1.2"; pname = "foo"; version = "1.2"; meta.mainProgram = "bar"; }
    { name = "x"; outputs = [ "out" "dev" "bin" "lib" ]; }
  ];
  # A derivation without a store.
  derivation' = attrs:
    let
      outputs = attrs.outputs or [ "out" ];
      common = { type = "derivation"; meta = { }; drvPath = "/drv"; } // attrs // listToAttrs (map (name: {
        inherit name;
        value = common // { outputName = name; outPath = "/out/${attrs.name}-${name}"; };
      }) outputs);
    in
    common // { outputName = builtins.head outputs; outPath = "/out/${attrs.name}-${builtins.head outputs}"; };
  platform = map (system: { inherit system; }) [ "x86_64-linux" "aarch64-darwin" ];
  tree = ./lib-tree;

  # --- functions by family: pools for each argument, or a function from the implementation's own to
  # a list of results.
  calls = {
    trivial = {
      id = [ any ]; const = [ int str ]; flip = [ pair int str ]; mergeAttrs = [ set set ];
      pipe = [ int [ [ ] [ (x: x + 1) (x: x * 2) ] ] ]; concat = [ list list ];
      defaultTo = [ int [ null 5 ] ]; mapNullable = [ [ (x: x + 1) ] [ null 5 ] ];
      or = [ bool bool ]; and = [ bool bool ]; xor = [ bool bool ]; boolToString = [ bool ]; boolToYesNo = [ bool ];
      bitNot = [ int ]; bitAnd = [ int int ]; bitOr = [ int int ]; bitXor = [ int int ];
      min = [ int int ]; max = [ int int ]; mod = [ int [ 1 3 (-2) ] ]; compare = [ int int ];
      splitByAndCompare = [ [ (lib.hasPrefix "f") ] [ lib.compare ] [ lib.compare ] [ "foo" "fa" "a" ] [ "fz" "b" ] ];
      throwIf = [ bool str int ]; throwIfNot = [ bool str int ];
      checkListOfEnum = [ str [ [ 1 2 ] ] list int ];
      toHexString = [ nat ]; toBaseDigits = [ [ 2 10 16 ] nat ];
      fromHexString = [ [ "ff" "FF" "0x10" "0" ] ];
      functionArgs = [ [ ({ a, b ? 1 }: a) (x: x) { __functor = self: { c }: c; } ] ];
      setFunctionArgs = f: [ (lib.functionArgs (f (x: x) { q = true; })) (f (x: x + 1) { } 4) ];
      mirrorFunctionArgs = f: [ (lib.functionArgs (f ({ a, b ? 1 }: a) (x: x))) ];
      toFunction = f: [ (f 1 2) (f (x: x + 1) 2) (f { __functor = _: x: x; } 3) ];
      importJSON = f: [ (f (tree + "/data.json")) ];
      importTOML = f: [ (f (tree + "/data.toml")) ];
    };
    fixedPoints = {
      fix = f: [ (f (self: { a = 1; b = self.a + 1; })) ];
      fix' = f: [ (removeAttrs (f (self: { a = 1; b = self.a; })) [ "__unfix__" ]) ];
      converge = [ [ (x: x / 2) ] nat ];
      extends = f: [ (lib.fix (f (final: prev: { b = prev.a + final.c; }) (self: { a = 1; c = 5; }))) ];
      composeExtensions = f: [
        (lib.fix (lib.extends (f (final: prev: { a = prev.a + 1; }) (final: prev: { a = prev.a * 2; z = final.a; })) (_: { a = 5; })))
      ];
      composeManyExtensions = f: [
        (lib.fix (lib.extends (f [ ]) (_: { a = 5; })))
        (lib.fix (lib.extends (f [ (final: prev: { a = prev.a + 1; }) (final: prev: { a = prev.a * 2; }) (_: _: { c = 1; }) ]) (_: { a = 5; })))
      ];
      makeExtensible = f: [ ((f (self: { a = 1; b = self.a; })).extend (final: prev: { a = prev.a + 3; })).b ];
      makeExtensibleWithCustomName = f: [ ((f "more" (self: { a = 1; b = self.a; })).more (_: _: { a = 2; })).b ];
      toExtension = f: map (e: f e { final = 1; a = 2; } { a = 3; }) [ { x = 1; } (prev: { y = prev.a; }) (final: prev: { z = [ final.a prev.a ]; }) ];
    };
    lists = {
      singleton = [ any ]; optional = [ bool any ]; optionals = [ bool list ]; toList = [ any ];
      forEach = [ list [ (x: x + 1) ] ]; range = [ int int ]; replicate = [ nat any ]; flatten = [ nested ];
      foldr = [ pair [ "nul" ] list ]; foldl = [ pair [ "nul" ] list ]; fold = [ pair [ "nul" ] list ];
      foldl' = [ [ (a: b: a + b) ] int list ];
      imap0 = [ pair list ]; imap1 = [ pair list ]; ifilter0 = [ [ (i: x: i == 1 || x == 3) ] list ];
      last = [ list ]; init = [ list ]; take = [ nat list ]; takeEnd = [ nat list ]; drop = [ nat list ]; dropEnd = [ nat list ];
      sublist = [ nat nat list ]; reverseList = [ list ]; hasPrefix = [ list list ]; removePrefix = [ list list ];
      commonPrefix = [ list list ]; remove = [ int list ]; subtractLists = [ list list ]; intersectLists = [ list list ];
      mutuallyExclusive = [ list list ]; unique = [ list ]; uniqueStrings = [ strs ]; allUnique = [ list ]; count = [ pred list ];
      findSingle = [ pred [ "none" ] [ "many" ] list ]; findFirstIndex = [ pred [ "none" ] list ]; findFirst = [ pred [ "none" ] list ];
      any = [ pred list ]; all = [ pred list ]; partition = [ pred list ];
      zipListsWith = [ pair list list ]; zipLists = [ list strs ]; crossLists = [ pair [ [ [ 1 2 ] [ 3 4 ] ] ] ];
      groupBy = [ [ toString ] list ]; groupBy' = [ [ (a: b: a + b) ] [ 0 ] [ toString ] list ];
      sort = [ less list ]; sortOn = [ [ (x: -x) ] list ]; compareLists = [ [ lib.compare ] list list ]; naturalSort = [ strs ];
      listDfs = [ bool [ (a: b: a == b + 1) (a: b: b == a + 1 || a == 3 && b == 1) ] [ [ 2 1 3 ] [ 1 ] ] ];
      toposort = [ [ (a: b: a < b) (a: b: b == a + 1 || a == 3 && b == 1) (_: _: false) ] list ];
      concatAttrValues = [ [ { b = [ 2 ]; a = [ 1 ]; } { } ] ]; replaceElemAt = [ list int str ];
    };
    attrsets = {
      nameValuePair = [ str any ]; optionalAttrs = [ bool set ]; attrVals = [ [ [ "a" ] [ ] ] [ { a = 1; } ] ];
      getAttrs = [ [ [ "a" ] [ ] ] [ { a = 1; b = 2; } ] ]; genAttrs = [ strs [ (n: n + "!") ] ];
      genAttrs' = [ strs [ (n: { name = "x" + n; value = n; }) ] ];
      filterAttrs = [ [ (n: v: n == "a" || v == 2) ] set ]; filterAttrsRecursive = [ [ (n: v: n != "x" && n != "a") ] set ];
      mapAttrs' = [ [ (n: v: { name = "p" + n; value = [ v ]; }) ] set ]; mapAttrsToList = [ pair set ]; attrsToList = [ set ];
      concatMapAttrs = [ [ (n: v: { "${n}1" = v; "${n}2" = n; }) ] set ];
      foldlAttrs = [ [ (acc: n: v: acc ++ [ n v ]) ] [ [ ] ] set ]; foldAttrs = [ [ (a: b: [ a ] ++ b) ] [ [ ] ] sets ];
      zipAttrs = [ sets ]; zipAttrsWith = [ pair sets ]; zipAttrsWithNames = [ [ [ "a" "b" ] ] pair sets ];
      mergeAttrsList = [ sets ];
      cartesianProduct = [ [ { } { a = [ 1 2 ]; b = [ 3 4 ]; } { a = [ ]; b = [ 1 ]; } ] ];
      mapCartesianProduct = [ [ (x: x.a + x.b) ] [ { a = [ 1 2 ]; b = [ 3 4 ]; } ] ];
      attrByPath = [ path [ "default" ] set ]; hasAttrByPath = [ path set ]; longestValidPathPrefix = [ path set ];
      setAttrByPath = [ path int ];
      recursiveUpdate = [ set set ]; recursiveUpdateUntil = [ [ (p: a: b: p == [ "b" ]) (_: _: _: false) ] [ { a.b = 1; b.x = 1; } ] [ { a.c = 2; b.y = 2; } ] ];
      updateManyAttrsByPath = [
        [ [ ] [{ path = [ "b" ]; update = old: { new = 1; }; }] [{ path = [ "b" "x" ]; update = x: x + 1; } { path = [ "n" "m" ]; update = _: 9; } { path = [ ]; update = s: s // { z = 1; }; }] ]
        [ { b.x = 1; } { a = 1; b.x = 5; } ]
      ];
      mapAttrsRecursive = [ pair set ]; mapAttrsRecursiveCond = [ [ (s: !(s ? x)) ] pair set ];
      mapAttrsToListRecursive = [ pair set ]; mapAttrsToListRecursiveCond = [ [ (p: v: !(v ? x)) ] pair set ];
      collect = [ [ builtins.isInt builtins.isString (v: v ? x) ] set ];
      matchAttrs = [ set set ]; overrideExisting = [ set set ];
      unionOfDisjoint = [ [ { a = 1; } { } ] [ { b = 1; } { a = 2; } ] ]; showAttrPath = [ path ];
      isDerivation = [ (any ++ drv) ];
      recurseIntoAttrs = [ set ]; dontRecurseIntoAttrs = [ set ];
      getOutput = [ [ "dev" "man" "out" ] drv ]; getFirstOutput = [ [ [ "man" "lib" ] [ ] ] drv ];
      getBin = [ drv ]; getLib = [ drv ]; getDev = [ drv ]; getMan = [ drv ]; getStatic = [ drv ]; getInclude = [ drv ];
      chooseDevOutputs = [ [ drv ] ];
    };
    strings = {
      concatStrings = [ strs ]; concatMapStrings = [ [ (x: x + "-") ] strs ]; concatMapStringsSep = [ str [ (x: x + "-") ] strs ];
      concatImapStrings = [ [ (i: x: toString i + x) ] strs ]; concatImapStringsSep = [ str [ (i: x: toString i + x) ] strs ];
      concatMapAttrsStringSep = [ str [ (n: v: n + toString v) ] [ { } { a = 1; b = 2; } ] ];
      concatLines = [ strs ]; intersperse = [ str strs ]; join = [ str strs ]; replicate = [ nat str ];
      replaceString = [ [ "a" "o" ] str str ]; replaceStrings = [ [ [ "a" "o" ] ] [ [ "1" "" ] ] str ];
      optionalString = [ bool str ]; hasPrefix = [ str str ]; hasSuffix = [ str str ]; hasInfix = [ odd str ];
      removePrefix = [ str str ]; removeSuffix = [ str str ];
      stringToCharacters = [ str ]; stringAsChars = [ [ (c: c + c) ] str ]; charToInt = [ [ "a" "Z" "\n" " " "~" ] ];
      splitString = [ [ "." " " "o" "//" "a" ] odd ];
      splitStringBy = [ [ (prev: c: c == "." || c == "o") (prev: c: prev == "o") ] bool str ];
      toLower = [ odd ]; toUpper = [ odd ]; toSentenceCase = [ odd ]; toCamelCase = [ odd ];
      trim = [ odd ]; trimWith = [ [ { } { start = true; } { end = true; } { start = true; end = true; } ] odd ];
      escape = [ [ [ "a" "\\" ] [ ] ] odd ]; escapeC = [ [ [ "a" " " "\n" ] ] (filter (s: s != "é") odd) ]; escapeURL = [ odd ];
      escapeRegex = [ (odd ++ [ "[a]{1}(x)^$?*+|." ]) ]; escapeXML = [ (odd ++ [ "<&>" ]) ];
      escapeShellArg = [ (odd ++ [ 1 true null ./lib-calls.nix [ "a" 1 ] ]) ]; escapeShellArgs = [ (strs ++ [ [ "a b" 1 "" ] ]) ];
      isValidPosixName = [ odd ]; toShellVar = [ [ "a" "_x" ] (odd ++ [ 1 [ "a b" "c" ] { k = "v w"; "k 2" = 2; } ]) ];
      toShellVars = [ [ { } { b = "x y"; a = [ 1 2 ]; } ] ];
      escapeNixString = [ odd ]; escapeNixIdentifier = [ (odd ++ [ "if" "or" "a'b" "inherit" ]) ];
      isStringLike = [ (any ++ drv) ]; isConvertibleWithToString = [ (any ++ drv) ];
      isStorePath = [ (odd ++ [ "${builtins.storeDir}/x" "${builtins.storeDir}/x/y" builtins.storeDir ]) ];
      toInt = [ odd ]; toIntBase10 = [ odd ]; fixedWidthString = [ nat [ "0" "ab" ] str ]; fixedWidthNumber = [ nat nat ]; floatToString = [ [ 1.5 0.1 3.0 ] ];
      makeSearchPath = [ str strs ]; makeSearchPathOutput = [ [ "dev" "lib" ] [ "bin" ] [ drv [ ] ] ]; makeLibraryPath = [ [ drv [ ] ] ];
      makeIncludePath = [ [ drv ] ]; makeBinPath = [ [ drv ] ]; normalizePath = [ odd ];
      mesonOption = [ str str ]; mesonBool = [ str bool ]; mesonEnable = [ str bool ]; cmakeBool = [ str bool ]; cmakeFeature = [ str str ];
      cmakeOptionType = [ [ "path" "bool" "x" ] [ "V" ] [ "w" ] ];
      enableFeature = [ bool str ]; enableFeatureAs = [ bool str str ]; withFeature = [ bool str ]; withFeatureAs = [ bool str str ];
      getName = [ ([ "foo-1.2" "foo" ] ++ drv) ]; getVersion = [ ([ "foo-1.2" "foo" ] ++ drv) ];
      nameFromURL = [ [ "https://x/y/foo-1.2.tar.gz" "z" ] [ "-" "." "_" ] ];
      versionOlder = [ version version ]; versionAtLeast = [ version version ];
      sanitizeDerivationName = [ (odd ++ [ "..a" "a@b" "${builtins.concatStringsSep "" (builtins.genList (_: "x") 300)}" ]) ];
      commonPrefixLength = [ str str ]; commonSuffixLength = [ str str ]; levenshtein = [ str str ]; levenshteinAtMost = [ nat str str ];
      addContextFrom = [ str str ]; fileContents = [ [ (tree + "/data.toml") (tree + "/data.json") ] ];
    };
    versions = {
      splitVersion = [ version ]; major = [ (filter (v: v != "") version) ]; minor = [ [ "1.2" "1.2.3" ] ]; patch = [ [ "1.2.3" "1.2.3-rc1" ] ];
      majorMinor = [ version ]; pad = [ [ 1 3 5 ] version ];
    };
    meta = {
      addMetaAttrs = [ [ { a = 1; } ] drv ]; setName = [ str drv ]; updateName = [ [ (n: n + "x") ] drv ];
      getExe = [ drv ]; getExe' = [ drv [ "x" "a/b" ] ];
      platformMatch = [ platform [ "x86_64-linux" "aarch64-darwin" { system = "x86_64-linux"; } { } ] ];
      cpeFullVersionWithVendor = [ str version ];
      availableOn = [ platform (map (meta: { inherit meta; }) [ { } { platforms = [ ]; } { platforms = [ "x86_64-linux" ]; } { badPlatforms = [ "x86_64-linux" ]; } ]) ];
      getLicenseFromSpdxId = f: map (id: (f id).shortName) [ "MIT" "apache-2.0" "GPL-3.0-only" ];
    };
    generators = {
      toJSON = [ [ { } ] any ]; toYAML = [ [ { } ] any ]; toPretty = [ [ { } { multiline = false; } { indent = "    "; } ] (any ++ [ (x: x) ({ a, b ? 1 }: a) ]) ];
      mkValueStringDefault = [ [ { } ] [ 1 "s" true false null ] ];
      mkKeyValueDefault = [ [ { } ] [ "=" ": " ] odd [ 1 "v" ] ];
      toKeyValue = [ [ { } { indent = "  "; } { listsAsDuplicateKeys = true; } ] [ { } { a = 1; b = "x"; "c=d" = true; } ] ];
      toINI = [ [ { } { listsAsDuplicateKeys = true; } ] [ { } { s.a = 1; "t[x]" = { b = "y"; c = false; }; } ] ];
      toINIWithGlobalSection = [ [ { } ] [ { globalSection = { }; } { globalSection.a = 1; sections.s.b = 2; } ] ];
      toGitINI = [ [ { } { user = { name = "A \"B\"\t\\"; n = 1; l = [ 1 2 ]; }; } { a.b.c = 1; url."x.y/z".insteadOf = "w"; p.q = "r"; p.s.t = true; } ] ];
      toPlist = [ [ { escape = true; } ] any ];
      toDhall = [ [ { } ] [ 1 (-1) true "s" [ 1 2 ] { a = 1; } ] ];
      toLua = [ [ { } { multiline = false; } { indent = "  "; } ] (any ++ [{ x = lib.mkLuaInline "f()"; }]) ];
      mkLuaInline = [ str ];
      withRecursion = [ [ { depthLimit = 1; throwOnDepthLimit = false; } { depthLimit = 2; } { depthLimit = null; } ] (filter (v: v != null) any) ];
    };
    asserts = {
      assertMsg = [ bool str ]; assertOneOf = [ str int list ]; assertEachOneOf = [ str list list ];
      checkAssertWarn = [ [ [ ] [{ assertion = true; message = "m"; }] [{ assertion = false; message = "m"; }] ] [ [ ] ] int ];
    };
    cli =
      let options = [ { } { a = true; b = false; c = null; name = "x y"; list = [ 1 "z" ]; n = 5; } ]; in
      {
        toCommandLineGNU = [ [ { } { explicitBool = true; } { isLong = _: false; } ] options ];
        toCommandLineShellGNU = [ [ { } ] options ];
        toCommandLine = [ [ (n: { option = "/${n}"; sep = null; explicitBool = false; }) (n: { option = n; sep = ":"; explicitBool = true; }) ] options ];
        toCommandLineShell = [ [ (n: { option = "/${n}"; sep = null; explicitBool = false; }) ] options ];
        toGNUCommandLine = [ [ { } { optionValueSeparator = "="; } ] options ];
        toGNUCommandLineShell = [ [ { } ] options ];
      };
    filesystem = {
      listFilesRecursive = f: [ (map (p: lib.removePrefix (toString tree) (toString p)) (f tree)) ];
      locateDominatingFile = f: [ (f "(data)\\.json" (tree + "/sub/x.nix")).matches ];
      packagesFromDirectoryRecursive = f: [ (f { callPackage = p: _: lib.removePrefix (toString tree) (toString p); directory = tree + "/sub"; }) ];
    } // lib.optionalAttrs newer {
      pathType = [ [ tree (tree + "/data.json") ] ]; pathIsRegularFile = [ [ tree (tree + "/data.json") (tree + "/no") ] ];
      pathIsDirectory = [ [ tree (tree + "/data.json") (tree + "/no") ] ];
      resolveDefaultNix = f: map (p: lib.removePrefix (toString tree) (toString (f p))) [ tree (tree + "/data.json") ];
    };
    path =
      let
        paths = [ /. /a /a/b /a/b/c (/. + builtins.storeDir) (/. + "${builtins.storeDir}/.links/x") storePath (storePath + "/a/b") (/. + placeholder) (/. + "${placeholder}/x") "/a" 1 ];
        storePath = /. + "${builtins.storeDir}/nvl9ic0pj1fpyln3zaqrf4cclbqdfn1j-foo";
        placeholder = "/1121rp0gvr1qya7hvy925g5kjwg66acz6sn1ra1hca09f1z5dsab";
        subpaths = [ "" "." "./" "./." "a" "./a" "a/b" "a//b" "./a/./b/" "/a" ".." "a/.." "a/..b" "..a" "a b/c" 1 null ];
        text = v: if builtins.isPath v then toString v else v;
      in
      {
        append = f: lib.concatMap (p: map (s: text (f p s)) subpaths) paths;
        hasPrefix = [ paths paths ]; removePrefix = [ paths paths ]; hasStorePathPrefix = [ paths ];
        splitRoot = f: map (p: mapAttrs (_: text) (f p)) paths;
        subpath = f: map f.isValid subpaths ++ map f.normalise subpaths ++ map f.components subpaths
          ++ [ (f.join [ ]) ] ++ lib.concatMap (a: map (b: f.join [ a b ]) subpaths) subpaths;
      };
    fileset =
      let list = set: map (p: lib.removePrefix (toString tree) (toString p)) (lib.fileset.toList set); in
      lib.optionalAttrs newer {
        toList = f: [ (map (p: lib.removePrefix (toString tree) (toString p)) (f tree)) (f "/x") ];
        union = f: [ (list (f (tree + "/sub") (tree + "/data.json"))) (f 1 tree) ]; unions = f: [ (list (f [ ])) (list (f [ tree ])) (f tree) (f [ 1 ]) ];
        intersection = f: [ (list (f tree (tree + "/sub"))) (list (f (tree + "/data.json") (tree + "/sub"))) ];
        difference = f: [ (list (f tree (tree + "/sub"))) (list (f (tree + "/sub") tree)) ];
        fileFilter = f: [ (list (f (x: x.hasExt "json") tree)) (list (f ({ name, type, ... }: "${name} ${type}" == "data.toml regular") tree)) (f 1 tree) (f (_: true) (lib.fileset.unions [ ])) ];
        empty = f: [ (list f) ]; isFileset = f: map f [ tree (tree + "/no") (tree + "/data.json") "x" { } 1 lib.fileset.empty (lib.cleanSource tree) ];
        maybeMissing = f: [ (list (f (tree + "/no"))) (list (f (tree + "/sub"))) (f "x") ];
        fromSource = f: [ (list (f tree)) (list (f (lib.sourceFilesBySuffices tree [ ".json" ]))) (f "x") (f (tree + "/no")) ];
        toSource = f: [ (f { root = tree; fileset = tree + "/sub"; }).name (f { root = tree + "/sub"; fileset = tree; }).name (f { root = "x"; fileset = tree; }).name (f { root = tree + "/data.json"; fileset = tree; }).name ];
      };
    fetchers = {
      normalizeHash = [
        [ { } { hashTypes = [ "sha256" "sha512" ]; } { required = false; } ]
        [ { hash = ""; foo = 1; } { sha256 = ""; } { sha512 = "x"; } { hash = "a"; sha256 = "b"; } { foo = 1; } { outputHash = "x"; outputHashAlgo = "sha1"; } { md5 = "q"; } ]
      ];
      withNormalizedHash = f: concatMap
        (g: let h = f { hashTypes = [ "sha256" "sha512" ]; } g; in [ (lib.functionArgs h) (h { hash = ""; }) (h { sha512 = "x"; }) (h { }) ])
        [ ({ outputHash, outputHashAlgo }: [ outputHash outputHashAlgo ]) ({ outputHash ? 1, outputHashAlgo ? 2, more ? 3 }: [ outputHash outputHashAlgo more ]) (x: x) ];
    };
    customisation = {
      makeOverridable = f:
        let x = f ({ a ? 1, b ? 2 }: { sum = a + b; }) { a = 5; }; in
        [ x.sum (x.override { b = 3; }).sum (x.override (old: { a = old.a + 1; })).sum ((x.override { b = 3; }).override { a = 0; }).sum (lib.functionArgs x.override) ];
      callPackageWith = f:
        let call = f { a = 1; b = 2; c = 3; }; in
        [ (call ({ a, b ? 9, z ? 8 }: { v = [ a b z ]; }) { b = 7; }).v ((call ({ a }: { v = a; }) { }).override { a = 5; }).v ];
      callPackagesWith = f: let r = f { a = 1; } ({ a }: { x = { v = a; }; y = { v = a + 1; }; }) { }; in [ r.x.v r.y.v (r.x.override { a = 9; }).v ];
      makeScope = f:
        let s = f lib.callPackageWith (self: { a = 1; b = self.callPackage ({ a }: { v = a; }) { }; }); in
        [ s.b.v (s.overrideScope (final: prev: { a = prev.a + 10; })).b.v ((s.overrideScope (_: _: { a = 2; })).overrideScope (_: prev: { c = prev.a; })).c ];
      extendDerivation = f:
        let d = f true { extra = 1; } (builtins.elemAt drv 2); in [ d.extra d.dev.extra d.dev.outputName d.outputSpecified or "no" d.dev.outputSpecified (f false { } (builtins.elemAt drv 2)).outPath ];
      extendMkDerivation = f:
        let
          make = f {
            constructDrv = lib.makeOverridable (given: { args = lib.toFunction given (given' given); });
            excludeDrvArgNames = [ "gone" ];
            extendDrvArgs = final: { gone ? 0, a ? 1, ... }: { got = [ gone a ]; };
          };
          given' = given: lib.fix (self: lib.toFunction given self);
        in
        [ (make { gone = 5; b = 2; }).args (lib.functionArgs make) ];
    };
    derivations = {
      lazyDerivation = f: let d = f { derivation = elemAt drv 2; outputs = [ "out" "dev" "bin" "lib" ]; passthru.p = 1; }; in [ d.p d.dev.outputName d.name d.outputs ];
      optionalDrvAttr = [ bool int ];
    };
    # lib itself: names that two families have, and those of no family.
    top = {
      # agpl3 and openrail are this set's own, the others older than today's
      licenses = f: map (n: { inherit (f.${n}) shortName fullName free redistributable; spdxId = f.${n}.spdxId or null; url = f.${n}.url or null; })
        (attrNames (removeAttrs (import ../../pkgs/lib).licenses [
          "agpl3" "openrail" "asl20-llvm" "caossl" "gpl2Classpath" "gpl2ClasspathPlus" "gpl2Oss" "gpl2UBDLPlus" "gpl3ClasspathPlus"
          "libssh2" "purdueBsd" "qwt" "radiance" "wxWindows"
        ]));
      platforms = f: map (name: lib.sort builtins.lessThan f.${name}) (attrNames (removeAttrs (import ../../pkgs/lib).platforms [ "mesaPlatforms" ]));
      systems = f: concatMap
        (system: let p = f.elaborate system; own = (import ../../pkgs/lib).systems.elaborate system; in
          map (n: p.${n}) (filter (n: !(isFunction own.${n} || builtins.elem n [ "gcc" "parsed" ])) (attrNames own))
          ++ [ p.parsed.cpu.name p.parsed.cpu.bits p.parsed.cpu.family p.parsed.kernel.name p.parsed.abi.name p.parsed.vendor.name ]
          ++ map (n: lib.meta.availableOn p { meta.platforms = lib.toList f.inspect.patterns.${n}; }) (attrNames f.inspect.patterns)
          ++ [ (lib.meta.availableOn p { meta.badPlatforms = [ f.inspect.platformPatterns.isStatic ]; }) (f.equals p (f.elaborate "x86_64-linux")) ])
        [ "x86_64-linux" "aarch64-linux" "i686-linux" "armv7l-linux" "riscv64-linux" "powerpc64le-linux" "x86_64-darwin" "aarch64-darwin" ];
      replicate = [ nat int ]; hasPrefix = [ str str ]; removePrefix = [ str str ]; toString = [ (filter (v: !(isAttrs v)) any) ];
      isFunction = [ (any ++ [ (x: x) { __functor = _: x: x; } ]) ]; splitVersion = [ version ]; isType = [ str (filter isAttrs any ++ [{ _type = "a"; }]) ];
      sourceTypes = f: [ f ]; setType = [ str set ]; toJSON = [ any ]; fakeHash = [ ]; fakeSha256 = [ ]; fakeSha512 = [ ];
    };
    debug = {
      runTests = [ [ { } { testA = { expr = 1; expected = 2; }; testB = { expr = 1; expected = 1; }; other = { expr = 1; expected = 2; }; } ] ];
      testAllTrue = [ [ [ true false ] [ ] ] ];
      throwTestFailures = [ [ { failures = [ ]; } { failures = [{ name = "x"; expected = 1; result = 2; }]; } ] ];
      traceIf = [ [ false ] str int ];
    };
    sources = {
      cleanSourceFilter = [ [ "/x/.git" "/x/a.o" "/x/a~" "/x/result" "/x/a.nix" "/x/.a.swp" "/x/svn" ] [ "regular" "directory" "symlink" ] ];
      cleanSource = f: [ (removeAttrs (f tree) [ "outPath" "origSrc" ]) ];
      cleanSourceWith = f: map (s: [ s.name (s.filter "/x/a" "regular") (s.filter "/x/b" "regular") ])
        [ (f { src = tree; }) (f { src = tree; name = "n"; filter = p: _: baseNameOf p == "a"; }) (f { src = f { src = tree; filter = p: _: baseNameOf p != "b"; }; }) ];
      revOrTag = [ [ null "r" ] [ null "t" ] ];
      urlToName = [ [ "https://x/y/repo.git" "git@host:a/b.git" "/x/y.tar.gz" "x:y/" "a.b" ] ];
      shortRev = [ [ "0123456789abcdef" "refs/tags/v1.2" "main" "release-2.0" "v1" ] ];
      repoRevToName = [ [ "source" "versioned" "full" ] [ "https://x/y.git" ] [ null "v1" ] [ null "github" ] ];
      canCleanSource = f: [ (f tree) ]; pathHasContext = [ odd ];
    } // lib.optionalAttrs newer {
      commitIdFromGitRepo = [ [ tree (tree + "/no") ] ]; pathIsGitRepo = [ [ tree (tree + "/no") ] ];
    };
  };
  # Why a function is not called here.
  apart =
    let
      because = reason: names: listToAttrs (map (name: { inherit name; value = reason; }) names);
    in
    because "prints" [
      "info" "showWarnings" "trace" "traceFnSeqN" "traceSeq" "traceSeqN" "traceVal" "traceValFn" "traceValSeq" "traceValSeqFn"
      "traceValSeqN" "traceValSeqNFn" "warn" "warnIf" "warnIfNot" "warnOnInstantiate"
    ]
    // because "a release's own" [
      "codeName" "isInOldestRelease" "nixpkgsVersion" "oldestSupportedRelease" "oldestSupportedReleaseIsAtLeast" "release"
      "revisionWithDefault" "version" "versionSuffix"
    ]
    // because "depends on the caller" [ "inNixShell" "inPureEvalMode" ]
    // because "aborts where it fails, else attrByPath" [ "getAttrFromPath" ]
    // because "needs a store" [ "filterSource" "gitTracked" "gitTrackedWith" "overrideDerivation" "sourceByRegex" "sourceFilesBySuffices" "toDerivation" ]
    // because "the data are a subset" [ "licensesSpdx" "getLicenseFromSpdxIdOr" ]
    // because "makeScope, for one platform" [ "makeScopeWithSplicing" "makeScopeWithSplicing'" ]
    // because "made of addMetaAttrs and updateName" [
      "appendToName" "defaultPriority" "dontDistribute" "hiPrio" "hiPrioSet" "lowPrio" "lowPrioSet" "mapDerivationAttrset" "setPrio"
    ]
    // because "a constant or identity" [ "hydraJob" "lowerChars" "proxyImpureEnvVars" "upperChars" ]
    // because "wants a newer Nix" [
      "commitIdFromGitRepo" "difference" "empty" "fileFilter" "fromSource" "intersection" "isFileset" "maybeMissing" "toList" "toSource" "union" "unions"
      "pathIsDirectory" "pathIsGitRepo" "pathIsRegularFile" "pathType" "readFileType" "resolveDefaultNix"
    ];

  families = attrNames calls;
  of = family: if family == "top" then lib else lib.${family} or { };
  has = family: name: of family ? ${name};
in
{
  # Names of this implementation's families that ought to be called and are not; builtins apart.
  uncalled = concatMap
    (family: map (name: "${family}.${name}") (filter
      (name: !(calls.${family} ? ${name} || builtins ? ${name} || apart ? ${name}))
      (attrNames (of family))))
    (filter (family: family != "top") families);
  results = listToAttrs (concatMap
    (family: map
      (name: {
        name = "${family}.${name}";
        value =
          let spec = calls.${family}.${name}; in
          if !(has family name) then [ "<missing>" ]
          else if isFunction spec then map result (spec (of family).${name})
          else every (of family).${name} spec;
      })
      (attrNames calls.${family}))
    families);
}
