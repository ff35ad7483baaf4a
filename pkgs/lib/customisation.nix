# callPackage, override and scopes.
{ lib }:

let
  inherit (builtins) intersectAttrs isAttrs isFunction removeAttrs;
in
rec {
  makeOverridable = f:
    let
      mirror = lib.mirrorFunctionArgs f;
    in
    mirror (origArgs:
      let
        result = f origArgs;
        overrideWith = newArgs:
          origArgs // (if lib.isFunction newArgs then newArgs origArgs else newArgs);
        overrideArgs = mirror (newArgs: makeOverridable f (overrideWith newArgs));
        overrideResult = g: makeOverridable (mirror (args: g (f args))) origArgs;
      in
      if isAttrs result then
        result // {
          override = overrideArgs;
          overrideDerivation = fdrv: overrideResult (x: overrideDerivation x fdrv);
          ${if result ? overrideAttrs then "overrideAttrs" else null} =
            fdrv: overrideResult (x: x.overrideAttrs fdrv);
        }
      else if lib.isFunction result then
        lib.setFunctionArgs result (lib.functionArgs result) // { override = overrideArgs; }
      else
        result);

  overrideDerivation = drv: f:
    let newDrv = derivation (drv.drvAttrs // f drv);
    in lib.flip (extendDerivation (builtins.seq drv.drvPath true)) newDrv (
      { meta = drv.meta or { }; passthru = drv.passthru or { }; }
      // (drv.passthru or { })
      // lib.optionalAttrs (drv ? __spliced) { }
    );

  # Adds attributes to a derivation and each of its outputs; condition is forced with drvPath.
  extendDerivation = condition: passthru: drv:
    let
      outputs = drv.outputs or [ "out" ];
      common = drv // builtins.listToAttrs outputsList // { all = map (o: o.value) outputsList; } // passthru;
      outputsList = map
        (name: {
          inherit name;
          value = common // {
            inherit (drv.${name}) type outputName;
            outputSpecified = true;
            drvPath = assert condition; drv.${name}.drvPath;
            outPath = assert condition; drv.${name}.outPath;
          } // lib.optionalAttrs (passthru ? overrideAttrs) {
            overrideAttrs = f: (passthru.overrideAttrs f).${name};
          };
        })
        outputs;
    in
    common // {
      drvPath = assert condition; drv.drvPath;
      outPath = assert condition; drv.outPath;
      outputName = drv.outputName;
    };

  callPackageWith = autoArgs: fn: args:
    let
      f = if lib.isFunction fn then fn else import fn;
      fargs = lib.functionArgs f;
      allArgs = intersectAttrs fargs autoArgs // args;
      missing = builtins.filter (n: !fargs.${n} && !(allArgs ? ${n})) (builtins.attrNames fargs);
    in
    if !lib.isFunction f then throw (lib.words.noFunction fn f)
    else if missing == [ ] then makeOverridable f allArgs
    else throw (lib.words.missingArguments fn fargs autoArgs args missing);

  callPackagesWith = autoArgs: fn: args:
    let
      f = if lib.isFunction fn then fn else import fn;
      auto = intersectAttrs (lib.functionArgs f) autoArgs;
      origArgs = auto // args;
      pkgs = f origArgs;
      mkAttrOverridable = name: _: makeOverridable (newArgs: (f newArgs).${name}) origArgs;
    in
    if lib.isDerivation pkgs then throw "callPackages: the function gives a derivation, not a set of them; use callPackage"
    else lib.mapAttrs mkAttrOverridable pkgs;

  makeScope = newScope: f:
    let
      self = f self // {
        newScope = scope: newScope (self // scope);
        callPackage = self.newScope { };
        overrideScope = g: makeScope newScope (lib.extends g f);
        packages = f;
      };
    in
    self;

  # A scope like makeScope's, in a set that knows other platforms: here the spliced set is the plain one.
  makeScopeWithSplicing = splicePackages: newScope: otherSplices: keep: extra: f:
    makeScopeWithSplicing' { inherit splicePackages newScope; } { inherit otherSplices keep extra f; };
  makeScopeWithSplicing' = { newScope, ... }: { f, extra ? _: { }, keep ? _: { }, ... }:
    let
      self = f self // {
        newScope = scope: newScope (self // scope);
        callPackage = self.newScope (extra self // keep self);
        overrideScope = g: makeScopeWithSplicing' { inherit newScope; } { inherit extra keep; f = lib.extends g f; };
        packages = f;
      };
    in
    self;

  # A builder of derivations made of another one, with final: attributes.
  extendMkDerivation =
    { constructDrv, extendDrvArgs, excludeDrvArgNames ? [ ], excludeFunctionArgNames ? [ ]
    , inheritFunctionArgs ? true, transformDrv ? lib.id
    }:
    {
      __functor = _: given: transformDrv (constructDrv (final:
        let previous = lib.toFunction given final;
        in removeAttrs previous excludeDrvArgNames // extendDrvArgs final previous));
      __functionArgs = removeAttrs
        (lib.optionalAttrs inheritFunctionArgs (removeAttrs (lib.functionArgs constructDrv) excludeDrvArgNames)
          // lib.functionArgs (extendDrvArgs { }))
        excludeFunctionArgNames;
      inherit constructDrv excludeDrvArgNames extendDrvArgs transformDrv;
    };

  hydraJob = drv: drv;
  lazyDerivation = { derivation, meta ? null, passthru ? { }, outputs ? [ "out" ] }:
    {
      type = "derivation";
      inherit (derivation) outPath outputName drvPath name system;
      inherit outputs passthru;
    }
    // lib.genAttrs outputs (o: derivation.${o})
    // (if meta != null then { inherit meta; } else { inherit (derivation) meta; })
    // passthru;
}
