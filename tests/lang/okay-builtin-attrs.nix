let
  inherit (builtins)
    attrNames attrValues catAttrs functionArgs getAttr hasAttr intersectAttrs listToAttrs mapAttrs
    zipAttrsWith;
  s = { b = 2; "a b" = 1; c.d = 3; "" = 0; };
in
{
  attrNames = attrNames (s // { B = 1; });
  attrValues = attrValues { z = 1; a = 2; };
  catAttrs = catAttrs "a" [ { a = 1; } { b = 2; } { a = 3; } ];
  functionArgs = [
    (functionArgs ({ a, b ? a, ... }: a))
    (functionArgs (x: x))
    (functionArgs builtins.map)
    (functionArgs (builtins.map (x: x)))
  ];
  getAttr = getAttr "a b" s;
  hasAttr = [ (hasAttr "" s) (hasAttr "d" s) (hasAttr "never seen before" s) ];
  intersectAttrs = intersectAttrs { a = 1; b = 2; x = 3; } { b = 20; c = 30; a = 10; };
  layers = attrNames (removeAttrs ({ a = 1; b = 2; } // { c = 3; } // { a = 4; }) [ "b" "nope" ]);
  listToAttrs = listToAttrs [
    { name = "x"; value = 1; }
    { name = "y"; value = 2; }
    { name = "x"; }
  ];
  mapAttrs = mapAttrs (n: v: "${n}=${toString v}") { a = 1; b = 2; };
  mapAttrsLazy = (mapAttrs (n: v: throw n) { a = 1; }) ? a;
  positions = (builtins.unsafeGetAttrPos "b" s).column;
  noPosition = builtins.unsafeGetAttrPos "zzz" s;
  zip = zipAttrsWith (n: vs: [ n vs ]) [ { a = 1; b = 2; } { b = 3; } { c = 4; a = 5; } ];
}
