# Output paths are functions of the text alone.
let
  first = derivation { name = "first"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo > $out" ]; };
  second = derivation {
    name = "second"; system = "x86_64-linux"; builder = "/bin/sh"; outputs = [ "out" "dev" ];
    inherit first; list = [ 1 true null "a" first ]; nested = "${first}/bin";
  };
  fixed = derivation {
    name = "fixed"; system = "x86_64-linux"; builder = "builtin:fetchurl"; outputHashMode = "flat"; outputHashAlgo = "sha256";
    outputHash = "0000000000000000000000000000000000000000000000000000000000000000";
  };
in
{
  first = [ first.drvPath first.outPath first.outputName first.type ];
  second = [ second.drvPath second.outPath second.dev.outPath (map (o: o.outputName) second.all) ];
  fixed = [ fixed.drvPath "${fixed}" ];
  context = builtins.getContext "${second.dev}${first.drvPath}";
}
