# Breadth first, each key once, keys of any order.
let
  inherit (builtins) genericClosure;
  keys = map (x: x.key);
in
{
  numbers = keys (genericClosure {
    startSet = [ { key = 5; } ];
    operator = x: if x.key > 60 then [ ] else [ { key = x.key * 2; } { key = x.key * 3; } ];
  });
  strings = keys (genericClosure {
    startSet = [ { key = "a"; } { key = "a"; } ];
    operator = x: if builtins.stringLength x.key > 2 then [ ] else [ { key = x.key + "a"; } { key = x.key + "b"; } ];
  });
  lists = keys (genericClosure {
    startSet = [ { key = [ 1 "x" ]; } ];
    operator = x: [ { key = [ 1 "x" ]; } { key = [ 1 "y" ]; } ];
  });
  mixedNumbers = keys (genericClosure {
    startSet = [ { key = 1; } { key = 1.0; } { key = 1.5; } ];
    operator = x: [ ];
  });
  first = builtins.elemAt (genericClosure {
    startSet = [ { key = 1; v = "first"; } { key = 1; v = "second"; } ];
    operator = x: [ ];
  }) 0;
  empty = genericClosure { startSet = [ ]; };
}
