{ lib, stdenv }:

stdenv.mkDerivation ({
  pname = "foo";
  version = "1.0";
} // lib.optionalString true "dontUnpack")
