{ python39 }:

python39.pkgs.buildPythonPackage {
  pname = "foo";
  version = "1.0";
  src = ./.;
}
