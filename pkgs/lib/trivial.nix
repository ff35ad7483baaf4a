# Functions on functions, and small values.
{ lib }:

rec {
  id = x: x;
  const = x: y: x;
  flip = f: a: b: f b a;
  pipe = builtins.foldl' (x: f: f x);
  mergeAttrs = x: y: x // y;
  defaultTo = default: x: if x == null then default else x;
  mapNullable = f: x: if x == null then null else f x;

  or = x: y: x || y;
  and = x: y: x && y;
  xor = x: y: x != y;
  bitAnd = builtins.bitAnd;
  bitOr = builtins.bitOr;
  bitXor = builtins.bitXor;
  bitNot = n: -1 - n;
  boolToString = b: if b then "true" else "false";
  boolToYesNo = b: if b then "yes" else "no";

  min = x: y: if x < y then x else y;
  max = x: y: if x > y then x else y;
  mod = a: b: a - b * (a / b);
  inherit (builtins) ceil floor div mul;
  concat = x: y: x ++ y;
  # An order in which what satisfies p comes last.
  splitByAndCompare = p: yes: no: a: b:
    if p a && p b then yes a b
    else if p a then -1
    else if p b then 1
    else no a b;
  compare = a: b: if a < b then -1 else if a > b then 1 else 0;

  inherit (builtins)
    pathExists readFile isBool isInt isFloat isAttrs isList isString isFunction seq deepSeq
    genericClosure add sub lessThan trace;
  importJSON = path: builtins.fromJSON (builtins.readFile path);
  importTOML = path: builtins.fromTOML (builtins.readFile path);

  warn = builtins.warn or (msg: x: builtins.trace "warning: ${msg}" x);
  warnIf = cond: msg: if cond then warn msg else x: x;
  warnIfNot = cond: msg: if cond then x: x else warn msg;
  showWarnings = warnings: x: lib.foldr warn x warnings;
  throwIf = cond: msg: if cond then throw msg else x: x;
  throwIfNot = cond: msg: if cond then x: x else throw msg;
  info = msg: x: builtins.trace "INFO: ${msg}" x;
  checkListOfEnum = msg: valid: given: x:
    let bad = lib.subtractLists valid given;
    in if bad == [ ] then x
    else throw "${msg}: ${builtins.concatStringsSep ", " (map toString bad)} unexpected; valid ones: ${builtins.concatStringsSep ", " (map toString valid)}";

  # Functions that carry their arguments' names, as callPackage makes them.
  setFunctionArgs = f: args: { __functor = self: f; __functionArgs = args; };
  functionArgs = f:
    if f ? __functor then f.__functionArgs or (functionArgs (f.__functor f))
    else builtins.functionArgs f;
  isCallable = f: builtins.isFunction f || f ? __functor && isCallable (f.__functor f);
  mirrorFunctionArgs = f: let args = functionArgs f; in g: setFunctionArgs g args;
  toFunction = v: if isCallable v then v else _: v;

  toHexString = n:
    let
      digits = [ "0" "1" "2" "3" "4" "5" "6" "7" "8" "9" "A" "B" "C" "D" "E" "F" ];
    in lib.concatMapStrings (builtins.elemAt digits) (toBaseDigits 16 n);
  toBaseDigits = base: i:
    let go = n: if n < base then [ n ] else go (n / base) ++ [ (mod n base) ];
    in if i < 0 then throw "toBaseDigits: ${toString i} is negative" else go i;

  fromHexString = text:
    let
      # forgiving as TOML's integers are: 0x and underscores
      digits = lib.removePrefix "0x" (lib.replaceStrings [ "_" ] [ "" ] (lib.toLower text));
    in
    if builtins.match "[0-9a-f]+" digits == null then throw "fromHexString: '${text}' is not a hexadecimal number"
    else (builtins.fromTOML "n=0x${digits}").n;

  inNixShell = builtins.getEnv "IN_NIX_SHELL" != "";
  inPureEvalMode = !(builtins ? currentSystem);
  # The release of nixpkgs whose names and meanings these are.
  release = "26.05";
  version = "${release}-kiln";
  versionSuffix = "-kiln";
  codeName = "Yarara";
  oldestSupportedRelease = 2511;
  isInOldestRelease = oldestSupportedReleaseIsAtLeast;
  oldestSupportedReleaseIsAtLeast = n: n <= oldestSupportedRelease;
  revisionWithDefault = default: default;
  nixpkgsVersion = version;
}
