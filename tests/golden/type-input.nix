{ lib, stdenv, makeWrapper }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  dontUnpack = true;
  nativeBuildInputs = [ makeWrapper lib.optional true makeWrapper ];
  installPhase = "mkdir $out";
}
