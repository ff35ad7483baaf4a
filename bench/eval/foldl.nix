# A strict fold over a million elements, through a lambda of two arguments.
builtins.foldl' (sum: n: sum + n * 2) 0 (builtins.genList (n: n) 1000000)
