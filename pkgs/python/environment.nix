# python3.withPackages: an interpreter whose site-packages holds the packages and all that they need.
# Two packages' different files under one name are an error.
{ lib, system, python, slots, shell }:

let
  # Of what is no package: a store path may stand for one.
  isInput = x: builtins.isPath x || builtins.isString x && (builtins.hasContext x || lib.hasPrefix "/" x)
    || throw (lib.words.noMember x);

  buildEnv = lib.makeOverridable ({ extraLibs ? [ ], ignoreCollisions ? false, postBuild ? "", permitUserSite ? false
    , extraOutputsToInstall ? [ ], makeWrapperArgs ? [ ] }:
    let
      wanted = lib.filter (x: x != null && (builtins.isAttrs x || isInput x) && !slots.isMarker x) (lib.flatten extraLibs);
      asked = map (x: x.pname) (lib.filter slots.isMarker (lib.flatten extraLibs));
      modules = python.pkgs.requiredPythonModules (wanted ++ slots.companionsBeside wanted asked);
      plain = lib.filter (x: !(python.pkgs.hasPythonModule x)) wanted;
      allSlots = lib.unique (asked ++ lib.concatMap (p: p.slots) modules);
      self = lib.extendDerivation true
        {
          inherit python;
          inherit (python) sitePackages pythonVersion libPrefix pkgs;
          interpreter = "${self}/bin/${python.executable}";
          requiredPythonModules = modules;
          slots = lib.sort lib.lessThan allSlots;
          env = self;
          meta = python.meta // { description = "Python ${python.pythonVersion} with packages"; };
        }
        (derivation {
          name = "python3-${python.version}-env";
          inherit system ignoreCollisions;
          # a builder is started under its bare name, by which Python would not find its library
          builder = shell;
          args = [ "-c" "exec \"$0\" \"$@\"" python.interpreter "-I" "-S" ./make-env.py ];
          inherit python;
          inherit (python) libPrefix;
          slots = lib.sort lib.lessThan allSlots;
          packages = modules ++ plain;
          preferLocalBuild = true;
        });
    in
    if postBuild != "" || makeWrapperArgs != [ ] then throw "python3.buildEnv: postBuild and makeWrapperArgs need a shell; use symlinkJoin around the environment"
    else self);
in
{ inherit buildEnv; }
