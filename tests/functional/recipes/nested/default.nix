{ stdenv, nested ? null }: stdenv.mkDerivation { name = "nested-${if nested == null then "alone" else "again"}"; }
