# lib: functions under nixpkgs' names, with its semantics. Families live in files of their own, as
# `lib.strings` and so on, and all are also in `lib` itself.
let
  lib =
    let
      call = file: import file { inherit lib; };
      stringsCommon = import ./strings-common.nix;
      families = {
        trivial = call ./trivial.nix;
        fixedPoints = call ./fixed-points.nix;
        customisation = call ./customisation.nix;
        lists = call ./lists.nix;
        attrsets = call ./attrsets.nix;
        strings = call ./strings.nix;
        versions = call ./versions.nix;
        meta = call ./meta.nix;
        sources = call ./sources.nix;
        generators = call ./generators.nix;
        asserts = call ./asserts.nix;
        cli = call ./cli.nix;
        debug = call ./debug.nix;
        filesystem = call ./filesystem.nix;
        path = call ./path.nix;
        fileset = call ./fileset;
        derivations = call ./derivations.nix;
        fetchers = {
          inherit (call ./fetchers.nix) normalizeHash withNormalizedHash;
          proxyImpureEnvVars = [
            "http_proxy" "https_proxy" "ftp_proxy" "all_proxy" "no_proxy"
            "HTTP_PROXY" "HTTPS_PROXY" "FTP_PROXY" "ALL_PROXY" "NO_PROXY"
          ];
        };
        flakes = call ./flakes.nix;
        lock = call ./lock.nix;
        words = call ./words.nix;
      };
    in
    families
    // families.trivial // families.fixedPoints // families.customisation // families.lists
    // families.attrsets
    // {
      inherit (families.meta)
        addMetaAttrs dontDistribute setName updateName appendToName mapDerivationAttrset setPrio
        lowPrio hiPrio getExe getExe' hiPrioSet lowPrioSet getLicenseFromSpdxId getLicenseFromSpdxIdOr
        licensesSpdx availableOn;
      inherit (families.filesystem) pathType pathIsDirectory pathIsRegularFile packagesFromDirectoryRecursive readFileType;
      inherit (families.versions) splitVersion;
      inherit (families.flakes) flakeRefToString parseFlakeRef;
      # By name, so that only those are read that somebody asks for.
      inherit (stringsCommon)
        concatMapStrings concatMapStringsSep concatStrings hasPrefix hasSuffix makeSearchPath optionalString removePrefix removeSuffix;
      inherit (builtins) concatStringsSep;
      inherit (families.strings)
        addContextFrom appendContext charToInt cmakeBool cmakeFeature cmakeOptionType commonPrefixLength
        commonSuffixLength compareVersions concatImapStrings concatImapStringsSep concatLines
        concatMapAttrsStringSep
        enableFeature enableFeatureAs escape escapeC escapeNixIdentifier escapeNixString escapeRegex
        escapeShellArg escapeShellArgs escapeURL escapeXML fileContents fixedWidthNumber fixedWidthString
        floatToString getName getVersion hasInfix hashString intersperse
        isCoercibleToString isConvertibleWithToString isStorePath isStringLike isValidPosixName join
        levenshtein levenshteinAtMost lines lowerChars makeBinPath makeIncludePath makeLibraryPath
        makeSearchPathOutput mesonBool mesonEnable mesonOption nameFromURL normalizePath
        readPathsFromFile replaceChars replaceString
        sanitizeDerivationName split splitString splitStringBy storeDir stringAsChars stringToCharacters
        toCamelCase toInt toIntBase10 toLower toSentenceCase toShellVar toShellVars toUpper trim trimWith
        unsafeDiscardStringContext upperChars versionAtLeast versionOlder withFeature withFeatureAs;
      inherit (families.sources)
        canCleanSource cleanSource cleanSourceFilter cleanSourceWith commitIdFromGitRepo filterSource
        pathHasContext pathIsGitRepo repoRevToName revOrTag
        shortRev sourceByRegex sourceFilesBySuffices urlToName;
      inherit (families.derivations)
        addDrvOutputDependencies lazyDerivation optionalDrvAttr warnOnInstantiate;
      inherit (families.asserts) assertEachOneOf assertMsg assertOneOf checkAssertWarn given';
      inherit (families.debug)
        runTests testAllTrue throwTestFailures trace traceFnSeqN traceIf traceSeq traceSeqN traceVal
        traceValFn traceValSeq traceValSeqFn traceValSeqN traceValSeqNFn;
      inherit (families.lists) replicate;
      licenses = call ./licenses.nix;
      sourceTypes = call ./source-types.nix;
      platforms = call ./platforms.nix;
      systems = call ./systems.nix;
      maintainers = { };
      teams = { };
      fakeHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
      fakeSha256 = "0000000000000000000000000000000000000000000000000000000000000000";
      fakeSha512 = "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";
      inherit (families.generators) mkLuaInline;
      # Tagged sets.
      setType = type: value: value // { _type = type; };
      isType = type: value: value._type or "" == type;
      extend = f: lib // f lib lib;
      inherit (builtins)
        addErrorContext attrNames attrValues bitAnd catAttrs concatLists concatMap deepSeq dirOf
        baseNameOf elem elemAt filter foldl' fromJSON genList getAttr hasAttr hasContext
        head intersectAttrs isAttrs isBool isFloat isInt isList isPath isString length lessThan
        listToAttrs map match partition pathExists readFile removeAttrs replaceStrings seq
        stringLength sub substring tail toJSON tryEval unsafeGetAttrPos groupBy zipAttrsWith typeOf toString toFile toXML fromTOML
        getContext hashFile parseDrvName placeholder readDir unsafeDiscardOutputDependency;
      isFunction = families.trivial.isCallable;
    }
    // builtins.intersectAttrs { convertHash = 1; } builtins;
in
lib
