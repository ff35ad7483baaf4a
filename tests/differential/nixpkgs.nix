# What a checkout of nixpkgs has: the names of a set, or the derivation paths of some of them. The set
# is named by its attribute path; what a name does not give is null (no derivation) or false (a caught
# error). An error that cannot be caught has the name in its trace.
{ nixpkgs, path ? [ ], names ? null }:

let
  inherit (builtins) addErrorContext attrNames filter foldl' getAttr isAttrs tryEval;

  pkgs = import nixpkgs {
    system = "x86_64-linux";
    config = { allowUnfree = true; allowBroken = true; };
  };
  at = foldl' (set: name: set.${name}) pkgs path;
  isDrv = v: isAttrs v && (v.type or null) == "derivation";
  caught = f: name:
    let r = tryEval (f at.${name}); in
    addErrorContext "@${name}@" (if r.success then r.value else false);
  # The set within itself is not looked into again.
  isSet = v: isAttrs v && !isDrv v && !(v ? stdenv && v ? fetchurl);
in
{
  names = attrNames at;
  drvs = map (caught (v: if isDrv v then v.drvPath else null)) names;
  sets = map (caught isSet) names;
}
