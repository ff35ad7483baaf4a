{ stdenv, lib }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  src = lib.fakeHash { url = "x"; };
}
