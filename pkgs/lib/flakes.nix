# References to flakes as sets, where the evaluator has them.
{ lib }:

builtins.intersectAttrs { parseFlakeRef = 1; flakeRefToString = 1; } builtins
