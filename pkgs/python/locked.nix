# The lock's projects as packages, under their PEP 503 names.
{ lib, lock, system, fetchurl, slots, pkgs, buildPythonPackage }:

let
  fileFor = name: row:
    let files = lib.filter (f: lib.elem system f.systems) row.files; in
    if files == [ ] then throw "python3.pkgs.${name}: ${name} ${row.version} has no file for ${system} in the lock"
    else lib.head files;

  package = name: row:
    let
      file = fileFor name row;
      needs = row.requires ++ row.requiresOn.${system} or [ ];
      isWheel = lib.hasSuffix ".whl" file.name;
    in
    buildPythonPackage ({
      pname = name;
      inherit (row) version;
      src = fetchurl {
        url = "mirror://pypi/${name}/${file.name}";
        inherit (file) sha256;
      };
      dependencies = map (n: pkgs.${n}) needs ++ map (n: slots.markers.${n}) row.slots;
      pythonImportsCheck = [ ];
      # the lock says what a project needs: here it must hold
      dontCheckRuntimeDeps = false;
      doCheck = false;
      meta.description = "the project ${name} of the Python lock";
    } // (if isWheel then { format = "wheel"; } else {
      pyproject = true;
      build-system = [ pkgs.setuptools pkgs.wheel ];
    }));
in
lib.mapAttrs package lock.projects
