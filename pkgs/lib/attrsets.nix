# Attribute sets.
{ lib }:

let
  inherit (builtins)
    attrNames attrValues catAttrs concatMap elem elemAt foldl' getAttr hasAttr head isAttrs
    length listToAttrs mapAttrs removeAttrs tail zipAttrsWith intersectAttrs;
in
rec {
  inherit isAttrs;
  inherit attrNames attrValues catAttrs getAttr hasAttr listToAttrs mapAttrs removeAttrs
    intersectAttrs zipAttrsWith;

  nameValuePair = name: value: { inherit name value; };
  optionalAttrs = cond: set: if cond then set else { };
  attrVals = names: set: map (n: set.${n}) names;
  getAttrs = names: set: lib.genAttrs names (n: set.${n});
  genAttrs = names: f: listToAttrs (map (n: nameValuePair n (f n)) names);
  genAttrs' = xs: f: listToAttrs (map f xs);
  filterAttrs = pred: set: removeAttrs set (builtins.filter (n: !(pred n set.${n})) (attrNames set));
  mapAttrs' = f: set: listToAttrs (map (n: f n set.${n}) (attrNames set));
  mapAttrsToList = f: set: map (n: f n set.${n}) (attrNames set);
  attrsToList = mapAttrsToList nameValuePair;
  concatMapAttrs = f: set: lib.foldl lib.mergeAttrs { } (attrValues (mapAttrs f set));
  foldlAttrs = f: init: set: foldl' (acc: n: f acc n set.${n}) init (attrNames set);
  foldAttrs = op: nul: sets:
    lib.foldr
      (set: acc: lib.foldr (n: o: o // { ${n} = op set.${n} (o.${n} or nul); }) acc (attrNames set))
      { }
      sets;
  zipAttrs = zipAttrsWith (_: vs: vs);
  zipAttrsWithNames = names: f: sets:
    listToAttrs (map (n: nameValuePair n (f n (catAttrs n sets))) names);
  mergeAttrsList = foldl' (a: b: a // b) { };
  cartesianProduct = sets:
    foldl' (acc: n: concatMap (x: map (v: x // { ${n} = v; }) sets.${n}) acc) [ { } ] (attrNames sets);
  mapCartesianProduct = f: sets: map f (cartesianProduct sets);

  attrByPath = path: default: set:
    let
      n = length path;
      go = i: s:
        if i == n then s
        else if isAttrs s && s ? ${elemAt path i} then go (i + 1) s.${elemAt path i}
        else default;
    in
    go 0 set;
  hasAttrByPath = path: set:
    let
      n = length path;
      go = i: s: i == n || isAttrs s && s ? ${elemAt path i} && go (i + 1) s.${elemAt path i};
    in
    go 0 set;
  getAttrFromPath = path: set:
    attrByPath path (abort ("cannot find attribute '" + lib.concatStringsSep "." path + "'")) set;
  longestValidPathPrefix = path: set:
    let
      n = length path;
      go = i: s: if i < n && isAttrs s && s ? ${elemAt path i} then go (i + 1) s.${elemAt path i} else i;
    in
    lib.take (go 0 set) path;
  setAttrByPath = path: value: lib.foldr (n: v: { ${n} = v; }) value path;

  recursiveUpdateUntil = pred: a: b:
    let
      f = path:
        zipAttrsWith (n: values:
          let here = path ++ [ n ];
          in if length values == 1 || pred here (elemAt values 1) (head values) then head values
          else f here values);
    in
    f [ ] [ b a ];
  recursiveUpdate = recursiveUpdateUntil (path: a: b: !(isAttrs a && isAttrs b));
  updateManyAttrsByPath =
    let
      go = prefix: hasValue: value: updates:
        let
          split = lib.partition (el: el.path == [ ]) updates;
          nested = lib.groupBy (el: head el.path) split.wrong;
          withNested =
            if split.wrong == [ ] then value
            else if !hasValue then mapAttrs (n: us: go (prefix ++ [ n ]) false null (map (u: u // { path = tail u.path; }) us)) nested
            else if isAttrs value then
              value // mapAttrs
                (n: us: go (prefix ++ [ n ]) (value ? ${n}) (value.${n} or null) (map (u: u // { path = tail u.path; }) us))
                nested
            else throw "updateManyAttrsByPath: '${lib.concatStringsSep "." prefix}' is not a set";
        in
        if split.right == [ ] then withNested
        else
          let
            final =
              if hasValue || split.wrong != [ ] then withNested
              else throw "updateManyAttrsByPath: '${lib.concatStringsSep "." prefix}' does not exist";
          in
          foldl' (acc: el: el.update acc) final split.right;
    in
    updates: value: go [ ] true value updates;
  mapAttrsRecursive = mapAttrsRecursiveCond (_: true);
  mapAttrsRecursiveCond = cond: f:
    let
      go = path: mapAttrs (n: v:
        if isAttrs v && cond v then go (path ++ [ n ]) v else f (path ++ [ n ]) v);
    in
    go [ ];
  mapAttrsToListRecursive = mapAttrsToListRecursiveCond (_: _: true);
  mapAttrsToListRecursiveCond = pred: f: set:
    let
      go = path: v:
        if isAttrs v && (path == [ ] || pred path v)
        then concatMap (n: go (path ++ [ n ]) v.${n}) (attrNames v)
        else [ (f path v) ];
    in
    go [ ] set;
  collect = pred: v:
    if pred v then [ v ] else if isAttrs v then concatMap (collect pred) (attrValues v) else [ ];
  filterAttrsRecursive = pred: set:
    listToAttrs (concatMap
      (n:
        let v = set.${n};
        in if pred n v then [ (nameValuePair n (if isAttrs v then filterAttrsRecursive pred v else v)) ] else [ ])
      (attrNames set));
  matchAttrs = pattern: set:
    lib.all
      (n: set ? ${n} && (
        let p = pattern.${n}; v = set.${n};
        in if isAttrs p then isAttrs v && matchAttrs p v else p == v))
      (attrNames pattern);
  overrideExisting = old: new: mapAttrs (n: v: new.${n} or v) old;
  unionOfDisjoint = x: y:
    let
      both = intersectAttrs x y;
      mask = mapAttrs (n: v: throw "unionOfDisjoint: collision on ${n}; complete list: ${lib.concatStringsSep " " (attrNames both)}") both;
    in
    (x // y) // mask;
  showAttrPath = path:
    if path == [ ] then "<root attribute path>" else lib.concatMapStringsSep "." lib.strings.escapeNixIdentifier path;

  isDerivation = v: v.type or null == "derivation";
  toDerivation = path:
    let
      real = builtins.storePath path;
      res = {
        type = "derivation";
        name = lib.sanitizeDerivationName (builtins.substring 33 (-1) (baseNameOf real));
        outPath = real;
        outputs = [ "out" ];
        out = res;
        outputName = "out";
      };
    in
    res;
  recurseIntoAttrs = set: set // { recurseForDerivations = true; };
  dontRecurseIntoAttrs = set: set // { recurseForDerivations = false; };

  getOutput = output: pkg:
    if !(pkg ? outputSpecified) || !pkg.outputSpecified then pkg.${output} or pkg.out or pkg else pkg;
  getFirstOutput = candidates: pkg:
    let found = builtins.filter (o: pkg ? ${o}) candidates;
    in if pkg.outputSpecified or false || found == [ ] then pkg else pkg.${head found};
  getBin = getOutput "bin";
  getLib = getOutput "lib";
  getStatic = getFirstOutput [ "static" "lib" "out" ];
  getDev = getOutput "dev";
  getInclude = getFirstOutput [ "include" "dev" "out" ];
  getMan = getOutput "man";
  chooseDevOutputs = map getDev;

  # Names of before 25.11.
  cartesianProductOfSets = cartesianProduct;
  zip = zipAttrs;
  zipWithNames = zipAttrsWithNames;
  mapAttrsFlatten = mapAttrsToList;
}
