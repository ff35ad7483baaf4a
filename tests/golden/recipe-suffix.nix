# run: kiln build foo.nix
{ emptyFile }: emptyFile
