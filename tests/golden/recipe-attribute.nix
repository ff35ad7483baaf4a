# run: kiln build python3.pkgs.numpy
{ emptyFile }: emptyFile
