# run: kiln build python3.pkgs.nunpy
{ emptyFile }: emptyFile
