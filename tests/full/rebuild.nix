# What of the set is made of a .deb or a wheel, as lines: a derivation and its output.
{ root }:

let
  pkgs = import (root + "/pkgs") { };
  inherit (pkgs) lib debian;
  ps = pkgs.python3.pkgs;
  # Debian names; several may be of one group
  natives = lib.attrValues debian.packages ++ [ debian.patchelfRaw ];
  # what is made from source has a builder of its own
  ofWheel = p: (builtins.tryEval (p.drvAttrs.builder or null == "builtin:kiln-wheel-1")).value;
  wheels = lib.filter (p: lib.isDerivation p && ofWheel p)
    (map (n: ps.${n}) (lib.attrNames (lib.importJSON (root + "/pkgs/python/lock.json")).projects));
  lines = list: lib.unique (map (p: builtins.unsafeDiscardStringContext "${p.drvPath} ${p.outPath}\n") list);
in
{
  inherit natives wheels;
  listed = lib.concatStrings (lines natives ++ lines wheels);
}
