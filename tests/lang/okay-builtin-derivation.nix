# Store paths are hashes of all that is in a derivation, so these are Nix's bytes.
let
  base = { name = "x"; builder = "/bin/sh"; system = "x86_64-linux"; };
  plain = derivation base;
  several = derivation (base // {
    name = "several";
    outputs = [ "out" "dev" "lib" ];
    args = [ "-c" "echo $dev" ./okay-builtin-group.nix 1 true null ];
    number = 1.5;
    list = [ "a" [ "b" ] 2 ];
    dep = plain;
    file = builtins.toFile "note" "text";
    "with space" = "é\n\t\"\\";
  });
  fixed = mode: hash: derivation (base // { name = "fixed"; outputHashMode = mode; } // hash);
  structured = derivation (base // {
    name = "structured";
    __structuredAttrs = true;
    outputs = [ "out" "doc" ];
    args = [ "-e" several.dev ];
    nested = { b = [ 1 null 2.5 ]; a.c = several; };
    flag = false;
  });
  deep = derivation (base // { name = "deep"; drv = several.drvPath; });
  drvs = {
    inherit plain several structured deep;
    flat = fixed "flat" { outputHash = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="; outputHashAlgo = "sha256"; };
    recursive = fixed "recursive" { outputHash = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="; };
    nar = fixed "nar" { outputHash = "sha1:a9993e364706816aba3e25717850c26c9cd0d89d"; outputHashAlgo = "sha1"; };
    md5 = fixed "flat" { outputHash = "900150983cd24fb0d6963f7d28e17f72"; outputHashAlgo = "md5"; };
    nulls = derivation (base // { __ignoreNulls = true; gone = null; });
    passAsFile = derivation (base // { passAsFile = [ "text" ]; text = "long"; });
    fetched = import <nix/fetchurl.nix> { url = "https://example.org/x.tar.gz"; hash = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="; unpack = true; };
    usesFixed = derivation (base // { name = "uses-fixed"; src = drvs.flat; });
  };
in
builtins.mapAttrs (n: d: map (o: [ o.outputName o.outPath o.drvPath ]) d.all) drvs // {
  context = builtins.attrValues (builtins.getContext "${several.dev}${several}${plain.drvPath}");
  attrs = builtins.attrNames several;
  added = [ "${./okay-builtin-scoped.inc}" (builtins.path { path = ./okay-builtin-scoped.inc; name = "other"; recursive = false; })
    (builtins.filterSource (p: t: t == "regular") ./okay-builtin-scoped.inc) ];
}
