# run: kiln build foo
{ stdenv }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  dontUnpack = true;
  buildInputs = [ "zlib" ];
  installPhase = "mkdir $out";
}
