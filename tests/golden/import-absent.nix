{ stdenv }:

let versions = import ../versions.nix; in
stdenv.mkDerivation {
  pname = "foo";
  version = versions.foo;
}
