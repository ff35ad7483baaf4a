{ stdenv }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  dontUnpack = true;
  installPhase = ''
    mkdir -p $out
    echo ${PREFIX} >$out/prefix
  '';
}
