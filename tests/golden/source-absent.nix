{ python3 }:

python3.pkgs.buildPythonPackage rec {
  pname = "foo";
  version = "1.0";
  format = "wheel";
  src = ../sources/foo-${version}-py3-none-any.whl;
}
