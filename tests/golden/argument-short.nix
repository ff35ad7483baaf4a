{ bazel, stdenv }: stdenv.mkDerivation { name = "foo"; nativeBuildInputs = [ bazel ]; }
