# Interpolation, concatenation, substrings, replacement, joining.
let
  inherit (builtins) concatStringsSep foldl' genList replaceStrings stringLength substring;
  line = n: "line ${toString n}: ${if n / 2 * 2 == n then "even" else "odd"} and " + toString (n * n);
  text = concatStringsSep "\n" (genList line 100000);
  chars = genList (n: substring n 1 head) 200000;
  head = substring 0 200000 text;
in
[
  (stringLength text)
  (stringLength (replaceStrings [ "even" "odd" "1" ] [ "gerade" "ungerade" "eins" ] text))
  (stringLength (concatStringsSep "" chars))
  (stringLength (foldl' (s: n: s + "x${toString n}") "" (genList (n: n) 5000)))
]
