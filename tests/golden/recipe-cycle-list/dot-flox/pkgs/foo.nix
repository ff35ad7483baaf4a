{ python3, bar }:

python3.pkgs.buildPythonPackage {
  pname = "foo";
  version = "1.0";
  format = "other";
  src = ./.;
  dependencies = [ bar ];
}
