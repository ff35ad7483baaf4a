{ stdenv, clang, llvmPackages_19 }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  src = ./.;
  nativeBuildInputs = [ clang ];
}
