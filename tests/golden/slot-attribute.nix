{ stdenv, python3 }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  dontUnpack = true;
  buildInputs = [ python3.pkgs.torch.cudaPackages.cudnn ];
  installPhase = "mkdir $out";
}
