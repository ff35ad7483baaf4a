# Matches with groups and splits, of many short texts and of a long one.
let
  inherit (builtins) concatMap concatStringsSep filter genList head isList length match split;
  names = genList (n: "package-name-${toString n}-1.${toString (n / 7)}.${toString n}-rc${toString (n / 3)}.tar.gz") 20000;
  parts = map (match "([a-z-]+)-([0-9]+)-([0-9.]+)(-rc[0-9]+)?\\.(tar\\.(gz|xz)|zip)") names;
  long = concatStringsSep " " names;
in
[
  (length (concatMap (p: p) parts))
  (length (filter isList (split "[ .]" long)))
  (length (filter (n: match ".*[5-9]{2}.*" n != null) names))
]
