# lib: functions under nixpkgs' names, with its semantics. Families live in files of their own, as
# `lib.strings` and so on, and all are also in `lib` itself.
let
  lib =
    let
      call = file: import file { inherit lib; };
      families = {
        trivial = call ./trivial.nix;
        fixedPoints = call ./fixed-points.nix;
        customisation = call ./customisation.nix;
        lists = call ./lists.nix;
        attrsets = call ./attrsets.nix;
        strings = call ./strings.nix;
        versions = call ./versions.nix;
        meta = call ./meta.nix;
        sources = call ./sources.nix;
        generators = call ./generators.nix;
        derivations = call ./derivations.nix;
        fetchers = call ./fetchers.nix;
      };
    in
    families
    // families.trivial // families.fixedPoints // families.customisation // families.lists
    // families.attrsets // families.strings // families.sources // families.derivations
    // {
      inherit (families.meta)
        addMetaAttrs dontDistribute setName updateName appendToName mapDerivationAttrset setPrio
        lowPrio hiPrio getExe getExe' getLicenseFromSpdxId availableOn;
      inherit (families.versions) splitVersion;
      licenses = call ./licenses.nix;
      platforms = call ./platforms.nix;
      systems = call ./systems.nix;
      maintainers = { };
      teams = { };
      fakeHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
      fakeSha256 = "0000000000000000000000000000000000000000000000000000000000000000";
      fakeSha512 = "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";
      extend = f: lib // f lib lib;
      inherit (builtins)
        addErrorContext attrNames attrValues bitAnd catAttrs concatLists concatMap deepSeq dirOf
        baseNameOf elem elemAt filter foldl' fromJSON genList getAttr hasAttr hasContext
        head intersectAttrs isAttrs isBool isFloat isInt isList isPath isString length lessThan
        listToAttrs map match partition pathExists readFile removeAttrs replaceStrings seq
        stringLength sub substring tail toJSON tryEval unsafeGetAttrPos groupBy zipAttrsWith;
      isFunction = families.trivial.isCallable;
    };
in
lib
