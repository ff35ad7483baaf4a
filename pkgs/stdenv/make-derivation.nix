# mkDerivation: from a recipe's attributes to a derivation, with overrideAttrs and the checks of its
# meta. Attributes are the builder's environment, but for those listed in `notEnv`.
{ lib, config, hostPlatform, stdenv, shell }:

let
  inherit (builtins) isFunction removeAttrs;

  notEnv = [ "meta" "passthru" "pos" "env" "checkInputs" "nativeCheckInputs" "installCheckInputs"
    "nativeInstallCheckInputs" "enableParallelBuilding" "__darwinAllowLocalNetworking" ];

  nameOf = attrs:
    if attrs ? name then attrs.name
    else if attrs ? pname && attrs ? version then "${attrs.pname}-${attrs.version}"
    else throw "mkDerivation: neither name nor pname and version are given";

  # An input is a derivation, a store path or null (dropped).
  inputs = field: name: xs:
    let
      check = x:
        if x == null then [ ]
        else if builtins.isList x then lib.concatMap check x
        else if builtins.isString x || builtins.isPath x || builtins.isAttrs x then
          # a slot is metadata of what the runtime brings: never an input
          (if builtins.isAttrs x && x.isSlot or false then [ ] else [ (lib.getDev x) ])
        else throw "${name}: ${field} holds a ${builtins.typeOf x}, expected packages";
    in
    lib.concatMap check xs;

  problem = name: meta:
    let
      licenses = lib.toList (meta.license or [ ]);
      unfree = lib.any (l: builtins.isAttrs l && !(l.free or true)) licenses;
      allowUnfree = config.allowUnfree or (builtins.getEnv "NIXPKGS_ALLOW_UNFREE" == "1");
      allowBroken = config.allowBroken or (builtins.getEnv "NIXPKGS_ALLOW_BROKEN" == "1");
      allowUnsupported = config.allowUnsupportedSystem or (builtins.getEnv "NIXPKGS_ALLOW_UNSUPPORTED_SYSTEM" == "1");
      allowInsecure = builtins.elem name (config.permittedInsecurePackages or [ ])
        || builtins.getEnv "NIXPKGS_ALLOW_INSECURE" == "1";
    in
    if meta.broken or false && !allowBroken && !(config.allowBrokenPredicate or (_: false)) { inherit name meta; } then
      "'${name}' is marked as broken; set config.allowBroken or NIXPKGS_ALLOW_BROKEN=1 to try it"
    else if !(lib.meta.availableOn hostPlatform { inherit meta; }) && !allowUnsupported then
      "'${name}' is not available for ${hostPlatform.system}; it says meta.platforms = [ ${toString (map (p: if builtins.isString p then p else "…") meta.platforms)} ]"
    else if unfree && !allowUnfree && !(config.allowUnfreePredicate or (_: false)) { inherit name meta; } then
      "'${name}' has an unfree licence (${lib.concatMapStringsSep ", " (l: l.fullName or l.shortName or "?") licenses}); set config.allowUnfree or NIXPKGS_ALLOW_UNFREE=1"
    else if meta.knownVulnerabilities or [ ] != [ ] && !allowInsecure then
      "'${name}' has known vulnerabilities (${lib.concatStringsSep "; " meta.knownVulnerabilities}); add it to config.permittedInsecurePackages"
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
      finalPackage = build args overrideAttrs finalPackage;
    in
    finalPackage;

  build = attrs: overrideAttrs: finalPackage:
    let
      name = nameOf attrs;
      outputs = attrs.outputs or [ "out" ];
      doCheck = attrs.doCheck or false;
      doInstallCheck = attrs.doInstallCheck or false;
      meta = attrs.meta or { };
      list = field: inputs field name (attrs.${field} or [ ]);
      drvArgs =
        removeAttrs attrs notEnv
        // (attrs.env or { })
        // {
          inherit name stdenv outputs;
          inherit (hostPlatform) system;
          builder = attrs.realBuilder or shell;
          args = attrs.args or [ "-e" (attrs.builder or ./default-builder.sh) ];
          nativeBuildInputs = list "nativeBuildInputs"
            ++ lib.optionals doCheck (list "nativeCheckInputs")
            ++ lib.optionals doInstallCheck (list "nativeInstallCheckInputs");
          buildInputs = list "buildInputs"
            ++ lib.optionals doCheck (list "checkInputs")
            ++ lib.optionals doInstallCheck (list "installCheckInputs");
          propagatedBuildInputs = list "propagatedBuildInputs";
          propagatedNativeBuildInputs = list "propagatedNativeBuildInputs";
          inherit doCheck doInstallCheck;
          patches = attrs.patches or [ ];
          __ignoreNulls = true;
        };
      drv = derivation drvArgs;
      trouble = problem name meta;
      valid = if trouble == null then true else throw trouble;
    in
    lib.extendDerivation valid
      (
        {
          inherit overrideAttrs name outputs;
          pname = attrs.pname or (builtins.parseDrvName name).name;
          version = attrs.version or (builtins.parseDrvName name).version;
          meta = { inherit name; available = trouble == null; outputsToInstall = [ (lib.head outputs) ]; } // meta;
          passthru = attrs.passthru or { };
          drvAttrs = drvArgs;
        }
        // lib.optionalAttrs (attrs ? src) { inherit (attrs) src; }
        // (attrs.passthru or { })
      )
      drv;
in
fnOrAttrs: make (if isFunction fnOrAttrs then fnOrAttrs else _: fnOrAttrs)
