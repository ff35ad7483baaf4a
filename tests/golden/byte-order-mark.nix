{ stdenv }:

stdenv
