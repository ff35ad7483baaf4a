# run: kiln build foo
{ stdenv }:
stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  dontUnpack = true;
  preBuild = "printf 'foo: ; @clang -o foo foo.c\\n' >Makefile";
}
