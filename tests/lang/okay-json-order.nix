# Names in any order, few and many, some of them twice: the last one written counts.
let
  inherit (builtins) attrNames concatStringsSep elemAt fromJSON genList length listToAttrs sort;
  text = names: "{${concatStringsSep "," (genList (i: "\"${elemAt names i}\": ${toString i}") (length names))}}";
  # mostly in order, with some that are not
  name = i: if i - i / 9 * 9 == 4 then "b${toString (1000 - i)}" else "c${toString (1000 + i)}";
  many = genList name 300;
  few = [ "version" "file" "sha256" "size" "deps" "file" "a" ];
in
{
  few = fromJSON (text few);
  same = attrNames (fromJSON (text many)) == sort (a: b: a < b) many;
  twice = (fromJSON (text (many ++ [ (name 7) ]))).${name 7};
  sets = attrNames (listToAttrs (map (n: { name = n; value = 0; }) many)) == sort (a: b: a < b) many;
}
