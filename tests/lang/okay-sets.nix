# Nested paths, merging, rec, inherit, dynamic names, selection and defaults.
let
  key = "dyn";
  base = { a = 1; b = { c = 2; d = 3; }; };
in
{
  nested = { a.b.c = 1; a.b.d = 2; a.e = 3; };
  merged = { x = { y = 1; }; x.z = 2; };
  recursive = rec { a = b + 1; b = 2; c = { inherit a b; }; };
  dynamic = { ${key} = 1; "${key}-2" = 2; ${null} = 3; };
  inherited = { inherit key; inherit (base) a; inherit (base.b) c d; };
  updated = base // { b = 4; e = 5; };
  selected = [ base.b.c (base.x or "none") (base.b.x.y or "deep") base."a" base.${"a"} ];
  has = [ (base ? a) (base ? b.c) (base ? b.x.y) (base ? "a") (1 ? a) ];
  keywords = { or = 1; "if" = 2; "a b" = 3; };
  order = builtins.attrNames { b = 1; a = 2; B = 3; _ = 4; };
  overrides = (rec { x = 1; y = x; __overrides = { x = 2; }; }).y;
}
