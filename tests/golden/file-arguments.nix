# run: kiln build -f .flox/pkgs/foo.nix
{ lib, stdenv, foo ? 1, bar, name, python3, fetchurl }:

stdenv.mkDerivation { inherit name; }
