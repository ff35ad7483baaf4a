# What fetchers have in common.
{ lib }:

rec {
  # Arguments with one of hash, sha256, …, as derivations have it: outputHash and outputHashAlgo.
  normalizeHash = { hashTypes ? [ "sha256" ], required ? true }: args:
    let
      names = [ "hash" ] ++ hashTypes;
      given = lib.filter (n: args ? ${n}) names;
      name = lib.head given;
      value = args.${name};
      fakes = { hash = lib.fakeHash; sha256 = lib.fakeSha256; sha512 = lib.fakeSha512; };
    in
    if args ? outputHash then args
    else if lib.length given > 1 then throw (lib.words.manyHashes "normalizeHash" given args)
    else if given == [ ] then if required then throw (lib.words.noHash "normalizeHash") else args
    else removeAttrs args names // {
      outputHash = if value == "" then fakes.${name} or (throw "normalizeHash: there is no fake ${name}\nhint: say hash = \"\"") else value;
      outputHashAlgo = if name == "hash" then null else name;
    };
  # A function of outputHash and outputHashAlgo as one of hash, sha256, ….
  withNormalizedHash = { hashTypes ? [ "sha256" ] }: f:
    let
      formals = lib.functionArgs f;
      required = !(formals.outputHash or true);
    in
    if !lib.isFunction f then throw "withNormalizedHash: a function is expected, and here is a ${builtins.typeOf f}"
    else if !formals ? outputHash || !formals ? outputHashAlgo then throw "withNormalizedHash: the function takes no outputHash and outputHashAlgo"
    else lib.setFunctionArgs (args: f (normalizeHash { inherit hashTypes required; } args))
      (removeAttrs formals [ "outputHash" "outputHashAlgo" ] // { hash = !required; });
}
