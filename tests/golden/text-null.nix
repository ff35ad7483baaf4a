{ lib, stdenv }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  dontUnpack = true;
  installPhase = "echo ${null} >$out";
}
