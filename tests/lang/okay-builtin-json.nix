let
  inherit (builtins) fromJSON toJSON typeOf;
  text = ''
    { "a" : [ 1, -2.5, 1e3, true, false, null, "x\u00e9\ud83d\ude00\n\"" ],
      "b": {}, "c": [], "b": { "last": "counts" },
      "big": 123456789012345678901234567890, "least": -9223372036854775808 }
  '';
in
{
  read = fromJSON text;
  types = map typeOf (fromJSON "[1, 1.0, 1e2, 99999999999999999999]");
  written = toJSON (fromJSON text);
  numbers = map toJSON [ 1 1.0 0.1 1.0e15 123456789.125 1.0e-5 1.0e22 (-0.5) ];
  strings = map toJSON [ "" "\"\\/" "\t\n\r" "é" ];
  sets = map toJSON [ { b = 1; a = 2; B = 3; } { __toString = x: "me"; } { outPath = "/x"; other = 1; } ];
  paths = toJSON { outPath.inner = "not a string"; };
}
