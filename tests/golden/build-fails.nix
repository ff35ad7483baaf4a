# run: kiln build foo
{ stdenv }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  dontUnpack = true;
  buildPhase = ''
    echo compiling
    clang -o foo foo.c
  '';
  installPhase = "mkdir $out";
}
