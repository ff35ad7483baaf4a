{ lib, stdenv }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  dontUnpack = true;
  installPhase = "mkdir $out";
  meta = with lib; {
    license = licenses.gpl33;
    platforms = platforms.linux;
  };
}
