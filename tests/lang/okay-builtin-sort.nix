# sort is stable, and survives a comparator that is no order.
let
  pairs = [ { k = 2; v = "a"; } { k = 1; v = "b"; } { k = 2; v = "c"; } { k = 1; v = "d"; } ];
  numbers = builtins.genList (n: n * 7919 - (n * 7919 / 101) * 101) 40;
in
{
  byKey = map (p: p.v) (builtins.sort (a: b: a.k < b.k) pairs);
  down = builtins.sort (a: b: b < a) numbers;
  lists = builtins.sort builtins.lessThan [ [ 2 ] [ 1 3 ] [ ] [ 1 ] [ 1 2 9 ] ];
  mixed = builtins.sort builtins.lessThan [ 2 1.5 (-1) 1 ];
  none = builtins.sort (throw "not needed") [ ];
  nothingLess = builtins.sort (a: b: false) [ 3 1 2 ];
  strings = builtins.sort builtins.lessThan [ "b" "" "ab" "B" "a" "é" ];
  up = builtins.sort builtins.lessThan numbers;
}
