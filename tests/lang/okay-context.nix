# Strings remember what they are made of.
let
  d = derivation { name = "d"; system = "x86_64-linux"; builder = "/bin/sh"; outputs = [ "out" "dev" ]; };
  f = builtins.toFile "f" "text";
in
[
  d.drvPath
  d.dev.outPath
  (builtins.getContext "${d} ${f}")
  (builtins.hasContext (builtins.unsafeDiscardStringContext "${d}"))
  (derivation { name = "e"; system = "x86_64-linux"; builder = "${d}/bin/sh"; args = [ f ]; src = d.dev; }).drvPath
  (derivation { name = "fixed"; system = "x86_64-linux"; builder = "/bin/sh"; outputHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; outputHashMode = "recursive"; }).outPath
]
