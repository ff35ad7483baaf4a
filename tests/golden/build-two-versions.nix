# run: kiln build foo
{ python3 }:

let
  package = version: python3.pkgs.buildPythonPackage {
    pname = "bar";
    inherit version;
    format = "other";
    dontUnpack = true;
    installPhase = ''
      mkdir -p $out/${python3.sitePackages}/bar-$version.dist-info
      echo "version = '$version'" >$out/${python3.sitePackages}/bar.py
      printf 'Metadata-Version: 2.1\nName: bar\nVersion: %s\n' "$version" >$out/${python3.sitePackages}/bar-$version.dist-info/METADATA
    '';
  };
in
python3.withPackages (_: [ (package "1.0") (package "2.0") ])
