# A set is «repeated» where it is the same one, not where an equal one was made of it.
let
  few = { a = 1; };
  more = few // { b = 2; c = 3; d = 4; e = 5; f = 6; g = 7; h = 8; i = 9; j = 10; k = 11; l = 12; m = 13; n = 14; };
  layered = more // { z = 0; };
  rest = set: [ (removeAttrs set [ ]) (removeAttrs set [ "nothing" ]) (builtins.intersectAttrs set set) ];
  same = set: [ (set // { }) ({ } // set) ];
in
[
  (same few)
  (rest few)
  (same layered)
  (map (set: set.z) (rest layered ++ same (removeAttrs layered [ ])))
  { inherit few; again = removeAttrs few [ ] // { }; empty = [ { } (removeAttrs { } [ "a" ]) ]; }
]
