{ stdenv }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  src = ./.;
  patches = [ ./fix-foo.patch ];
}
