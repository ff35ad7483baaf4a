{ lib, stdenv }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  src = lib.fileset.fileFilter (file: file.hasExt "py") ./.;
}
