# run: kiln build foo
{ stdenv }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  dontUnpack = true;
  buildPhase = ''
    echo 'port = 8188' >config
    substituteInPlace config --replace-fail 'port=8188' 'port=80'
  '';
  installPhase = "mkdir $out";
}
