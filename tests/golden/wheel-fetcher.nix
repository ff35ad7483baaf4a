{ python3, fetchPypi }:

python3.pkgs.buildPythonPackage rec {
  pname = "foo";
  version = "1.0";
  format = "pyproject";
  src = fetchPypi {
    inherit pname version format;
    hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  };
}
