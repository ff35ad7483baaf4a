# run: kiln build foo
{ python3 }: python3.pkgs.buildPythonPackage { pname = "foo"; version = "1"; pyproject = true; src = ./.; build-system = [ python3.pkgs.setuptools ]; }
