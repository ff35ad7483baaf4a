{ stdenv, foo }:

stdenv.mkDerivation {
  pname = "bar";
  version = foo.version;
  src = foo;
}
