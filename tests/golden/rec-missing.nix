{ stdenv, fetchFromGitHub }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  src = fetchFromGitHub {
    owner = "somebody";
    repo = "foo";
    rev = "v${version}";
    hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  };
}
