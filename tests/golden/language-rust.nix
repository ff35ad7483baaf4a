{ lib, rustPlatform, fetchFromGitHub }:

rustPlatform.buildRustPackage {
  pname = "foo";
  version = "1.0";
  src = fetchFromGitHub {
    owner = "somebody";
    repo = "foo";
    rev = "v1.0";
    hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  };
  cargoHash = lib.fakeHash;
}
