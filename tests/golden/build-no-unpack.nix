# run: kiln build foo
{ stdenv }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  installPhase = "mkdir $out";
}
