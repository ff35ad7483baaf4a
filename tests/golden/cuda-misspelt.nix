{ stdenv, cudaPackages }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  src = ./.;
  buildInputs = [ cudaPackages.cuda_cudat ];
}
