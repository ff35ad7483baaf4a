# run: kiln build .flox/pkgs/foo.nix
{ emptyFile }: emptyFile
