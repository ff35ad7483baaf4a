# Integers, floats, precedence, and what is one token.
{
  sum = 1 + 2 * 3 - 4 / 2;
  floats = [ 1.5 .5 1.0e3 (1 / 2.0) (1.0 + 1) ];
  unary = [ (-3) (- -3) (3 - -3) (-2 * 3) ];
  compare = [ (1 < 2) (2 <= 2) (1.0 < 1) (3 > 2) (3 >= 4) ("a" < "b") ([ 1 2 ] < [ 1 3 ]) ];
  logic = [ (true && !false) (false || true) (false -> false) (true -> false) ];
  equal = [ (1 == 1.0) ("a" != "b") ([ 1 { a = 2; } ] == [ 1 { a = 2; } ]) (null == null) ];
  precedence = !true || 1 + 1 == 2 && { a = 1; } ? a;
  paths = builtins.typeOf (1-2/3);
  limits = [ 9223372036854775807 (-9223372036854775807 - 1) ];
}
