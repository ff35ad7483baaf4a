# Looking at values while they are evaluated, and tests of functions.
{ lib }:

let
  inherit (builtins) trace;
in
rec {
  inherit trace;
  inherit (builtins) addErrorContext unsafeGetAttrPos;

  traceIf = pred: msg: x: if pred then trace msg x else x;
  traceValFn = f: x: trace (f x) x;
  traceVal = traceValFn lib.id;
  traceSeq = x: y: trace (builtins.deepSeq x x) y;
  traceValSeqFn = f: x: traceValFn f (builtins.deepSeq x x);
  traceValSeq = traceValSeqFn lib.id;
  # What is deeper than depth is shown as {…} or […].
  traceSeqN = depth: x: y:
    let
      shortened = text: v: { __pretty = _: text; val = v; };
      cut = n: v:
        if builtins.isList v then (if n == 0 then shortened "[…]" v else map (cut (n - 1)) v)
        else if builtins.isAttrs v then (if n == 0 then shortened "{…}" v else lib.mapAttrs (_: cut (n - 1)) v)
        else v;
    in
    trace (lib.generators.toPretty { allowPrettyValues = true; } (cut depth x)) y;
  traceValSeqNFn = f: depth: x: traceSeqN depth (f x) x;
  traceValSeqN = traceValSeqNFn lib.id;
  traceFnSeqN = depth: name: f: x:
    let result = f x;
    in traceSeqN (depth + 1) { fn = name; from = x; to = result; } result;

  # { testX = { expr; expected; }; … }: those that differ. `tests` names the ones to run.
  runTests = tests:
    let
      only = tests.tests or [ ];
      chosen = name:
        if only == [ ] then lib.hasPrefix "test" name else lib.elem name only;
      failed = name: chosen name && tests.${name}.expr != tests.${name}.expected;
    in
    map (name: { inherit name; inherit (tests.${name}) expected; result = tests.${name}.expr; })
      (lib.filter failed (lib.attrNames (removeAttrs tests [ "tests" ])));
  testAllTrue = expr: { inherit expr; expected = map (_: true) expr; };
  # Of runTests' result: nothing, or each failure shown and an error.
  throwTestFailures = { failures, ... }:
    let
      show = lib.generators.toPretty { allowPrettyValues = true; };
      shown = f: "FAIL ${f.name}:\n  expected: ${show f.expected}\n  result:   ${show f.result}";
    in
    if failures == [ ] then null
    else lib.foldr (f: trace (shown f))
      (throw "${toString (lib.length failures)} tests failed: ${lib.concatMapStringsSep ", " (f: f.name) failures}\n${builtins.toJSON failures}")
      failures;
}
