{ lib, stdenv }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  src = lib.fileset.toSource {
    root = ./.;
    fileset = lib.fileset.fileFilter ({ name, type }: type == "regular") ./.;
  };
}
