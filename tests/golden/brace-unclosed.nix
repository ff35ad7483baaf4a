{ stdenv, lib }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  meta = {
    license = lib.licenses.mit;
}
