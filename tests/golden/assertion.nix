{ lib, stdenv, python3 }:

assert lib.versionAtLeast python3.pythonVersion "3.99";
stdenv
