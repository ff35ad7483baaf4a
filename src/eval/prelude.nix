# SPDX-License-Identifier: MIT
#
# What every program has that is better said in the language itself: `derivation`, around the
# builtin that does the work. Each output is the same set with another outPath; the first one
# stands for the derivation.
drvAttrs@{ outputs ? [ "out" ], ... }:
let
  strict = derivationStrict drvAttrs;
  byName = builtins.listToAttrs members;
  shared = drvAttrs // byName // {
    all = map (member: member.value) members;
    inherit drvAttrs;
  };
  member = outputName: {
    name = outputName;
    value = shared // {
      outPath = builtins.getAttr outputName strict;
      inherit (strict) drvPath;
      type = "derivation";
      inherit outputName;
    };
  };
  members = map member outputs;
in
(builtins.head members).value
