{ stdenv }:

let helpers = import ../../lib/helpers.nix; in
stdenv.mkDerivation {
  pname = "foo";
  version = helpers.versionOf { name = "foo"; };
  dontUnpack = true;
  installPhase = "mkdir $out";
}
