{ stdenv, cudaPackages }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  dontUnpack = true;
  buildInputs = [ cudaPackages.cuda_cudart ];
  installPhase = "mkdir $out";
}
