let
  inherit (builtins) add bitAnd bitOr bitXor ceil div floor lessThan mul sub;
in
{
  add = [ (add 1 2) (add 1 2.5) (sub 1 2) (mul 3 (-4)) (mul 0.5 4) ];
  div = [ (div 7 2) (div (-7) 2) (div 7 2.0) ];
  bits = [ (bitAnd 12 10) (bitOr 12 10) (bitXor 12 10) (bitAnd (-1) 255) ];
  ceil = map ceil [ 1.2 (-1.2) 3 ];
  floor = map floor [ 1.2 (-1.2) 3 ];
  less = [ (lessThan 1 1.5) (lessThan "a" "b") (lessThan [ 1 2 ] [ 1 3 ]) (lessThan /a /b) ];
}
