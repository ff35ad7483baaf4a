{ stdenv, ffmpeg }:

stdenv.mkDerivation {
  pname = "foo";
  version = "1.0";
  src = ./.;
  buildInputs = [ (ffmpeg.override { withUnfree = true; }) ];
}
