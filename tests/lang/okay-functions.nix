# Arguments of all forms, partial application, functors.
let
  add = a: b: a + b;
  formals = { a, b ? a + 1, ... }@all: [ a b (builtins.attrNames all) ];
  mutual = { a ? b, b ? 2 }: a + b;
  functor = { __functor = self: x: self.n + x; n = 10; };
  shadow = x: x: x;
in
{
  curried = (add 1) 2;
  many = (a: b: c: d: [ a b c d ]) 1 2 3 4;
  rest = (a: b: { c }: a + b + c) 1 2 { c = 3; };
  named = formals { a = 1; c = 3; };
  mutual = mutual { };
  functor = map functor [ 1 2 ];
  shadow = shadow 1 2;
  args = builtins.functionArgs formals;
  lists = map (add 1) [ 1 2 3 ];
  printed = [ add (add 1) map (map add) ];
}
