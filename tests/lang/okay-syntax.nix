# Precedence, operators and the odd corners of the grammar.
let
  inherit (builtins) typeOf;
  s = { "a b" = 1; ${"c" + "d"} = 2; e.f.g = 3; e.h = 4; };
  or = 5; # a name of an attribute, as everywhere
in
[
  (1 + 2 * 3 - 4 / 2)
  (-2 - -3)
  (!true || true && false -> false)
  ([ 1 ] ++ [ 2 ] ++ [ ] == [ 1 2 ])
  ({ a = 1; } // { b = 2; } // { a = 3; })
  (s ? "a b" && s ? e.f && !(s ? e.x.y))
  (s.e.x or s.cd)
  (let { x = y; y = 7; body = x; })
  (rec { x = y * 2; y = 21; }).x
  ((x: y: x - y) 5 3)
  (({ a, b ? a + 1, ... }@all: a + b + all.c) { a = 1; c = 10; })
  (with { x = 1; }; let x = 2; in x)
  (if 1.0 == 1 then "equal" else "not")
  (typeOf ./a + typeOf (x: x) + typeOf 1.5 + typeOf null)
  ''
    indented
      more ${"text"}
    ''${kept} ''' $${x} ''\t|
  ''
  "a\tb\"c\${d}$$e$"
  https://example.org/a?b=c
  (__add 1 2)
  ({ a = true; } ? a ? b || true)
]
