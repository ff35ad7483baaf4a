# run: kiln build --dry-run foo --option allow-import-from-derivation false
{ stdenv }:

let
  made = derivation {
    name = "versions.nix";
    system = "x86_64-linux";
    builder = "/bin/sh";
    args = [ "-c" "echo '\"1.0\"' >$out" ];
  };
in
stdenv.mkDerivation {
  pname = "foo";
  version = import made;
  dontUnpack = true;
  installPhase = "mkdir $out";
}
