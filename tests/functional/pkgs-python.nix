# What recipes count on in python3 and python3.pkgs: { what = [ got expected ]; }. `pkgs-python.sh`
# evaluates it.
{ root ? ../.. }:

let
  pkgs = import (root + "/pkgs") { system = "x86_64-linux"; };
  inherit (pkgs) lib python3 fetchurl;
  ps = python3.pkgs;
  fails = v: !(builtins.tryEval (builtins.deepSeq v v)).success;
  names = map (x: x.pname);
  src = fetchurl { name = "x-1-py3-none-any.whl"; url = "mirror://pypi/x/x-1-py3-none-any.whl"; hash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; };
  wheel = args: ps.buildPythonPackage ({ pname = "x"; version = "1"; format = "wheel"; inherit src; } // args);
  x = wheel { dependencies = [ ps.numpy ps.torch null ]; };
  y = wheel { pname = "y"; propagatedBuildInputs = [ x ]; };
  env = python3.withPackages (ps: [ y ps.torchaudio null ]);
  changed = python3.override { packageOverrides = final: prev: { numpy = prev.numpy.overridePythonAttrs (old: { version = "9"; }); }; };
  torchNeeds = [ "filelock" "fsspec" "jinja2" "networkx" "setuptools" "sympy" "typing-extensions" ];
  twice = changed.override { packageOverrides = final: prev: { tqdm = prev.tqdm.overridePythonAttrs (old: { version = "8"; }); }; };
  torchless = python3.override { debian = pkgs.debian // lib.genAttrs [ "torchCpu" "torchvisionCpu" "torchaudioCpu" ] (n: throw "${n} is seen"); };
in
{
  # names
  "a package is named after the interpreter" = [ x.name "python3.13-x-1" ];
  "an application is not" = [ (ps.buildPythonApplication { pname = "x"; version = "1"; format = "wheel"; inherit src; }).name "x-1" ];
  "sitePackages has no leading slash" = [ python3.sitePackages "lib/python3.13/site-packages" ];
  "a recipe may be a function of itself" = [ (ps.buildPythonPackage (self: { pname = "z"; version = "3"; format = "wheel"; src = src; meta.description = self.version; })).meta.description "3" ];
  "fetchPypi names no host" = [ (pkgs.fetchPypi { pname = "comfy_aimdo"; version = "0.2.12"; format = "wheel"; dist = "py3"; python = "py3"; hash = ""; }).url "mirror://pypi/comfy-aimdo/comfy_aimdo-0.2.12-py3-none-any.whl" ];

  # which builder
  "a plain wheel goes to the built-in builder" = [ x.drvAttrs.builder "builtin:kiln-wheel-1" ];
  "so does all of the lock but sources, and what is patched" = [ (lib.filter (n: let p = ps.${n}; in p.drvAttrs.builder != "builtin:kiln-wheel-1") (lib.attrNames (lib.importJSON (root + "/pkgs/python/lock.json")).projects)) [ "albumentations" "antlr4-python3-runtime" "dlib" "fairscale" "fvcore" "iopath" "sam2" "ultralytics" "wget" ] ];
  "a phase needs a shell" = [ (wheel { postInstall = ":"; }).drvAttrs.builder (pkgs.stdenv.shell) ];
  "so does a phase by overrideAttrs" = [ (x.overrideAttrs (old: { postInstall = ":"; })).drvAttrs.builder (pkgs.stdenv.shell) ];
  "meta by overrideAttrs changes no path" = [ ((x.overrideAttrs (old: { meta = old.meta // { broken = false; }; })).drvPath == x.drvPath) true ];
  "a recipe's own build calls the same builder" = [ (lib.elem "kiln" (wheel { postInstall = ":"; }).drvAttrs.requiredSystemFeatures) true ];
  "a recipe's wheel may lack dependencies, with a warning" = [ x.drvAttrs.checkDeps "warn" ];
  "unless it says otherwise" = [ (map (v: (wheel { dontCheckRuntimeDeps = v; }).drvAttrs.checkDeps) [ false true ]) [ true false ] ];
  "the lock's wheels may not" = [ ps.numpy.drvAttrs.checkDeps true ];
  "an import check is part of the package" = [ (wheel { pythonImportsCheck = [ "x.y" ]; }).drvAttrs.pythonImportsCheck [ "x.y" ] ];
  "an import check that needs a slot is apart" = [ ((wheel { dependencies = [ ps.torch ]; pythonImportsCheck = [ "x" ]; }).drvPath == (wheel { dependencies = [ ps.torch ]; }).drvPath) true ];

  # dependencies and slots
  "slots and null are no dependencies, but what a slot asks for besides slots is" = [ (names x.pythonDependencies) ([ "numpy" ] ++ torchNeeds) ];
  "a recipe that has some of that keeps its own" = [
    (map (x: x.version) (lib.filter (x: x.pname == "sympy") (wheel { dependencies = [ ps.torch ps.torchvision (ps.sympy.overridePythonAttrs { version = "0"; }) ]; }).pythonDependencies))
    [ "0" ]
  ];
  "so do a recipe without Python, and an environment" = [
    (lib.all (names: lib.all (n: lib.elem n names) torchNeeds) [
      (names (pkgs.stdenv.mkDerivation { name = "z"; propagatedBuildInputs = [ ps.torch ]; }).drvAttrs.propagatedBuildInputs)
      (names (python3.withPackages (ps: [ ps.torch ])).requiredPythonModules)
    ])
    true
  ];
  "slots are told, of the whole closure" = [ y.slots [ "torch" ] ];
  "requiredPythonModules is transitive, each once" = [ (lib.sort lib.lessThan (names y.requiredPythonModules)) (lib.sort lib.lessThan ([ "y" "x" "numpy" "markupsafe" "mpmath" ] ++ torchNeeds)) ];
  "an environment has them" = [ (lib.sort lib.lessThan (names env.requiredPythonModules)) (lib.sort lib.lessThan (names (ps.requiredPythonModules [ y ]))) ];
  "an environment tells its slots" = [ env.slots [ "torch" "torchaudio" ] ];
  "whatever torch is called, and for which devices" = [
    (lib.unique (map (n: (wheel { dependencies = [ ps.${n} ps.boto3 ]; }).slots) [ "torch" "pytorch" "torch-bin" "torchWithCuda" "torchWithoutCuda" ]))
    [ [ "torch" ] ]
  ];
  "a slot has no files" = [ (fails "${ps.torch}") true ];
  "no package's hash knows torch" = [ (torchless.pkgs.timm.drvPath == ps.timm.drvPath) true ];
  "one provider of cv2" = [ (lib.unique (map (n: ps.${n}.drvPath) [ "opencv4" "opencv-python" "opencv-contrib-python" "opencv-python-headless" ]) == [ ps.opencv4.drvPath ]) true ];
  "makePythonPath" = [ (ps.makePythonPath [ ps.tqdm ] == "${ps.tqdm}/lib/python3.13/site-packages") true ];

  # names of one interpreter and its packages
  "python3 is python313" = [ (lib.unique (map (p: p.drvPath) [ pkgs.python pkgs.python3 pkgs.python313 ])) [ python3.drvPath ] ];
  "so are their packages" = [ (lib.unique (map (p: p.tqdm.drvPath) [ pkgs.python3Packages pkgs.python313Packages python3.pkgs ps.pythonPackages ])) [ ps.tqdm.drvPath ] ];
  "versions compare" = [ [ (ps.pythonOlder "3.14") (ps.pythonAtLeast "3.14") (python3.pythonAtLeast "3.13") (python3.pythonOlder "3.13") ] [ true false true false ] ];
  "fetchPypi knows archives and wheels" = [
    (map (args: (ps.fetchPypi ({ pname = "A.b_c"; version = "1"; hash = ""; } // args)).url) [
      { }
      { extension = "zip"; }
      { format = "setuptools"; }
      { format = "wheel"; }
      { format = "wheel"; python = "cp313"; dist = "cp313"; abi = "cp313"; platform = "manylinux2014_x86_64"; }
    ])
    (map (file: "mirror://pypi/a-b-c/${file}") [
      "A.b_c-1.tar.gz"
      "A.b_c-1.zip"
      "A.b_c-1.tar.gz"
      "A.b_c-1-py2.py3-none-any.whl"
      "A.b_c-1-cp313-cp313-manylinux2014_x86_64.whl"
    ])
  ];
  "a missing project has its reason" = [ (lib.all (n: !(ps ? ${n}) && lib.isString ps.absentProjects.${n}) [ "flash-attn" "nunchaku" "nvidia-cudnn-cu12" "xformers" ]) true ];

  # environments
  "buildEnv is an environment of nothing" = [ (names (python3.buildEnv.requiredPythonModules)) [ ] ];
  "its override says what is in it" = [
    (let e = python3.buildEnv.override { extraLibs = [ x ]; ignoreCollisions = true; }; in [ e.ignoreCollisions (e.drvPath == (python3.withPackages (_: [ x ])).drvPath) ])
    [ true false ]
  ];
  "more than once" = [ ((python3.buildEnv.override { extraLibs = [ x ]; ignoreCollisions = true; }).override { ignoreCollisions = false; }).drvPath (python3.withPackages (_: [ x ])).drvPath ];
  "only what is done afterwards needs a shell's programs" = [
    (map (e: e ? stdenv || e.drvAttrs ? stdenv) [ (python3.withPackages (_: [ x ])) (python3.buildEnv.override { extraLibs = [ x ]; postBuild = ":"; }) ])
    [ false true ]
  ];

  # modules and applications
  "what stdenv built can be a module" = [
    (names (python3.withPackages (_: [ (ps.toPythonModule (pkgs.stdenv.mkDerivation { pname = "s"; version = "1"; propagatedBuildInputs = [ ps.tqdm ]; })) ])).requiredPythonModules)
    [ "s" "tqdm" ]
  ];
  "builds and shells find the modules among their inputs" = [
    (map (d: lib.elem python3.pathHook d.nativeBuildInputs) [
      (pkgs.mkShell { packages = [ ps.tqdm ]; })
      (pkgs.stdenv.mkDerivation { name = "n"; buildInputs = [ pkgs.zlib ps.tqdm ]; })
      (pkgs.stdenv.mkDerivation { name = "n"; buildInputs = [ python3 pkgs.zlib null "/nix/store/x" (python3.withPackages (_: [ ps.tqdm ])) ]; })
    ])
    [ true true false ]
  ];
  "a package's own hook does" = [ (lib.elem python3.pathHook (wheel { format = "setuptools"; build-system = [ ps.tqdm ]; }).nativeBuildInputs) false ];
  "an application is no module" = [ (map ps.hasPythonModule [ x (ps.toPythonApplication x) (ps.buildPythonApplication { pname = "x"; version = "1"; format = "wheel"; inherit src; }) ]) [ true false false ] ];

  # overrides
  "extensions come before packageOverrides" = [
    (let p = (pkgs.extend (final: prev: {
        pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [ (a: b: { tqdm = b.tqdm.overridePythonAttrs { version = "7"; }; six = b.tqdm; }) ];
      })).python3; in
    [ p.pkgs.tqdm.version (p.override { packageOverrides = a: b: { tqdm = b.tqdm.overridePythonAttrs (old: { version = "${old.version}.1"; }); }; }).pkgs.tqdm.version ])
    [ "7" "7.1" ]
  ];
  "an interpreter may be told who it is" = [ (let p = python3.override { self = p; packageOverrides = a: b: { }; }; in p.pkgs.tqdm.drvPath) ps.tqdm.drvPath ];
  "a package's dependencies are its arguments" = [ (names (ps.scipy.override { numpy = ps.numpy.overridePythonAttrs { pname = "other"; }; }).dependencies) [ "other" ] ];
  "and nothing else" = [ (fails (ps.scipy.override { nunpy = null; }).drvPath) true ];
  "an overlay changes the interpreter" = [
    (pkgs.extend (final: prev: { python313 = prev.python313.override { packageOverrides = a: b: { tqdm = b.tqdm.overridePythonAttrs { version = "5"; }; }; }; })).python3Packages.tqdm.version
    "5"
  ];
  "overridePythonAttrs sees the recipe's arguments" = [ (x.overridePythonAttrs (old: { pname = old.pname + (if old ? postFixup then "?" else "!"); })).pname "x!" ];
  "overridePythonAttrs twice" = [ ((x.overridePythonAttrs { version = "2"; }).overridePythonAttrs (old: { pname = "w"; })).name "python3.13-w-2" ];
  "the lock's rows answer what recipes ask of old" = [ (lib.all (n: (ps.gguf.overridePythonAttrs (old: { passthru.seen = old ? ${n}; })).seen) [ "dependencies" "meta" "pythonImportsCheck" "doCheck" "src" "version" ]) true ];
  "packageOverrides reach every dependent" = [ (changed.pkgs.numpy.version == "9" && changed.pkgs.scipy.drvPath != ps.scipy.drvPath) true ];
  "a later packageOverrides replaces the earlier" = [ [ twice.pkgs.numpy.version twice.pkgs.tqdm.version ] [ ps.numpy.version "8" ] ];
  "disabled is an error when asked for" = [ (fails (wheel { disabled = true; }).drvPath) true ];
}
