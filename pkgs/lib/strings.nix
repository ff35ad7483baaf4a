# Strings.
{ lib }:

let
  inherit (builtins)
    concatStringsSep elem elemAt filter genList head isInt isList isString length match
    replaceStrings split stringLength substring tail typeOf;

  letters = "abcdefghijklmnopqrstuvwxyz";
  capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  common = import ./strings-common.nix;
in
rec {
  inherit (common)
    concatMapStrings concatMapStringsSep concatStrings hasPrefix hasSuffix makeSearchPath optionalString removePrefix removeSuffix;
  inherit concatStringsSep replaceStrings stringLength substring match split;
  inherit elem elemAt filter genList head isInt isList tail typeOf;
  inherit (builtins) isAttrs isPath parseDrvName;
  inherit (builtins) compareVersions fromJSON isString readFile storeDir unsafeDiscardStringContext toJSON hashString;

  concatImapStrings = f: xs: concatStrings (lib.imap1 f xs);
  concatImapStringsSep = sep: f: xs: concatStringsSep sep (lib.imap1 f xs);
  concatMapAttrsStringSep = sep: f: set: concatStringsSep sep (lib.mapAttrsToList f set);
  concatLines = concatMapStrings (s: s + "\n");
  intersperse = sep: xs:
    if xs == [ ] || length xs == 1 then xs
    else tail (lib.concatMap (x: [ sep x ]) xs);
  join = concatStringsSep;
  replicate = n: s: concatStrings (lib.lists.replicate n s);
  lines = s: splitString "\n" s;

  replaceString = from: to: replaceStrings [ from ] [ to ];
  fileContents = file: removeSuffix "\n" (builtins.readFile file);

  # Contexts: which store paths a text depends on.
  appendContext = builtins.appendContext;
  addContextFrom = src: target: substring 0 0 src + target;

  hasInfix = infix: s: match ".*${escapeRegex infix}.*" "${s}" != null;

  stringToCharacters = s: genList (i: substring i 1 s) (stringLength s);
  stringAsChars = f: s: concatStrings (map f (stringToCharacters s));
  charToInt =
    let
      printable = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
      table = { "\t" = 9; "\n" = 10; "\r" = 13; }
        // builtins.listToAttrs (lib.imap0 (i: c: { name = c; value = 32 + i; }) (stringToCharacters printable));
    in
    c: table.${c};
  splitString = sep: s:
    map (x: x) (filter isString (split (escapeRegex (toString sep)) (toString s)));
  splitStringBy = pred: keepSplit: s:
    let
      chars = stringToCharacters s;
      step = acc: c:
        if pred acc.prev c then { done = acc.done ++ [ acc.cur ]; cur = if keepSplit then c else ""; prev = c; }
        else { inherit (acc) done; cur = acc.cur + c; prev = c; };
      end = lib.foldl' step { done = [ ]; cur = ""; prev = ""; } chars;
    in
    end.done ++ [ end.cur ];
  toLower = replaceStrings (stringToCharacters capitals) (stringToCharacters letters);
  toUpper = replaceStrings (stringToCharacters letters) (stringToCharacters capitals);
  toSentenceCase = s: if s == "" then "" else toUpper (substring 0 1 s) + toLower (substring 1 (-1) s);
  toCamelCase = s:
    let
      words = splitStringBy (_: c: elem c [ "-" "_" " " ]) false s;
      humps = lib.concatMap (splitStringBy (prev: c: match "[a-z]" prev != null && match "[A-Z]" c != null) true) words;
    in
    lib.throwIfNot (isString s) "toCamelCase: expected text, got a ${typeOf s}"
      (addContextFrom s (toLower (head humps) + concatMapStrings toSentenceCase (tail humps)));
  upperChars = stringToCharacters capitals;
  lowerChars = stringToCharacters letters;

  trim = trimWith { start = true; end = true; };
  trimWith = { start ? false, end ? false }: s:
    let
      blank = " \t\r\n";
      pattern =
        if start && end then "[${blank}]*(.*[^${blank}])[${blank}]*"
        else if start then "[${blank}]*(.*)"
        else if end then "(.*[^${blank}])[${blank}]*"
        else "(.*)";
      found = match pattern s;
    in
    optionalString (found != null) (head found);

  escape = chars: replaceStrings chars (map (c: "\\${c}") chars);
  escapeC = chars: replaceStrings chars (map (c: "\\x${toLower (fixedWidthString 2 "0" (lib.toHexString (charToInt c)))}") chars);
  escapeURL =
    let
      unreserved = stringToCharacters (capitals + letters + "0123456789-_.~");
      printable = stringToCharacters "\t\n\r !\"#$%&'()*+,/:;<=>?@[\\]^`{|}";
    in
    replaceStrings printable (map (c: "%${fixedWidthString 2 "0" (lib.toHexString (charToInt c))}") printable);
  escapeRegex = escape (stringToCharacters "\\[{()^$?*+|.");
  escapeXML = replaceStrings [ "\"" "'" "<" ">" "&" ] [ "&quot;" "&apos;" "&lt;" "&gt;" "&amp;" ];
  escapeShellArg = arg:
    let s = toString arg;
    in if match "[[:alnum:],._+:@%/-]+" s == null then "'${replaceStrings [ "'" ] [ "'\\''" ] s}'" else s;
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;
  isValidPosixName = name: match "[a-zA-Z_][a-zA-Z0-9_]*" name != null;
  toShellVar = name: value:
    lib.throwIfNot (isValidPosixName name) "toShellVar: ${name} is not a valid shell variable name" (
      if builtins.isAttrs value && !isStringLike value then
        "declare -A ${name}=(${concatStringsSep " " (lib.mapAttrsToList (n: v: "[${escapeShellArg n}]=${escapeShellArg v}") value)})"
      else if isList value then "declare -a ${name}=(${escapeShellArgs value})"
      else "${name}=${escapeShellArg value}");
  toShellVars = vars: concatStringsSep "\n" (lib.mapAttrsToList toShellVar vars);
  escapeNixString = s: escape [ "$" ] (builtins.toJSON s);
  escapeNixIdentifier = s:
    if match "[a-zA-Z_][a-zA-Z0-9_'-]*" s != null
      && !(elem s [ "assert" "else" "if" "in" "inherit" "let" "or" "rec" "then" "with" ])
    then s else escapeNixString s;

  isStringLike = x: isString x || builtins.isPath x || x ? outPath || x ? __toString;
  isConvertibleWithToString = x:
    elem (typeOf x) [ "path" "string" "null" "int" "float" "bool" ]
    || isList x && lib.all isConvertibleWithToString x || x ? outPath || x ? __toString;
  isCoercibleToString = isStringLike;
  isStorePath = x:
    isStringLike x && (
      let s = toString x;
      in substring 0 1 s == "/" && (dirOf s == builtins.storeDir));

  toInt = s:
    let
      found = match "[[:space:]]*(-?[[:digit:]]+)[[:space:]]*" s;
      bare = if found == null then "" else head found;
      ambiguous = match "-?0[[:digit:]]+" bare != null;
    in
    if found == null then throw "toInt: Could not convert ${escapeNixString s} to int."
    else if ambiguous then throw "toInt: Ambiguity in interpretation of ${escapeNixString s} between octal and zero padded integer."
    else builtins.fromJSON bare;
  toIntBase10 = s:
    let found = match "[[:space:]]*(-?)0*([[:digit:]]+)[[:space:]]*" s;
    in if found == null then throw "toIntBase10: Could not convert ${escapeNixString s} to int."
    else builtins.fromJSON (head found + elemAt found 1);
  fixedWidthString = width: filler: s:
    let n = stringLength s; m = stringLength filler;
    in if n > width then throw "fixedWidthString: requested string length (${toString width}) must not be shorter than actual length (${toString n})"
    else if n == width then s else filler + fixedWidthString (width - m) filler s;
  fixedWidthNumber = width: n: fixedWidthString width "0" (toString n);
  floatToString = builtins.toString;

  # PATH-like variables out of packages.
  makeSearchPathOutput = output: subDir: pkgs: makeSearchPath subDir (map (lib.getOutput output) pkgs);
  makeLibraryPath = makeSearchPathOutput "lib" "lib";
  makeIncludePath = makeSearchPathOutput "dev" "include";
  makeBinPath = makeSearchPathOutput "bin" "bin";
  normalizePath = s:
    let
      step = acc: c: if c == "/" && hasSuffix "/" acc then acc else acc + c;
    in
    lib.foldl' step "" (stringToCharacters s);

  mesonOption = feature: value: "-D${feature}=${value}";
  mesonBool = feature: flag: mesonOption feature (lib.boolToString flag);
  mesonEnable = feature: flag: mesonOption feature (if flag then "enabled" else "disabled");
  cmakeOptionType = type: feature: value:
    lib.throwIfNot (elem (lib.toUpper type) [ "BOOL" "FILEPATH" "PATH" "STRING" "INTERNAL" "LIST" ])
      "cmakeOptionType: '${type}' is not a type of CMake's variables"
      "-D${feature}:${lib.toUpper type}=${value}";
  cmakeBool = feature: flag: cmakeOptionType "bool" feature (lib.toUpper (lib.boolToString flag));
  cmakeFeature = feature: value: "-D${feature}:STRING=${value}";
  enableFeature = flag: feature: "--${if flag then "enable" else "disable"}-${feature}";
  enableFeatureAs = flag: feature: value: enableFeature flag feature + optionalString flag "=${value}";
  withFeature = flag: feature: "--${if flag then "with" else "without"}-${feature}";
  withFeatureAs = flag: feature: value: withFeature flag feature + optionalString flag "=${value}";

  getName = x: if isString x then (builtins.parseDrvName x).name else x.pname or (builtins.parseDrvName x.name).name;
  getVersion = x: if isString x then (builtins.parseDrvName x).version else x.version or (builtins.parseDrvName x.name).version;
  nameFromURL = url: sep:
    let filename = lib.last (splitString "/" url); name = head (splitString sep filename);
    in if name == filename then throw "nameFromURL: '${sep}' is not in '${filename}'" else name;
  versionOlder = a: b: builtins.compareVersions b a == 1;
  versionAtLeast = a: b: !(versionOlder a b);
  sanitizeDerivationName = s:
    let
      bare = builtins.unsafeDiscardStringContext (toString s);
      clean = concatStrings (map (x: if isList x then "-" else x) (split "[^[:alnum:]+._?=-]+" (removeDots bare)));
      removeDots = x: let found = match "\\.*(.*)" x; in head found;
      n = stringLength clean;
    in
    if stringLength bare <= 207 && match "[[:alnum:]+_?=-][[:alnum:]+._?=-]*" bare != null then bare
    else if n == 0 then "unknown"
    else substring (lib.max (n - 207) 0) (-1) clean;

  commonPrefixLength = a: b:
    let
      m = lib.min (stringLength a) (stringLength b);
      go = i: if i >= m || substring i 1 a != substring i 1 b then i else go (i + 1);
    in
    go 0;
  commonSuffixLength = a: b:
    let
      n = stringLength a; k = stringLength b; m = lib.min n k;
      go = i: if i >= m || substring (n - i - 1) 1 a != substring (k - i - 1) 1 b then i else go (i + 1);
    in
    go 0;
  levenshtein = a: b:
    let
      n = stringLength a; m = stringLength b;
      arr = genList (i: genList (j: dist i j) m) n;
      d = x: y: if x == 0 then y else if y == 0 then x else elemAt (elemAt arr (x - 1)) (y - 1);
      dist = i: j:
        let cost = if substring i 1 a == substring j 1 b then 0 else 1;
        in lib.min (d i j + cost) (lib.min (d i (j + 1) + 1) (d (i + 1) j + 1));
    in
    d n m;
  levenshteinAtMost = k: a: b:
    let gap = stringLength a - stringLength b;
    in gap <= k && -gap <= k && levenshtein a b <= k;

  # Names of before 25.11.
  replaceChars = replaceStrings;
  readPathsFromFile = root: file:
    map (line: root + "/${line}") (filter (line: line != "" && !hasPrefix "#" line) (splitString "\n" (builtins.readFile file)));
}
