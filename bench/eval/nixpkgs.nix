# The drv paths of some large packages of nixpkgs, and of all that they are built from.
{ nixpkgs }:
let
  pkgs = import nixpkgs { system = "x86_64-linux"; config = { allowUnfree = true; allowBroken = true; }; };
in
map (name: pkgs.${name}.drvPath or null) [
  "hello" "stdenv" "gcc" "python3" "perl" "curl" "openssl" "vim" "emacs" "ffmpeg" "firefox" "python27" "boost"
  "qemu" "llvm" "gtk3" "inkscape" "libreoffice" "postgresql" "nginx" "php" "ruby" "imagemagick" "gimp" "blender" "octave"
]
