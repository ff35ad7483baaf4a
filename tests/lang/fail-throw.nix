# The trace tells the way; the last line is the message.
let
  f = x: if x > 2 then throw "too big: ${toString x}" else f (x + 1);
in
{ a.b = f 0; }.a.b
