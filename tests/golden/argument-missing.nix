{ lib, python3, fetchFromGithub, numpyy, opencv }:

python3.pkgs.buildPythonPackage {
  pname = "foo";
  version = "1.0";
  src = fetchFromGithub { };
}
