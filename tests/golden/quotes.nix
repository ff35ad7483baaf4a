{ stdenv }:

stdenv.mkDerivation {
  pname = “foo”;
  version = "1.0";
}
