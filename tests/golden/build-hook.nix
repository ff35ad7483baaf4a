# run: kiln build foo
{ stdenv }:
stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  dontUnpack = true;
  buildPhase = "echo 'hatchling.plugin.exceptions.UnknownPluginError: Unknown build hook: vcs'; false";
}
