# Every attribute of lib, and of the sets in it, evaluated as far as one sees from outside: what it is,
# its names, arguments or text. An evaluator's whole answer, to be compared with another's.
{ path }:

let
  # nixpkgs.lib comes without the lists that these two read.
  lib = removeAttrs (import path)
    (if builtins.pathExists (path + "/../maintainers") then [ ] else [ "maintainers" "teams" ]);
  inherit (builtins) attrNames functionArgs isAttrs isFunction isList length mapAttrs tryEval typeOf;

  shape = v:
    if isAttrs v then (if v.type or null == "derivation" then v.drvPath else attrNames v)
    else if isList v then length v
    else if isFunction v then functionArgs v
    else if typeOf v == "path" then baseNameOf v
    else v;
  outside = v:
    let r = tryEval (let s = shape v; in builtins.deepSeq s { type = typeOf v; shape = s; }); in
    if r.success then r.value else "throws";
  # One level further down.
  below = v:
    let r = tryEval (isAttrs v && v.type or null != "derivation"); in
    { at = outside v; } // (if r.success && r.value then { members = mapAttrs (_: outside) v; } else { });
in
mapAttrs (_: below) lib
