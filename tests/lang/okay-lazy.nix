# What is not asked for is not evaluated, and what is, only once.
let
  bad = throw "asked";
  list = [ bad 1 ];
  fibs = builtins.genList (n: if n < 2 then n else builtins.elemAt fibs (n - 1) + builtins.elemAt fibs (n - 2)) 60;
in
[
  (builtins.length list)
  (builtins.elemAt list 1)
  ((x: 1) bad)
  ({ a = bad; b = 2; }.b)
  (builtins.attrNames { z = bad; a = bad; })
  (true || bad)
  (builtins.elemAt fibs 59)
  (builtins.tryEval bad)
  (builtins.tryEval (assert false; 1)).success
  (let x = { y = x; n = 1; }; in x.y.y.y.n)
]
