# run: kiln build foo
{ stdenv }:
stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  dontUnpack = true;
  buildPhase = ''
    echo "ModuleNotFoundError: No module named 'numpy'"; false
  '';
}
