{ stdenv, fetchurl }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  src = fetchurl {
    url = "https://example.org/foo-1.0.tar.gz";
    hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    showURLs = true;
  };
}
