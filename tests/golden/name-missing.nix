{ stdenv }:

stdenv.mkDerivation {
  pname = "foo";
  dontUnpack = true;
  installPhase = "mkdir $out";
}
