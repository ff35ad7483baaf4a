# run: kiln build foo
{ stdenv }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  outputs = [ "out" "doc" ];
  dontUnpack = true;
  installPhase = "mkdir $out";
}
