# Values as text of other formats.
{ lib }:

rec {
  toJSON = _: builtins.toJSON;
  toYAML = toJSON;

  mkValueStringDefault = _: v:
    if builtins.isString v then v
    else if builtins.isInt v || builtins.isFloat v || lib.isDerivation v || builtins.isPath v then toString v
    else if v == true then "true" else if v == false then "false" else if v == null then "null"
    else throw "generators.mkValueStringDefault: ${builtins.typeOf v} is not supported: ${toPretty { } v}";
  mkKeyValueDefault = { mkValueString ? mkValueStringDefault { } }: sep: k: v:
    "${lib.escape [ sep ] k}${sep}${mkValueString v}";
  toKeyValue = { mkKeyValue ? mkKeyValueDefault { } "=", listsAsDuplicateKeys ? false, indent ? "" }:
    let
      line = k: v: indent + mkKeyValue k v + "\n";
      lines = k: v: map (line k) (if listsAsDuplicateKeys && builtins.isList v then v else [ v ]);
    in
    set: lib.concatStrings (lib.concatLists (lib.mapAttrsToList lines set));
  toINI = { mkSectionName ? lib.escape [ "[" "]" ], mkKeyValue ? mkKeyValueDefault { } "=", listsAsDuplicateKeys ? false }:
    set: lib.concatStringsSep "\n" (lib.mapAttrsToList
      (name: values: "[${mkSectionName name}]\n" + toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } values)
      set);

  toPretty = { multiline ? true, allowPrettyValues ? false, indent ? "" }:
    let
      go = indent: v:
        let
          open = if multiline then "\n${indent}  " else " ";
          close = if multiline then "\n${indent}" else " ";
          deeper = go (indent + "  ");
        in
        if builtins.isInt v then toString v
        else if builtins.isFloat v then builtins.toJSON v
        else if builtins.isString v then lib.strings.escapeNixString v
        else if v == true then "true" else if v == false then "false" else if v == null then "null"
        else if builtins.isPath v then toString v
        else if builtins.isList v then
          if v == [ ] then "[ ]" else "[" + open + lib.concatMapStringsSep open deeper v + close + "]"
        else if builtins.isFunction v then "<function>"
        else if allowPrettyValues && v ? __pretty && v ? val then v.__pretty v.val
        else if lib.isDerivation v then "<derivation ${v.name or "???"}>"
        else if v == { } then "{ }"
        else "{" + open + lib.concatStringsSep open (lib.mapAttrsToList (n: x: "${lib.strings.escapeNixIdentifier n} = ${deeper x};") v) + close + "}";
    in
    go indent;
}
