{ stdenv }: stdenv.mkDerivation { name = "one-1"; }
