{ python3 }:

python3.pkgs.buildPythonPackage {
  pname = "foo";
  version = "1.0";
  format = "wheel";
  src = ../sources/foo-1.0-py3-none-any.whl;
}
