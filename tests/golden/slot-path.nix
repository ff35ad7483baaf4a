{ stdenv, python3 }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  dontUnpack = true;
  installPhase = ''
    mkdir -p $out
    ln -s ${python3.pkgs.torch}/lib $out/lib
  '';
}
