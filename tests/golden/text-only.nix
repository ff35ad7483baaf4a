{ stdenv }:

"foo"
