# run: kiln build foo
{ python3 }:

let
  package = pname: python3.pkgs.buildPythonPackage {
    inherit pname;
    version = "1.0";
    format = "other";
    dontUnpack = true;
    installPhase = ''
      mkdir -p $out/${python3.sitePackages}
      echo "name = '$pname'" >$out/${python3.sitePackages}/shared.py
    '';
  };
in
python3.withPackages (_: [ (package "one") (package "two") ])
