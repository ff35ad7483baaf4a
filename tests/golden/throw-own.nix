{ lib, stdenv }:

stdenv.mkDerivation rec {
  pname = "foo";
  version = "1.0";
  src =
    if lib.versionAtLeast version "2.0" then ./.
    else throw "foo ${version} has no source here";
}
