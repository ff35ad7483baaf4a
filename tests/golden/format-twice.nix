{ python3 }:

python3.pkgs.buildPythonPackage {
  pname = "foo";
  version = "1.0";
  pyproject = true;
  format = "wheel";
  src = ./.;
}
