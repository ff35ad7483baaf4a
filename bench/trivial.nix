# Derivations whose builder does next to nothing, so that what is measured is what stands around it.
# `builder` is a path of the store. Shapes: "flat", none knows another; "chain", each needs the one
# before; "web", each needs up to four of those before, and the last 50 are what is asked for.
{ builder, count, shape }:

let
  one = i: needs: derivation {
    name = "t${toString i}";
    system = "x86_64-linux";
    builder = builtins.storePath builder;
    inherit needs;
  };
  web = builtins.genList (i: one i (map (builtins.elemAt web) (if i < 13 then [ ] else [ (i - 8) (i - 13) (i / 2) (i / 3) ]))) count;
  shapes = {
    flat = builtins.genList (i: one i [ ]) count;
    chain = [ (builtins.foldl' (before: i: one i [ before ]) "" (builtins.genList (i: i) count)) ];
    inherit web;
  };
in
shapes.${shape}
