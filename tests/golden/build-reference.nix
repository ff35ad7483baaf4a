# run: kiln build foo
{ stdenv, bash }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  dontUnpack = true;
  disallowedReferences = [ bash ];
  installPhase = "mkdir $out; echo ${bash} >$out/shell";
}
