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
  toINIWithGlobalSection = options: { globalSection, sections ? { } }:
    lib.optionalString (globalSection != { }) (toKeyValue (removeAttrs options [ "mkSectionName" ]) globalSection + "\n")
    + toINI options sections;
  toINI = { mkSectionName ? lib.escape [ "[" "]" ], mkKeyValue ? mkKeyValueDefault { } "=", listsAsDuplicateKeys ? false }:
    set: lib.concatStringsSep "\n" (lib.mapAttrsToList
      (name: values: "[${mkSectionName name}]\n" + toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } values)
      set);

  # Git's configuration: sets in a section are subsections, lists repeat the key.
  toGitINI = set:
    let
      isTable = v: builtins.isAttrs v && !(lib.isDerivation v);
      quote = lib.replaceStrings [ "\n" "\t" "\"" "\\" ] [ "\\n" "\\t" "\\\"" "\\\\" ];
      mkValueString = v: if builtins.isString v then "\"${quote v}\"" else mkValueStringDefault { } v;
      line = k: v: "\t" + mkKeyValueDefault { inherit mkValueString; } " = " k v;
      mkSectionName = name:
        let parts = lib.splitString "." name;
        in if lib.hasInfix "\"" name || lib.length parts == 1 then name
        else "${lib.head parts} \"${lib.concatStringsSep "." (lib.tail parts)}\"";
      # a section with sections inside, as leaves { "a.b".key = value; }
      leaves = path: v:
        if isTable v then lib.concatMap (n: leaves (path ++ [ n ]) v.${n}) (lib.attrNames v)
        else [ (lib.setAttrByPath (if lib.length path == 1 then path else [ (lib.concatStringsSep "." (lib.init path)) (lib.last path) ]) v) ];
      nested = lib.filterAttrs (_: v: builtins.isAttrs v && lib.any isTable (lib.attrValues v)) set;
      flat = removeAttrs set (lib.attrNames nested) // lib.foldl lib.recursiveUpdate { } (leaves [ ] nested);
    in
    toINI { inherit mkSectionName; mkKeyValue = k: v: lib.concatMapStringsSep "\n" (line k) (lib.toList v); } flat;

  # Keeps what prints itself, and stops at a depth: with an error or with "<unevaluated>".
  withRecursion = { depthLimit, throwOnDepthLimit ? true }:
    let
      special = [ "__functor" "__functionArgs" "__toString" "__pretty" ];
      limited = depth: v:
        if depth <= depthLimit then v
        else if throwOnDepthLimit then throw "generators.withRecursion: deeper than ${toString depthLimit}"
        else "<unevaluated>";
      next = depth: v: go (depth + 1) (limited (depth + 1) v);
      go = depth: v:
        if builtins.isAttrs v then lib.mapAttrs (n: x: if lib.elem n special then x else next depth x) v
        else if builtins.isList v then map (next depth) v
        else limited (depth + 1) v;
    in
    lib.throwIfNot (builtins.isInt depthLimit) "generators.withRecursion: depthLimit is not a number" (go 0);

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
        else if builtins.isString v then string open close v
        else if v == true then "true" else if v == false then "false" else if v == null then "null"
        else if builtins.isPath v then toString v
        else if builtins.isList v then
          if v == [ ] then "[ ]" else "[" + open + lib.concatMapStringsSep open deeper v + close + "]"
        else if lib.isFunction v then function v
        else if allowPrettyValues && v ? __pretty && v ? val then v.__pretty v.val
        else if v == { } then "{ }"
        else if lib.isDerivation v then "<derivation ${v.name or "???"}>"
        else
          "{" + open
          + lib.concatStringsSep open (lib.mapAttrsToList (n: x: "${lib.strings.escapeNixIdentifier n} = ${deeper x};") v)
          + close + "}";
      string = open: close: s:
        let
          lines = lib.splitString "\n" s;
          escaped = map (lib.replaceStrings [ "\${" "''" ] [ "''\${" "'''" ]) lines;
          last = lib.last escaped;
        in
        if multiline && lib.length lines > 1
        then "''" + open + lib.concatStringsSep open (lib.init escaped) + (if last == "" then close else open + last) + "''"
        else "\"" + lib.concatMapStringsSep "\\n" (lib.escape [ "\\" "\"" "\${" ]) lines + "\"";
      function = f:
        let args = lib.functionArgs f;
        in if args == { } then "<function>"
        else "<function, args: {${lib.concatStringsSep ", " (lib.mapAttrsToList (n: default: if default then "${n}?" else n) args)}}>";
    in
    go indent;

  toPlist = { escape ? false }: v:
    let
      text = s: if escape then lib.escapeXML s else s;
      block = ind: tag: inner: lib.concatStringsSep "\n" [ "${ind}<${tag}>" inner "${ind}</${tag}>" ];
      go = ind: x:
        if x == null then ""
        else if x == true then "${ind}<true/>"
        else if x == false then "${ind}<false/>"
        else if builtins.isInt x then "${ind}<integer>${toString x}</integer>"
        else if builtins.isFloat x then "${ind}<real>${toString x}</real>"
        else if builtins.isString x || builtins.isPath x then "${ind}<string>${text (toString x)}</string>"
        else if builtins.isList x then block ind "array" (lib.concatMapStringsSep "\n" (go "\t${ind}") x)
        else if builtins.isAttrs x then
          block ind "dict" (lib.concatStringsSep "\n" (lib.concatLists (lib.mapAttrsToList
            (n: y: lib.optionals (n != "_module" && y != null) [ "\t${ind}<key>${text n}</key>" (go "\t${ind}" y) ])
            x)))
        else throw "generators.toPlist: a ${builtins.typeOf x} cannot be written";
    in
    ''
      <?xml version="1.0" encoding="UTF-8"?>
      <!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
      <plist version="1.0">
      ${go "" v}
      </plist>'';

  toDhall = options: v:
    if builtins.isAttrs v then "{ ${lib.concatStringsSep ", " (lib.mapAttrsToList (n: x: "${n} = ${toDhall options x}") v)} }"
    else if builtins.isList v then "[ ${lib.concatMapStringsSep ", " (toDhall options) v} ]"
    else if builtins.isInt v then (if v < 0 then "" else "+") + toString v
    else if builtins.isBool v then (if v then "True" else "False")
    else if v == null || builtins.isFunction v then throw "generators.toDhall: a ${builtins.typeOf v} cannot be written"
    else builtins.toJSON v;

  mkLuaInline = expr: { _type = "lua-inline"; inherit expr; };
  toLua = { multiline ? true, indent ? "", asBindings ? false }:
    let
      go = indent: v:
        let
          open = if multiline then "\n${indent}  " else " ";
          close = if multiline then "\n${indent}" else " ";
          table = items: if items == [ ] then "{}" else "{" + open + lib.concatStringsSep ",${open}" items + close + "}";
        in
        if v == null then "nil"
        else if builtins.isInt v || builtins.isFloat v || builtins.isString v || builtins.isBool v then builtins.toJSON v
        else if builtins.isPath v || lib.isDerivation v then builtins.toJSON "${v}"
        else if builtins.isList v then table (map (go (indent + "  ")) v)
        else if builtins.isAttrs v then
          if v._type or null == "lua-inline" then "(${v.expr})"
          else table (lib.mapAttrsToList (n: x: "[${builtins.toJSON n}] = ${go (indent + "  ") x}") v)
        else throw "generators.toLua: a ${builtins.typeOf v} cannot be written";
      variable = name:
        lib.throwIf (builtins.match "[[:alpha:]_][[:alnum:]_]*(\\.[[:alpha:]_][[:alnum:]_]*)*" name == null)
          "generators.toLua: '${name}' is not a name of a Lua variable" name;
    in
    if asBindings then set: lib.concatStrings (lib.mapAttrsToList (n: v: "${indent}${variable n} = ${go indent v}\n") set)
    else go indent;
}
