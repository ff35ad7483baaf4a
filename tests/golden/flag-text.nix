{ python3 }:

python3.pkgs.buildPythonPackage {
  pname = "foo";
  version = "1.0";
  format = "other";
  dontUnpack = true;
  installPhase = "mkdir $out";
  doCheck = "false";
}
