# python3.withPackages: an interpreter whose site-packages holds the packages and all that they need.
# Two packages' different files under one name are an error.
{ lib, stdenv, makeWrapper, python, slots }:

let
  # Of what is no package: a store path may stand for one.
  isInput = x: builtins.isPath x || builtins.isString x && (builtins.hasContext x || lib.hasPrefix "/" x)
    || throw (lib.words.noMember x);

  make = lib.makeOverridable ({ extraLibs ? [ ], ignoreCollisions ? false, postBuild ? "", permitUserSite ? false
    , extraOutputsToInstall ? [ ], makeWrapperArgs ? [ ] }:
    let
      wanted = lib.filter (x: x != null && (builtins.isAttrs x || isInput x) && !slots.isMarker x) (lib.flatten extraLibs);
      asked = map (x: x.pname) (lib.filter slots.isMarker (lib.flatten extraLibs));
      modules = python.pkgs.requiredPythonModules (wanted ++ slots.companionsBeside wanted asked);
      plain = lib.filter (x: !(python.pkgs.hasPythonModule x)) wanted;
      allSlots = lib.unique (asked ++ lib.concatMap (p: p.slots) modules);
      attrs = {
        name = "python3-${python.version}-env";
        inherit ignoreCollisions python;
        inherit (python) libPrefix;
        slots = lib.sort lib.lessThan allSlots;
        packages = modules ++ plain;
        preferLocalBuild = true;
      };
      # a builder is started under its bare name, by which Python would not find its library
      bare = derivation (attrs // {
        inherit (stdenv.hostPlatform) system;
        builder = stdenv.shell;
        args = [ "-c" "exec \"$0\" \"$@\"" python.interpreter "-I" "-S" ./make-env.py ];
      });
      # what is done to it afterwards needs the programs of a build
      changed = stdenv.mkDerivation (attrs // {
        nativeBuildInputs = [ makeWrapper ];
        buildCommand = ''
          "${python.interpreter}" -I -S ${./make-env.py}
        '' + lib.optionalString (makeWrapperArgs != [ ]) ''
          for program in "$out"/bin/*; do
            # the interpreter's other names are links to it
            [ "$program" != "$out/bin/$libPrefix" ] && [ "$program" -ef "$out/bin/$libPrefix" ] ||
              wrapProgram "$program" ${lib.concatStringsSep " " makeWrapperArgs}
          done
        '' + postBuild;
      });
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
        (if postBuild == "" && makeWrapperArgs == [ ] then bare else changed);
    in
    self);
in
{
  # python3.buildEnv: nothing yet; what is wanted comes by `.override { extraLibs = …; }`.
  buildEnv = make { };
  withPackages = f: make { extraLibs = f python.pkgs; };
}
