{ stdenv, fetchFromGitHub }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  src = fetchFromGitHub {
    owner = "somebody";
    repo = "foo";
    revision = "v1.0";
    tag = "v1.0";
    hahs = "";
    hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  };
}
