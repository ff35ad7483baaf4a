let
  inherit (builtins) concatStringsSep replaceStrings stringLength substring;
in
{
  concat = [ (concatStringsSep ", " [ "a" "b" "c" ]) (concatStringsSep "x" [ ]) (concatStringsSep "x" [ "" "" ]) ];
  replace = [
    (replaceStrings [ "oo" "a" ] [ "a" "i" ] "foobar")
    (replaceStrings [ "a" "ab" ] [ "1" "2" ] "abab")
    (replaceStrings [ "ab" "a" ] [ "2" "1" ] "aba")
    (replaceStrings [ "" ] [ "-" ] "abc")
    (replaceStrings [ "" "b" ] [ "-" "never" ] "abc")
    (replaceStrings [ "b" "" ] [ "B" "-" ] "abc")
    (replaceStrings [ "x" ] [ (throw "not needed") ] "abc")
    (replaceStrings [ ] [ ] "abc")
  ];
  length = map stringLength [ "" "abc" "é" ];
  substring = [
    (substring 1 2 "abcd")
    (substring 2 100 "abcd")
    (substring 100 1 "abcd")
    (substring 1 (-1) "abcd")
    (substring 0 0 "abcd")
  ];
  toString = [
    (toString [ 1 2.5 true false null "x" [ "y" [ ] "z" ] ])
    (toString { __toString = self: "from ${self.x}"; x = "a set"; })
    (toString { outPath = "/some/where"; })
    (toString 1.0e10)
    (toString (-0.1))
    (toString /a/../b)
  ];
}
