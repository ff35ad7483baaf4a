# run: kiln build foo
{ stdenv }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  dontUnpack = true;
  buildPhase = ''
    echo compiling
    cc -o foo foo.c
  '';
  installPhase = "mkdir $out";
}
