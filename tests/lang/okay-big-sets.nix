# More attributes than one run of the sort has.
let
  n = 100000;
  name = x: "k${toString (builtins.bitXor (x * 7919) 123457)}";
  pair = x: { name = name x; value = x; };
  forwards = builtins.listToAttrs (builtins.genList pair n);
  backwards = builtins.listToAttrs (builtins.genList (x: pair (n - 1 - x)) n);
  twice = builtins.listToAttrs (builtins.genList (x: { name = name (if x < n then x else 2 * n - 1 - x); value = x; }) (2 * n));
  names = builtins.attrNames forwards;
  groups = builtins.groupBy (x: toString (builtins.bitAnd x 65535)) (builtins.genList (x: n - x) n);
in
{
  sorted = names == builtins.sort builtins.lessThan names;
  complete = builtins.length names == n;
  same = forwards == backwards;
  firstWins = twice == forwards;
  removed = removeAttrs forwards names;
  left = builtins.attrNames (removeAttrs backwards (builtins.filter (x: x != name 5 && x != name 99999) names));
  zipped = builtins.zipAttrsWith (_: builtins.length) [ forwards backwards ] == builtins.mapAttrs (_: _: 2) forwards;
  grouped = [ (builtins.length (builtins.attrNames groups)) groups."5" ];
  joined = builtins.length (builtins.concatLists (builtins.attrValues groups)) == n;
}
