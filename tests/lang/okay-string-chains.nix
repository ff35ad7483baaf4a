# Chains of + grow in place; whoever holds a piece of one keeps it.
let
  inherit (builtins) foldl' genList replaceStrings stringLength substring;
  x = "abc";
  twice = let a = x + "d" + "e"; in [ (a + "f" + "g") (a + "h" + "i") a (a + "") ("" + a) ];
  held = let a = "p" + toString 1 + "q"; b = a + "r"; c = a + "s"; d = b + c + b; in { inherit a b c d; };
  forced = let v = toString 123; in "<" + v + ">" + (v + "!") + v;
  inner = n: "[" + (if n == 0 then "" else inner (n - 1)) + toString n + "]";
  cut = let s = foldl' (s: n: s + substring (n - n / 7 * 7) 1 "xyzuvwt") "" (genList (n: n) 50); in [ s (substring 10 5 (s + "end" + s)) (stringLength s) ];
  replaced = replaceStrings [ "a" ] [ ("b" + "c" + x) ] ("ca" + "ab" + x) + "tail" + "more";
  path = ./. + "/a" + "/b";
in
[ twice held forced (inner 12) cut replaced (baseNameOf path) ]
