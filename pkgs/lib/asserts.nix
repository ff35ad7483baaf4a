# Conditions that say what is wrong.
{ lib }:

let
  show = lib.generators.toPretty { };
in
rec {
  assertMsg = pred: msg: pred || throw msg;
  assertOneOf = name: val: xs:
    assertMsg (builtins.elem val xs) "${name} must be one of ${show xs}, but is: ${show val}";
  assertEachOneOf = name: vals: xs:
    assertMsg (lib.all (v: builtins.elem v xs) vals) "each element in ${name} must be one of ${show xs}, but is: ${show vals}";
  # Every assertion must hold; the warnings are told, then the value is given.
  checkAssertWarn = assertions: warnings: value:
    let
      failed = map (a: a.message) (lib.filter (a: !a.assertion) assertions);
    in
    if failed != [ ] then throw "Failed assertions:\n${lib.concatMapStringsSep "\n" (m: "- ${m}") failed}"
    else lib.foldr lib.warn value warnings;

  # A value that fails is told with the place where the recipe gives it.
  given' = name: set: builtins.addErrorContext (lib.words.givenAt name set);
}
