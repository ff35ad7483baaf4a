# Lists keep their elements unevaluated as long as they can.
let
  inherit (builtins)
    all any concatLists concatMap elem elemAt filter foldl' genList head length partition tail;
in
{
  all = [ (all (x: x > 0) [ ]) (all (x: x > 0) [ 1 2 ]) (all (x: x > 0) [ 1 0 ]) ];
  any = [ (any (x: x > 0) [ ]) (any (x: x > 1) [ 1 2 (throw "not needed") ]) ];
  concatLists = concatLists [ [ 1 ] [ ] [ 2 3 ] [ [ 4 ] ] ];
  concatMap = concatMap (x: [ x (x * 10) ]) [ 1 2 3 ];
  elem = [ (elem 2 [ 1 2 3 ]) (elem 2.0 [ 1 2 ]) (elem [ 1 ] [ [ 1 ] ]) (elem 1 [ ]) ];
  elemAt = elemAt [ (throw "not needed") 5 ] 1;
  filter = filter (x: x / 2 * 2 == x) [ 1 2 3 4 5 6 ];
  foldl = foldl' (a: x: a + toString x) "" [ 1 2 3 ];
  foldlForces = (builtins.tryEval (foldl' (a: x: if x == 1 then throw "seen" else 0) 0 [ 1 2 ])).success;
  genList = genList (n: n * n) 5;
  head = head [ 7 (throw "not needed") ];
  length = length [ (throw "not needed") 1 2 ];
  map = length (map (x: throw "not needed") [ 1 2 3 ]);
  partition = partition (x: x > 2) [ 5 1 4 2 3 ];
  tail = [ (tail [ 1 ]) (tail [ 1 2 ]) (tail [ 1 2 3 ]) ];
}
