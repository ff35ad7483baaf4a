# What `kiln develop` enters of a project's shell.nix, as `shell`; nothing where a name is asked for that it
# has not. The file says a shell, or a set of shells by name, `default` the first; as nixpkgs' users have it, or
# called with the project's recipes and the set's packages where it asks for such, as recipes are.
set: { file, recipes, name }:
let
  inherit (builtins) any attrNames functionArgs import isAttrs isFunction;
  said = import file;
  asks = functionArgs said;
  given =
    if !isFunction said then said
    else if any (n: !asks.${n} && n != "inNixShell") (attrNames asks)
    then set.lib.callPackageWith (set // recipes // { inNixShell = true; }) said { }
    else said (if asks ? inNixShell then { inNixShell = true; } else { });
  isShell = isAttrs given && given.type or null == "derivation";
  isSet = isAttrs given && !isShell;
  wanted = if name == null then "default" else name;
  named = attrNames (removeAttrs given [ "override" "overrideDerivation" ]);
in
if isSet && given ? ${wanted} then { shell = given.${wanted}; }
else if name != null then { }
else if isSet then throw "'${toString file}' has no shell 'default'\nhint: kiln develop NAME enters one of these: ${toString named}"
else { shell = given; }
