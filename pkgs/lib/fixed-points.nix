# Sets that refer to themselves, and the overlays that extend them.
{ lib }:

rec {
  fix = f: let x = f x; in x;
  fix' = f: let x = f x // { __unfix__ = f; }; in x;
  converge = f: x: let y = f x; in if y == x then x else converge f y;

  # An overlay is final: prev: { … }.
  extends = overlay: f: final: let prev = f final; in prev // overlay final prev;
  composeExtensions = f: g: final: prev:
    let fApplied = f final prev; in fApplied // g final (prev // fApplied);
  composeManyExtensions = lib.foldr composeExtensions (final: prev: { });
  makeExtensible = makeExtensibleWithCustomName "extend";
  makeExtensibleWithCustomName = name: rattrs:
    fix' (self: rattrs self // {
      ${name} = f: makeExtensibleWithCustomName name (extends f rattrs);
    });
  toExtension = f:
    if !(lib.isFunction f) then final: prev: f
    else final: prev:
      let applied = f final; in if lib.isFunction applied then applied prev else f prev;
}
