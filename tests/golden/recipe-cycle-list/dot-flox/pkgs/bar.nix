{ python3, baz }:

python3.pkgs.buildPythonPackage {
  pname = "bar";
  version = "1.0";
  format = "other";
  src = ./.;
  dependencies = [ baz ];
}
