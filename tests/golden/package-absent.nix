{ python3, fetchPypi }:

python3.pkgs.buildPythonPackage rec {
  pname = "foo";
  version = "1.0";
  src = fetchPypi {
    inherit pname version;
    hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  };
  dependencies = with python3.pkgs; [
    pillow
    pyramid
  ];
}
