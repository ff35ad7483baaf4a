# 200,000 numbers and 50,000 texts, by a lambda and by the builtin.
let
  inherit (builtins) elemAt genList lessThan sort;
  mod = a: b: a - a / b * b;
  numbers = genList (n: mod (n * 7919 + mod (n * n) 10007) 100003) 200000;
  texts = genList (n: "t${toString (mod (n * 7919) 50021)}") 50000;
in
[
  (elemAt (sort lessThan numbers) 1000)
  (elemAt (sort (a: b: a > b) numbers) 1000)
  (elemAt (sort lessThan texts) 1000)
]
