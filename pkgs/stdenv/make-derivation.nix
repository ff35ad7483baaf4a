# mkDerivation: from a recipe's attributes to a derivation, with overrideAttrs and the checks of its
# meta. Attributes are the builder's environment, but for those listed in `notEnv`.
{ lib, config, hostPlatform, stdenv, shell, hardening, extraNativeBuildInputs ? [ ], extraBuildInputs ? [ ] }:

let
  inherit (builtins) isFunction removeAttrs;
  inherit (lib) given' words;

  notEnv = [ "meta" "passthru" "pos" "env" "checkInputs" "nativeCheckInputs" "installCheckInputs"
    "nativeInstallCheckInputs" "enableParallelBuilding" "__darwinAllowLocalNetworking" "hardeningDisable" "hardeningEnable" ];

  # What stdenv/setup reads its inputs from, and which further fields join each when tests are run.
  inputFields = [
    "depsBuildBuild" "depsBuildTarget" "depsHostHost" "depsTargetTarget"
    "depsBuildBuildPropagated" "propagatedNativeBuildInputs" "depsBuildTargetPropagated"
    "depsHostHostPropagated" "propagatedBuildInputs" "depsTargetTargetPropagated"
  ];
  always = [ "propagatedNativeBuildInputs" "propagatedBuildInputs" ];

  nameOf = attrs:
    if attrs ? name then given' "name" attrs attrs.name
    else if attrs ? pname && attrs ? version then given' "version" attrs "${attrs.pname}-${attrs.version}"
    else throw (words.noName attrs);

  # Where a recipe says what the package is: for messages.
  positionOf = attrs:
    let
      at = n: set: builtins.unsafeGetAttrPos n set;
      candidates = lib.optional (attrs.meta or { } ? description) (at "description" attrs.meta)
        ++ lib.optional (attrs ? version) (at "version" attrs)
        ++ [ (at (if attrs ? pname then "pname" else "name") attrs) ];
      found = lib.filter (p: p != null) ([ (attrs.pos or null) ] ++ candidates);
    in
    if found == [ ] then null else lib.head found;

  # An input is a derivation, a store path or null (dropped).
  inputs = attrs: field: name: xs:
    let
      check = x:
        if x == null then [ ]
        else if builtins.isList x then lib.concatMap check x
        else if builtins.isString x || builtins.isPath x || builtins.isAttrs x then
          # a slot is metadata of what the runtime brings: never an input, unlike what it asks for besides slots
          (if builtins.isAttrs x && x.isSlot or false then map lib.getDev x.pythonDependencies else [ (lib.getDev x) ])
        else throw (words.noPackage name field attrs x);
    in
    if builtins.isList xs then lib.concatMap check xs
    else throw (words.noList name field attrs);

  # Where packages of Python are inputs, the interpreter finds them; a package of Python brings its own hook.
  pythonHook = attrs: xs:
    let modules = lib.filter (x: builtins.isAttrs x && x.pythonModule.pathHook or null != null) xs; in
    lib.optional (modules != [ ] && !(attrs ? pythonFormat)) (lib.head modules).pythonModule.pathHook;

  # Variables of the builder that `env` names: text, numbers and booleans.
  checkedEnv = name: attrs:
    let
      env = attrs.env or { };
      twice = lib.filter (n: attrs ? ${n} && !(attrs.__structuredAttrs or false)) (lib.attrNames env);
      ok = v: builtins.isString v || builtins.isBool v || builtins.isInt v || lib.isDerivation v;
      bad = lib.filter (n: !(ok env.${n})) (lib.attrNames env);
    in
    if twice != [ ] then throw (words.told "${name}: '${lib.head twice}' is in env and in the derivation itself" (words.place (lib.head twice) env) [ "leave one out" ])
    else if bad != [ ] then throw (words.told "${name}: env.${lib.head bad} is a ${builtins.typeOf env.${lib.head bad}}, expected text, a number or a boolean" (words.place (lib.head bad) env) [ ])
    else env;

  # What is on without a word needs none: the linker's setup hook knows it.
  hardened = name: attrs:
    let
      field = f: let v = attrs.${f} or [ ]; in if builtins.isList v then v else throw (words.noList name f attrs);
      off = field "hardeningDisable";
      on = field "hardeningEnable";
      unknown = lib.subtractLists (hardening.all ++ [ "all" "nostrictaliasing" "libcxxhardeningfast" "libcxxhardeningextensive" "glibcxxassertions" ]) (off ++ on);
      # the stronger word means the weaker one, too
      off' = off ++ lib.optional (lib.elem "fortify" off) "fortify3";
      enabled = if lib.elem "all" off then [ ] else lib.subtractLists off' (lib.unique (hardening.default ++ on));
    in
    if off == [ ] && on == [ ] then { }
    else if unknown != [ ] then
      throw (words.told "${name}: '${toString (lib.head unknown)}' is no hardening flag" (words.place (if lib.elem (lib.head unknown) off then "hardeningDisable" else "hardeningEnable") attrs)
        [ "known are: ${lib.concatStringsSep ", " hardening.all}" ])
    else { NIX_HARDENING_ENABLE = lib.concatStringsSep " " (lib.filter (f: lib.elem f enabled) hardening.all); };

  envFlag = name: builtins.getEnv name == "1";
  allowUnfree = config.allowUnfree or (envFlag "NIXPKGS_ALLOW_UNFREE");
  allowBroken = config.allowBroken or (envFlag "NIXPKGS_ALLOW_BROKEN");
  allowUnsupported = config.allowUnsupportedSystem or (envFlag "NIXPKGS_ALLOW_UNSUPPORTED_SYSTEM");
  allowInsecure = envFlag "NIXPKGS_ALLOW_INSECURE";

  isUnfree = license: builtins.isAttrs license && !(license.free or true);
  textOfPlatforms = platforms: toString
    (map (p: if builtins.isString p then p else "…") (lib.take 6 platforms) ++ lib.optional (lib.length platforms > 6) "…");

  # Why a package must not be used, of what in its meta; or null. pkg is what config's
  # predicates are asked about.
  problem = name: meta: pkg:
    let
      unfree = lib.filter isUnfree (lib.toList (meta.license or [ ]));
      vulnerabilities = meta.knownVulnerabilities or [ ];
      wanted = meta ? platforms && (builtins.isList meta.platforms || throw (words.noMetaList name "platforms" meta)) && !(lib.any (lib.meta.platformMatch hostPlatform) meta.platforms);
    in
    if meta.broken or false && !allowBroken && !(config.allowBrokenPredicate or (_: false)) pkg then {
      field = "broken";
      what = "is marked as broken";
    }
    else if unfree != [ ] && !allowUnfree && !(config.allowUnfreePredicate or (_: false)) pkg then {
      field = "license";
      what = "has an unfree licence (${lib.concatMapStringsSep ", " (l: l.fullName or l.shortName or "?") unfree})";
    }
    else if (wanted || !(lib.meta.availableOn hostPlatform { inherit meta; })) && !allowUnsupported then {
      field = if wanted then "platforms" else "badPlatforms";
      what = "is not available for ${hostPlatform.system}: "
        + (if wanted then "meta.platforms = [ ${textOfPlatforms meta.platforms} ]"
        else "meta.badPlatforms = [ ${textOfPlatforms meta.badPlatforms} ]");
    }
    else if vulnerabilities != [ ] && !allowInsecure && !(lib.elem name (config.permittedInsecurePackages or [ ]))
      && !(config.allowInsecurePredicate or (_: false)) pkg then {
      field = "knownVulnerabilities";
      what = "has known vulnerabilities (${lib.concatStringsSep "; " vulnerabilities})";
    }
    else null;

  make = rattrs:
    let
      args = rattrs (args // { inherit finalPackage overrideAttrs; });
      overrideAttrs = f:
        make (lib.extends
          (final: prev:
            let g = lib.toFunction f; first = g prev; in
            if isFunction first then g final prev else first)
          rattrs);
      finalPackage = build args overrideAttrs;
    in
    finalPackage;

  build = attrs: overrideAttrs:
    let
      name = nameOf attrs;
      separateDebugInfo = attrs.separateDebugInfo or false && hostPlatform.isLinux;
      outputs = attrs.outputs or [ "out" ] ++ lib.optional separateDebugInfo "debug";
      parallel = attrs.enableParallelBuilding or false;
      doCheck = attrs.doCheck or false;
      doInstallCheck = attrs.doInstallCheck or false;
      meta = attrs.meta or { };
      structured = attrs.__structuredAttrs or false;
      env = checkedEnv name attrs;
      list = field: inputs attrs field name (attrs.${field} or [ ]);
      hook = pythonHook attrs (lib.concatMap list [ "nativeBuildInputs" "buildInputs" "propagatedBuildInputs" ]);
      drvArgs =
        { patches = [ ]; } // removeAttrs attrs notEnv
        // (if structured then { inherit env; } else env)
        // lib.genAttrs (lib.filter (f: attrs ? ${f} || lib.elem f always) inputFields) list
        // {
          inherit name stdenv outputs;
          inherit (hostPlatform) system;
          builder = attrs.realBuilder or shell;
          args = attrs.args or [ "-e" (attrs.builder or ./default-builder.sh) ];
          nativeBuildInputs = extraNativeBuildInputs ++ list "nativeBuildInputs" ++ hook
            ++ lib.optionals doCheck (list "nativeCheckInputs")
            ++ lib.optionals doInstallCheck (list "nativeInstallCheckInputs");
          buildInputs = extraBuildInputs ++ list "buildInputs"
            ++ lib.optionals doCheck (list "checkInputs")
            ++ lib.optionals doInstallCheck (list "installCheckInputs");
          inherit doCheck doInstallCheck;
          __ignoreNulls = true;
        }
        // hardened name attrs
        // lib.optionalAttrs parallel {
          enableParallelBuilding = true;
          enableParallelChecking = attrs.enableParallelChecking or true;
          enableParallelInstalling = attrs.enableParallelInstalling or true;
        };
      position = positionOf attrs;
      where = lib.optionalString (position != null) "${position.file}:${toString position.line}";
      trouble = problem name meta (attrs // { inherit name meta; });
      valid = trouble == null
        || throw (words.unusable name meta position trouble);
    in
    lib.extendDerivation valid
      (
        {
          inherit overrideAttrs name outputs;
          pname = attrs.pname or (builtins.parseDrvName name).name;
          version = attrs.version or (builtins.parseDrvName name).version;
          meta = {
            inherit name;
            available = trouble == null;
            broken = false;
            unfree = lib.any isUnfree (lib.toList (meta.license or [ ]));
            insecure = meta.knownVulnerabilities or [ ] != [ ];
            unsupported = !(lib.meta.availableOn hostPlatform { inherit meta; });
            outputsToInstall = [ (if lib.elem "bin" outputs then "bin" else if lib.elem "out" outputs then "out" else lib.head outputs) ]
              ++ lib.optional (lib.elem "man" outputs) "man";
          } // lib.optionalAttrs (where != "") { position = where; } // meta;
          passthru = attrs.passthru or { };
        }
        // lib.optionalAttrs (attrs ? src) { inherit (attrs) src; }
        // (attrs.passthru or { })
      )
      (derivation drvArgs);
in
fnOrAttrs: make (if isFunction fnOrAttrs then fnOrAttrs else _: fnOrAttrs)
