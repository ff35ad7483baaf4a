# What a name means: let and rec before with, inner with before outer, shadowed operators.
let
  x = "let";
  sets = { x = "with"; y = "outer"; z = "z"; };
  deep = n: if n == 0 then x else let x = n; in deep (n - 1);
in
{
  letWins = with sets; x;
  nested = with sets; with { y = "inner"; }; [ x y z ];
  lazy = with throw "never asked"; x;
  letBody = let { body = a + b; a = 1; b = a; };
  shadowed = let __sub = a: b: "minus"; __lessThan = a: b: true; in [ (1 - 2) (2 < 1) (-1) ];
  constants = let true = 1; null = 2; in [ true null ];
  branches = map (n: if n == 0 then let a = n; in a else let b = n; c = b; in b + c) [ 0 1 2 ];
  inherits = let inherit (sets) y z; a = { inherit y; }; in [ a z ];
  closures = map (f: f 1) (map (n: m: let k = n * m; in x: k + x) [ 1 2 ] ++ [ (y: y) ] ) == [ ];
  inherit deep;
  depth = deep 3;
}
