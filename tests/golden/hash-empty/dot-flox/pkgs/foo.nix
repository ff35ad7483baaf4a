{ fetchurl }:

fetchurl {
  url = "file:///FILE";
  name = "foo-1.0.tar.gz";
  hash = "";
}
