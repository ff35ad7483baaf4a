{ python3, foo }:

python3.pkgs.buildPythonPackage {
  pname = "baz";
  version = "1.0";
  format = "other";
  src = ./.;
  dependencies = [ foo ];
}
