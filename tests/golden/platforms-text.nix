{ stdenv }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  dontUnpack = true;
  installPhase = "mkdir $out";
  meta.platforms = "x86_64-linux";
}
