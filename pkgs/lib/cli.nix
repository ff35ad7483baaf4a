# Sets as command lines.
{ lib }:

let
  textOf = lib.generators.mkValueStringDefault { };
in
rec {
  # format: option name -> { option; sep (null: the argument is a word of its own); explicitBool;
  # formatArg ? }. Lists repeat the option; null and, unless explicitBool, false leave it out.
  toCommandLine = format: set:
    let
      one = name: value:
        let
          f = format name;
          text = (f.formatArg or textOf) value;
        in
        if value == null || !f.explicitBool && value == false then [ ]
        else if !f.explicitBool && value == true then [ f.option ]
        else if f.sep == null then [ f.option text ]
        else [ "${f.option}${f.sep}${text}" ];
      each = name: value:
        if name == "" then throw "toCommandLine: an option's name is empty"
        else lib.concatMap (one name) (lib.toList value);
    in
    lib.concatLists (lib.mapAttrsToList each set);
  toCommandLineShell = format: set: lib.escapeShellArgs (toCommandLine format set);

  toCommandLineGNU = { isLong ? name: builtins.stringLength name > 1, explicitBool ? false, formatArg ? textOf }:
    toCommandLine (name: {
      option = if isLong name then "--${name}" else "-${name}";
      sep = if isLong name then "=" else "";
      inherit explicitBool formatArg;
    });
  toCommandLineShellGNU = options: set: lib.escapeShellArgs (toCommandLineGNU options set);

  toGNUCommandLine =
    { mkOptionName ? name: if builtins.stringLength name == 1 then "-${name}" else "--${name}"
    , mkBool ? name: value: lib.optional value (mkOptionName name)
    , mkList ? name: value: lib.concatMap (mkOption name) value
    , optionValueSeparator ? null
    , mkOption ? name: value:
        if value == null then [ ]
        else if optionValueSeparator == null then [ (mkOptionName name) (textOf value) ]
        else [ "${mkOptionName name}${optionValueSeparator}${textOf value}" ]
    }: set:
    let
      render = name: value:
        if builtins.isBool value then mkBool name value
        else if builtins.isList value then mkList name value
        else mkOption name value;
    in
    lib.concatLists (lib.mapAttrsToList render set);
  toGNUCommandLineShell = options: set: lib.escapeShellArgs (toGNUCommandLine options set);
}
