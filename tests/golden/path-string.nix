{ stdenv }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  src = "./src";
  patches = [ fix.patch ];
}
