{ fetchFromGitHub }:

fetchFromGitHub {
  owner = "somebody";
  repo = "foo";
  rev = "v1.0";
  sha256 = "0000000000000000000000000000000000000000000000000000";
  hash = "";
}
