# Contexts that grow piece by piece, meet again, and repeat.
let
  inherit (builtins) attrNames concatStringsSep foldl' genList getContext hasContext length stringLength toFile unsafeDiscardStringContext;
  mod = a: b: a - a / b * b;
  file = n: toFile "f${toString n}" "x";
  count = s: length (attrNames (getContext s));
  piece = n: "${file (mod (n * 37) 100)} ";
  long = foldl' (s: n: s + piece n) "" (genList (n: n) 1000);
  halves = [ (foldl' (s: n: s + piece n) "" (genList (n: n) 50)) (foldl' (s: n: piece (n + 50) + s) "" (genList (n: n) 50)) ];
  # Each step has the one before twice, with something new: shared sides, over and over.
  doubled = foldl' (s: n: let t = builtins.substring 0 3 s + piece n; in t + builtins.substring 0 3 (s + t)) (piece 0) (genList (n: n) 90);
in
{
  long = count long;
  half = map count halves;
  whole = count (concatStringsSep "" halves);
  other = count (concatStringsSep "" (builtins.tail halves ++ [ (builtins.head halves) long ]));
  doubled = count doubled;
  growing = map (n: count (concatStringsSep "" (genList piece n))) [ 1 31 32 33 34 64 65 66 99 100 101 ];
  kept = hasContext (builtins.substring 0 0 long);
  gone = hasContext (unsafeDiscardStringContext long);
  length = stringLength (unsafeDiscardStringContext (concatStringsSep "" (genList (n: "x") 10)));
}
