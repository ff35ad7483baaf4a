{ stdenv, fetchFromGitHub }:

stdenv.mkDerivation rec {
  pname = "foo";
  version = "1.0";
  src = fetchFromGitHub {
    owner = "somebody";
    repo = "foo";
    hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  };
}
