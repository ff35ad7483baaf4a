# Results that outlive the call which made them: sets, lists, functions, strings and thunks that a
# number-valued call has evaluated on its way.
let
  range = n: builtins.genList (i: i) n;
  shared = { list = map (x: "item ${toString x}") (range 5); set = builtins.mapAttrs (n: v: v + 1) { a = 1; b = 2; }; };
  touch = s: builtins.stringLength (builtins.concatStringsSep "," s.list) + s.set.a;
  table = builtins.listToAttrs (map (i: { name = "k${toString i}"; value = i * i; }) (range 50));
  grown = builtins.foldl' (acc: i: acc // { "k${toString i}" = i; }) { z = 0; } (range 200);
  sumOf = s: builtins.foldl' (a: n: a + s.${n}) 0 (builtins.attrNames s);
in
{
  touched = touch shared;
  inherit shared;
  table = sumOf table;
  grown = [ (sumOf grown) (builtins.length (builtins.attrNames grown)) grown.k199 grown.z ];
  functions = map (f: f 1) (map (n: x: n + x) (range 3));
  strings = builtins.foldl' (a: b: a + b) "" (map (x: builtins.substring 0 1 (toString x)) (range 12));
  sorted = builtins.sort (a: b: builtins.stringLength a < builtins.stringLength b) [ "ccc" "a" "bb" ];
  imported = map (x: import ./okay-regions-function.inc { inherit x; }) (range 4);
  partial = map ((a: b: c: a + b + c) 1 2) [ 3 4 ];
}
