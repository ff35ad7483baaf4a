# run: kiln build foo 2>/dev/null && kiln run --slot torch=none result-foo -- python3 -c "import foo"
{ python3 }:

let
  foo = python3.pkgs.buildPythonPackage {
    pname = "foo";
    version = "1.0";
    format = "other";
    dontUnpack = true;
    dependencies = [ python3.pkgs.torch ];
    installPhase = "mkdir -p $out/${python3.sitePackages}; echo 'import torch' >$out/${python3.sitePackages}/foo.py";
  };
in
python3.withPackages (_: [ foo ])
