# buildPythonPackage and buildPythonApplication. A recipe that only names a wheel and its dependencies
# goes to kiln's wheel builder; one with phases, patches or sources goes through stdenv, where
# ./python-hook.sh supplies what the recipe leaves out.
{ lib, stdenv, stdenvNoCC, makeSetupHook, makeWrapper, wheelBuilder, python, slots, wheelTools }:

let
  # What the wheel builder understands; any other attribute needs phases.
  wheelAttrs = [
    "pname" "version" "name" "src" "format" "dependencies" "propagatedBuildInputs" "meta" "passthru" "doCheck"
    "dontBuild" "dontConfigure" "dontUnpack" "pythonRemoveDeps" "pythonRelaxDeps" "dontCheckRuntimeDeps"
    "pythonImportsCheck" "optional-dependencies" "disabled" "dontUsePythonImportsCheck" "namePrefix"
    "wrongRecord" "libraries" "isApplication" "isLocked"
  ];
  # Not for the environment of a stdenv build.
  ownAttrs = [
    "dependencies" "propagatedBuildInputs" "build-system" "pyproject" "format" "disabled" "optional-dependencies"
    "nativeCheckInputs" "checkInputs" "doCheck" "namePrefix" "isApplication" "isLocked" "checkPhase" "preCheck" "postCheck" "catchConflicts"
  ];

  hook = makeSetupHook
    {
      name = "python-build-hook";
      substitutions = wheelTools // {
        inherit (python) sitePackages;
        buildWheel = "${./build-wheel.py}";
      };
    } ./python-hook.sh;
  wrapPython = makeSetupHook
    {
      name = "wrap-python-hook";
      propagatedBuildInputs = [ makeWrapper ];
      substitutions = { inherit (python) sitePackages; };
    } ./wrap-hook.sh;

  isModule = x: builtins.isAttrs x && x.pythonModule or null == python;
  hasPythonModule = isModule;

  # The packages, and all that they need, each once; slots and other inputs fall out.
  requiredPythonModules = packages:
    let
      item = p: { key = p.outPath; package = p; };
      all = builtins.genericClosure {
        startSet = map item (lib.filter isModule packages);
        operator = x: map item (lib.filter isModule (x.package.pythonDependencies or [ ]));
      };
    in
    map (x: x.package) all;

  makePythonPath = packages: lib.makeSearchPath python.sitePackages packages;

  noList = args: field: throw (lib.words.noList (args.pname or args.name or "buildPythonPackage") field args);

  # Of what is no package: a store path may stand for one.
  isInput = args: x:
    builtins.isPath x || builtins.isString x && (builtins.hasContext x || lib.hasPrefix "/" x)
    || throw (lib.words.noDependency args x);

  formats = [ "wheel" "pyproject" "setuptools" "other" ];
  # Two ways to say one thing, which must not say two.
  disagree = args: args.format or null != null && (
    args.pyproject or null == true && args.format != "pyproject" || args.pyproject or null == false && args.format == "pyproject");
  formatOf = args:
    if disagree args then throw (lib.words.twoFormats args)
    else if args.format or null != null then
      (if lib.elem args.format formats then args.format else throw (lib.words.noBuildFormat args formats))
    else if args.pyproject or null == true then "pyproject"
    else if args.pyproject or null == false then "other"
    else "setuptools";

  common = args: rec {
    format = formatOf args;
    name = (args.namePrefix or "${python.libPrefix}-") + (args.name or "${args.pname}-${args.version}");
    given = lib.filter (x: x != null && (builtins.isAttrs x || isInput args x)) (lib.flatten (
      let a = args.dependencies or [ ]; b = args.propagatedBuildInputs or [ ]; in
      if !builtins.isList a then noList args "dependencies"
      else if !builtins.isList b then noList args "propagatedBuildInputs"
      else a ++ b));
    plain = lib.filter (x: !slots.isMarker x) given;
    dependencies = plain ++ slots.companionsBeside plain named;
    closure = requiredPythonModules dependencies;
    named = lib.unique (map (x: x.pname) (lib.filter slots.isMarker given));
    # what is imported all the same, though the recipe takes it out of the metadata
    removed = lib.filter (n: lib.elem n slots.names) (lib.optionals (builtins.isList (args.pythonRemoveDeps or null)) args.pythonRemoveDeps);
    ownSlots = lib.unique (named ++ removed);
    # Programs that are no Python's come by PATH: for them, or as the recipe says, its own are wrapped.
    programsOf = packages: lib.filter (x: lib.isDerivation x && !isModule x) packages;
    calls = programsOf plain ++ lib.concatMap (p: programsOf (p.pythonDependencies or [ ])) closure;
    speaksOfIt = text: builtins.isString text && (lib.hasInfix "makeWrapperArgs" text || lib.hasInfix "wrapPythonPrograms" text);
    wraps = !(args.dontWrapPythonPrograms or false)
      && (calls != [ ] || args ? makeWrapperArgs || args ? permitUserSite || lib.any speaksOfIt (lib.attrValues (removeAttrs args ownAttrs)));
    allSlots = lib.unique (ownSlots ++ lib.concatMap (p: p.slots) closure);
    # a module that imports a slot is checked apart, so that no package's hash knows torch
    importsHere = lib.optionals (allSlots == [ ]) (args.pythonImportsCheck or [ ]);
  };

  passthruOf = args: c: self: {
    # an application is nobody's module
    pythonModule = if args.isApplication or false then false else python;
    pythonDependencies = c.dependencies;
    dependencies = c.given;
    slots = c.allSlots;
    requiredPythonModules = if args.isApplication or false then c.closure else requiredPythonModules [ self ];
    optional-dependencies = args.optional-dependencies or { };
    # imports the package's modules, with the slots filled
    check = checkImports self (args.pythonImportsCheck or [ ]);
  };

  # NAME-check: imports what the package brings, with the cpu filling; what they are is its facts.
  checkImports = package: modules: derivation (package.importCheck.environment or { } // {
    name = "${package.name}-check";
    inherit (stdenv.hostPlatform) system;
    # a builder is started under its bare name, by which Python would not find its library
    builder = stdenv.shell;
    args = [ "-c" "exec \"$0\" \"$@\"" python.interpreter "-P" "-s" ./check-imports.py ];
    inherit package modules;
    inherit (python) sitePackages;
    skipped = lib.attrNames (package.importCheck.skipped or { });
    PYTHONDONTWRITEBYTECODE = "1";
    PYTHONPATH = makePythonPath (lib.unique ([ package ] ++ package.requiredPythonModules
      ++ lib.optionals (package.slots != [ ]) (slots.filling "cpu")));
  });

  byWheel = args:
    let
      c = common args;
      made = wheelBuilder ({
        pname = args.pname or (builtins.parseDrvName args.name).name;
        version = args.version or (builtins.parseDrvName args.name).version;
        # as text, so that a file that is not there is told with the recipe's line
        src = if args.isLocked or false then "${args.src}" else lib.given' "src" args "${args.src}";
        inherit (c) name dependencies closure;
        slots = c.ownSlots;
      } // lib.filterAttrs (n: _: lib.elem n [ "pythonRemoveDeps" "pythonRelaxDeps" "dontCheckRuntimeDeps" "wrongRecord" "libraries" ]) args);
      # attrs: the derivation's, and meta and passthru, which overrideAttrs may also change. What else it
      # sets belongs to phases, which only a stdenv build has.
      extend = attrs:
        let
          self = lib.extendDerivation true
            ({
              inherit (attrs) name pname version meta passthru;
              inherit (args) src;
              overrideAttrs = f:
                let
                  g = lib.toFunction f attrs;
                  changed = if lib.isFunction g then g attrs else g;
                in
                if lib.all (n: attrs ? ${n}) (lib.attrNames changed) then extend (attrs // changed)
                else (byStdenv args).overrideAttrs f;
            } // passthruOf args c self // attrs.passthru)
            (derivation (removeAttrs attrs [ "meta" "passthru" ]));
        in
        self;
    in
    extend (made.drvArgs // {
      meta = { inherit (c) name; available = true; } // args.meta or { };
      passthru = args.passthru or { };
    });

  byStdenv = args:
    let
      c = common args;
      test = args.doCheck or false && (args.nativeCheckInputs or [ ] ++ args.checkInputs or [ ]) != [ ];
    in
    # a wheel is compiled already
    (if c.format == "wheel" then stdenvNoCC else stdenv).mkDerivation (finalAttrs: removeAttrs args ownAttrs // {
      inherit (c) name;
      # the hook calls kiln's wheel builder
      requiredSystemFeatures = [ "kiln" ] ++ args.requiredSystemFeatures or [ ];
      pythonFormat = c.format;
      strictDeps = false;
      nativeBuildInputs = [ hook python ] ++ lib.optional c.wraps wrapPython ++ args.nativeBuildInputs or [ ] ++ args.build-system or [ ]
        ++ lib.optionals (c.format == "setuptools") [ python.pkgs.setuptools python.pkgs.wheel ]
        ++ lib.optionals test (args.nativeCheckInputs or [ ] ++ args.checkInputs or [ ]);
      propagatedBuildInputs = c.dependencies;
      # packages, with all that they need
      pythonPath = c.closure;
      pythonSlots = c.ownSlots;
      pythonRemoveDeps = args.pythonRemoveDeps or [ ];
      pythonRelaxDeps = args.pythonRelaxDeps or [ ];
      pythonImportsCheck = c.importsHere;
      doCheck = false;
      doInstallCheck = test;
      meta = { platforms = python.meta.platforms or lib.platforms.linux; } // args.meta or { };
      passthru = passthruOf args c finalAttrs.finalPackage // args.passthru or { };
    } // lib.optionalAttrs test (
      lib.optionalAttrs (args ? checkPhase) { installCheckPhase = args.checkPhase; }
      // lib.optionalAttrs (args ? preCheck) { preInstallCheck = args.preCheck; }
      // lib.optionalAttrs (args ? postCheck) { postInstallCheck = args.postCheck; }
    ));

  # What must not be used here stdenv refuses, unless it is allowed to.
  mayBeRefused = meta:
    let isFree = l: !(builtins.isAttrs l) || l.free or true; in
    meta.broken or false || meta.knownVulnerabilities or [ ] != [ ] || !(lib.all isFree (lib.toList (meta.license or [ ])))
    || !(lib.meta.availableOn stdenv.hostPlatform { inherit meta; });

  isPlainWheel = args:
    args.format or null == "wheel" && args ? src && lib.all (n: lib.elem n wheelAttrs) (lib.attrNames args)
    && !(args.doCheck or false)
    # what people are told of locked wheels refuses none of them, and is not read for a build
    && (args.isLocked or false || !(mayBeRefused (args.meta or { })))
    && (args.pythonImportsCheck or [ ] == [ ] || (common args).allSlots != [ ]);

  make = extra: argsOrFn:
    let
      given = if lib.isFunction argsOrFn then lib.fix argsOrFn else argsOrFn;
      args = given // extra;
      overridePythonAttrs = f:
        make extra (given // (let g = lib.toFunction f given; in if lib.isFunction g then g given else g));
      whole = args // { passthru = { inherit overridePythonAttrs; } // args.passthru or { }; };
    in
    if args.disabled or false then throw "${args.pname or args.name} is not for Python ${python.pythonVersion}"
    else if isPlainWheel args then byWheel whole
    else byStdenv whole;
in
{
  inherit requiredPythonModules makePythonPath hasPythonModule wrapPython;
  buildPythonPackage = make { };
  buildPythonApplication = make { namePrefix = ""; isApplication = true; };
  toPythonModule = drv: drv // {
    pythonModule = python;
    pythonDependencies = drv.pythonDependencies or (drv.propagatedBuildInputs or [ ]);
    slots = drv.slots or [ ];
    requiredPythonModules = requiredPythonModules [ (drv // { pythonModule = python; }) ];
  };
  toPythonApplication = drv: removeAttrs drv [ "pythonModule" ];
  disabledIf = condition: drv: if condition then throw "${drv.name} is not for Python ${python.pythonVersion}" else drv;
}
