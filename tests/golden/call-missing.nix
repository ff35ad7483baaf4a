{ stdenv, fetchurl }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  src = fetchurl;
}
