# Sets: one that grows, many small ones over each other, a fixed point of overlays, folds of merges.
let
  inherit (builtins) attrNames attrValues foldl' genList length listToAttrs mapAttrs;
  grown = foldl' (set: n: set // { "name${toString n}" = n; }) { } (genList (n: n) 4000);
  small = n: ({ a = n; b = 1; c = 2; } // { b = n; d = 4; } // { e = 5; }).b;
  base = self: listToAttrs (genList (n: { name = "p${toString n}"; value = { inherit n; next = self."p${toString (n + 1)}".n or 0; }; }) 500);
  layer = k: self: super: mapAttrs (_: v: v // { inherit k; }) super;
  fix = f: let x = f x; in x;
  extend = f: layer: self: let super = f self; in super // layer self super;
  layered = fix (foldl' extend base (genList layer 40));
in
[
  (length (attrNames grown))
  (foldl' (sum: n: sum + small n) 0 (genList (n: n) 200000))
  (foldl' (sum: v: sum + v.next + v.k) 0 (attrValues layered))
]
