# Programs and libraries that are not Python: Debian's, relocated into the store (./debian).
{ hostPlatform }:

final: prev:
let
  debian = import ./debian { inherit (hostPlatform) system; };
in
removeAttrs debian [ "system" ] // { inherit debian; }
