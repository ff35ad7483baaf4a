# The Python interpreter and its packages (./python) under nixpkgs' names.
final: prev:
let
  python = final.callPackage ./python { };
in
{
  python313 = python;
  # What every interpreter's packages are changed by, before its own packageOverrides.
  pythonPackagesExtensions = [ ];
  python3 = final.python313;
  python = final.python3;
  python3Packages = final.python3.pkgs;
  python313Packages = final.python313.pkgs;

  # Programs that nixpkgs has beside other packages.
  inherit (final.lib.mapAttrs (_: python.pkgs.toPythonApplication) { inherit (python.pkgs) black ruff uv virtualenv; })
    black ruff uv virtualenv;

  # slotFillings.<slot>.<filling>: what fills a slot, for `--slot`, and for recipes that want it inside.
  slotFillings.torch = final.python3.slots.fillingOf;

  # Recipes name it for another system's pyarrow; the wheel of pyarrow brings its own.
  arrow-cpp = throw "arrow-cpp is not in this package set: python3.pkgs.pyarrow is a wheel that brings its own";
}
