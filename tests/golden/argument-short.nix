{ cmake, stdenv }: stdenv.mkDerivation { name = "foo"; nativeBuildInputs = [ cmake ]; }
