# Sizes at which structures change their form: sets in layers, long lists, many arguments.
let
  n = 1000;
  numbers = builtins.genList (i: i) n;
  layered = builtins.foldl' (acc: i: acc // { "a${toString i}" = i; }) { } numbers;
  over = layered // { a5 = "over"; } // { a5 = "again"; new = 1; };
  wide = a: b: c: d: e: f: g: h: i: j: k: l: m: o: p: q: r: s: a + s;
in
{
  count = builtins.length (builtins.attrNames layered);
  equal = layered == builtins.listToAttrs (map (i: { name = "a${toString i}"; value = i; }) numbers);
  over = [ over.a5 over.a6 over.new (builtins.length (builtins.attrNames over)) ];
  removed = builtins.length (builtins.attrNames (removeAttrs layered (map (i: "a${toString i}") (builtins.genList (i: i * 2) 500))));
  wide = wide 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18;
  concat = builtins.length (numbers ++ numbers);
  deep = builtins.foldl' (acc: i: { inherit acc; }) null numbers == builtins.foldl' (acc: i: { inherit acc; }) null numbers;
}
