# Helpers on derivations.
{ lib }:

builtins.intersectAttrs { addDrvOutputDependencies = 1; unsafeDiscardOutputDependency = 1; } builtins // {
  inherit (lib.customisation) lazyDerivation;
  warnOnInstantiate = msg: drv:
    lib.extendDerivation (lib.warn msg true) { } drv;
  optionalDrvAttr = cond: value: if cond then value else null;
}
