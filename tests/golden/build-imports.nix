# run: kiln build foo
{ python3 }:

python3.pkgs.buildPythonPackage {
  pname = "foo";
  version = "1.0";
  format = "other";
  dontUnpack = true;
  installPhase = "mkdir -p $out/${python3.sitePackages}; echo 'import numpyy' >$out/${python3.sitePackages}/foo.py";
  pythonImportsCheck = [ "foo" ];
}
