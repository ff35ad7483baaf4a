# run: kiln build nixpkgs#hello
{ emptyFile }: emptyFile
