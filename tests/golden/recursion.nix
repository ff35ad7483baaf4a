{ stdenv }:

stdenv.mkDerivation rec {
  pname = "foo";
  version = "${rev}-1";
  rev = version;
  dontUnpack = true;
  installPhase = "mkdir $out";
}
