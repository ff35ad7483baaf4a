{ stdenv, one, suffix ? "" }: stdenv.mkDerivation { name = "two${suffix}"; passthru.sibling = one.name; }
