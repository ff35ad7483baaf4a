# Helpers on derivations.
{ lib }:

{
  inherit (lib.customisation) lazyDerivation;
  warnOnInstantiate = msg: drv:
    lib.extendDerivation (lib.warn msg true) { } drv;
  optionalDrvAttr = cond: value: if cond then value else null;
}
