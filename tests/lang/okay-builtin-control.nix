let
  inherit (builtins) deepSeq seq tryEval;
in
{
  thrown = tryEval (throw "x");
  asserted = tryEval (assert false; 1);
  fine = (tryEval { a = throw "deep inside"; }).success;
  deep = (tryEval (deepSeq { a = throw "deep inside"; } 1)).success;
  shallow = (tryEval (seq { a = throw "deep inside"; } 1)).value;
  context = builtins.addErrorContext (throw "not needed") 5;
  break = builtins.break 6;
  verbose = builtins.traceVerbose (throw "not needed") 7;
  lang = builtins.langVersion;
  types = map builtins.typeOf [ 1 1.0 true null "s" /p [ ] { } (x: x) map ];
  functors = [ (builtins.isFunction { __functor = self: x: x; }) (builtins.isFunction map) ];
}
