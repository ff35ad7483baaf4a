{ stdenv }:

stdenv.mkDerivation {
  pname = "my foo";
  version = "1.0";
  dontUnpack = true;
  installPhase = "mkdir $out";
}
