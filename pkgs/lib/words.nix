# What errors say: where in a recipe, which names are meant, what to do. A message's lines `at FILE:LINE:COLUMN`
# and `hint: …` are what kiln shows below it as place and cure; Nix prints them as they are.
{ lib }:

rec {
  # A message with its place (a text of `place`, or "") and its cures.
  told = message: at: hints: message + at + lib.concatMapStrings (h: "\nhint: ${h}") (lib.filter (h: h != null) hints);

  # Where an attribute was written.
  place = name: set: placeOf (builtins.unsafeGetAttrPos name set);
  placeOf = at: lib.optionalString (at != null) "\nat ${at.file}:${toString at.line}:${toString at.column}";
  # Where the first of these was written that the set has.
  placeOfAny = names: set:
    let found = lib.filter (n: set ? ${n}) names;
    in if found == [ ] then "" else place (lib.head found) set;

  givenAt = name: set: "in the recipe's '${name}'${lib.replaceStrings [ "\n" ] [ " " ] (place name set)}";

  quoted = names: let q = map (n: "'${n}'") names; in
    if lib.length q < 2 then lib.concatStrings q
    else "${lib.concatStringsSep ", " (lib.init q)} and ${lib.last q}";

  # Of these names the nearest: spelt the same but for case, - and _, else with one or two letters changed (of a
  # short one not the first), else longer or shorter.
  near = word: names:
    let
      plain = n: lib.toLower (lib.replaceStrings [ "_" "-" "." ] [ "" "" "" ] n);
      same = lib.filter (n: plain n == plain word) names;
      close = k: lib.filter (n: lib.levenshteinAtMost k word n) names;
      first = lib.substring 0 1;
      close2 = lib.filter (n: lib.stringLength word > 5 || first n == first word) (close 2);
      begins = a: b: lib.stringLength a >= 3 && lib.hasPrefix a b;
      longer = lib.filter (n: begins n word || begins word n) names;
    in
    if same != [ ] then same
    else if close 1 != [ ] then close 1
    else if lib.stringLength word > 3 && close2 != [ ] then close2
    else longer;
  didYouMean = word: names:
    let
      found = lib.take 3 (near word names);
      q = map (n: "'${n}'") found;
    in
    if found == [ ] then null else "did you mean ${lib.concatStringsSep " or " q}?";

  # What only the machine that runs it has.
  isGpu = name: builtins.match "(cuda|cudnn|cutensor|nccl|tensorrt|libtorch|rocm|nvidia|xformers|flash-attn).*" name != null
    && builtins.match "nvidia[-_]ml.*" name == null;
  # Languages whose package managers' files are not locked here, and other keepers of sources.
  isOtherLanguage = name: otherLanguage name != null;
  otherLanguage = name:
    let is = pattern: builtins.match pattern name != null; in
    if is "rustPlatform|rustc|cargo|cargo-.*|rust-bin|crane|naersk|buildRustPackage|buildRustCrate|maturinBuildHook" then
      "Rust is not built here: take the project's wheel, with fetchPypi { format = \"wheel\"; … }, or its released program, with fetchurl and autoPatchelfHook"
    else if is "go|go_[0-9_]+|buildGo[0-9]*Module|buildGoPackage|buildGoApplication" then
      "Go is not built here: take the project's wheel, or its released program, with fetchurl and autoPatchelfHook"
    else if is "fetch(hg|svn|svnssh|cvs|bzr|darcs|fossil|pijul|mtn|s3|torrent|ipfs)|fetchFrom(Savannah|RepoOrCz|9Front|Radicle)" then
      "kiln fetches files, archives and git commits: take an archive of the revision with fetchzip, or a git mirror with fetchgit"
    else if is "buildNpmPackage|fetchNpmDeps|npmHooks|fetchYarnDeps|mkYarnPackage|yarn.*Hook|pnpm.*|nodePackages.*|buildDotnetModule|maven|gradle|buildDartApplication|bundlerEnv|bundlerApp|beamPackages" then
      "its packages are not built here: take what the project has built, a wheel or a release's files, with fetchurl or fetchzip"
    else null;

  # Of what the set is called with:
  noOverlays = x: told "overlays is a ${builtins.typeOf x}, expected a list of functions" "" [ "write it between brackets: overlays = [ (final: prev: { … }) ]" ];
  checkedOverlay = n: f:
    if lib.isFunction f then f
    else if builtins.isPath f || builtins.isString f then throw (told "overlay ${toString n} is the ${builtins.typeOf f} '${toString f}', expected a function" "" [ "take it in: overlays = [ (import ./overlay.nix) ]" ])
    else throw (told "overlay ${toString n} is a ${builtins.typeOf f}, expected a function of final and prev" "" [ ]);

  gpu = "what belongs to the GPU is a slot: no package holds it, the environment fills it when it starts; leave it out";

  # What a scope says of a name that it lacks (its `__missing`): first, where it knows better than a
  # similar name, or last, when there is none.
  missingFrom = scope: name:
    let say = which: (scope.__missing or { }).${which} or (_: null) name;
    in { first = say "first"; last = say "last"; };

  # Why a function does not take its arguments; see pkgs/fetchers/arguments.nix.
  refused = who: known: more: idle: why: args:
    let
      names = known ++ more ++ lib.attrNames idle;
      unknown = lib.attrNames (removeAttrs args names);
      hint = n: let m = didYouMean n names; in if m == null then null
        else if lib.length unknown > 1 then "'${n}': ${m}" else m;
      hints = lib.filter (x: x != null) (map hint unknown);
      asked = lib.filter (n: args.${n} != idle.${n} && args.${n} != null) (lib.attrNames (builtins.intersectAttrs idle args));
      reason = why.${lib.head asked} or { what = "what is fetched is taken as it is"; cure = "leave it out, and change the files in postPatch or in a derivation of their own"; };
    in
    if unknown != [ ] then
      throw (told "${who} has no argument ${quoted unknown}" (place (lib.head unknown) args)
        (if hints != [ ] then hints else [ "it takes ${lib.concatStringsSep ", " known}" ]))
    else if asked != [ ] then
      throw (told "${who}: ${quoted asked} is not known here: ${reason.what}" (place (lib.head asked) args) [ reason.cure ])
    else true;

  # The arguments that a function (in the file fn, or fn itself) asks for and nobody has: all of them, with
  # what may be meant.
  missingArguments = fn: formals: autoArgs: args: missing:
    let
      names = lib.attrNames autoArgs ++ lib.attrNames args;
      cure = n:
        let
          known = missingFrom autoArgs n;
          near = didYouMean n names;
          text = if known.first != null then known.first else if near != null then near else known.last;
        in
        if text == null || lib.length missing == 1 then text else "'${n}': ${text}";
      where = placeOf (builtins.unsafeGetAttrPos (lib.head missing) formals);
    in
    told
      "the package set has no ${quoted missing}${lib.optionalString (where == "" && !builtins.isFunction fn) ", which '${toString fn}' asks for"}"
      where
      (map cure (lib.take 4 missing));

  noFunction = fn: f: told "a function is expected, and here is a ${builtins.typeOf f}" (lib.optionalString (builtins.isPath fn) "\nat ${toString fn}:1:1")
    [ "a recipe names what it needs, and what it makes of that: { python3 }: python3.pkgs.buildPythonPackage { … }" ];

  # Of fetchers:
  noHash = who: told "${who}: there is no hash" "" [ "say hash = \"\"; the build then tells the right one" ];
  manyHashes = who: names: args: told "${who}: more than one hash: ${lib.concatStringsSep ", " names}" (place (lib.last names) args) [ "leave hash alone" ];
  revAndTag = who: args: told "${who}: rev and tag are both given" (place "tag" args) [ "give one of them" ];
  noRev = who: what: told "${who}: ${what} needs rev or tag" "" [ "say rev = a commit, or tag = the name of a tag" ];
  noUrl = who: told "${who}: there is no url" "" [ "say url = \"https://…\"" ];
  byHand = name: url: hash: recursive:
    let algo = if hash.algo != null then hash.algo else lib.head (lib.splitString "-" (lib.head (lib.splitString ":" hash.value))); in
    "'${name}' is to be brought by hand${lib.optionalString (url != null) ", from ${url}"}\n" + (
      if recursive then "then: nix-store --add-fixed --recursive ${algo} ${name}"
      else "then: nix-prefetch-url --type ${algo} file:///PATH/TO/${name}");
  noFormat = format: args: told "fetchPypi: there is no format '${format}'" (place "format" args)
    [ "say format = \"wheel\" for a wheel; without it the sdist is meant" ];

  # Of mkDerivation and buildPythonPackage:
  noName = attrs: told "mkDerivation: neither name nor pname and version are given"
    (placeOfAny [ "pname" "version" "src" "installPhase" "buildPhase" "dontUnpack" ] attrs)
    [ "say pname = \"…\"; version = \"…\"; or name" ];
  noList = name: field: attrs: told "${name}: ${field} is a ${builtins.typeOf attrs.${field}}, expected a list of packages" (place field attrs)
    [ "write it between brackets: ${field} = [ … ]" ];
  noPackage = name: field: attrs: x: told "${name}: ${field} holds a ${builtins.typeOf x}, expected packages" (place field attrs)
    (lib.optional (builtins.isFunction x) "in a list a call stands in parentheses: [ (f x) ]");
  noDependency = args: x:
    let field = if lib.elem x (args.dependencies or [ ]) then "dependencies" else "propagatedBuildInputs"; in
    if builtins.isString x
    then told "${args.pname or args.name}: ${field} holds the text \"${x}\", expected packages" (place field args)
      [ "without quotes it is a name: python3.pkgs.${x}" ]
    else noPackage (args.pname or args.name) (if args ? dependencies then "dependencies" else field) args x;
  noSuchDependency = name: unknown: needs: new:
    told "python3.pkgs.${name}.override has no argument ${quoted unknown}" (place (lib.head unknown) new)
      [ (let m = didYouMean (lib.head unknown) needs; in if m != null then m
        else if needs == [ ] then "it is installed as its authors published it, and depends on nothing"
        else "it is installed as its authors published it; what it depends on can be replaced: ${lib.concatStringsSep ", " needs}") ];
  # A release that versions.nix has not.
  noRelease = release: names: told "versions.nix has no release '${release}'" ""
    [ (if names == [ ] then "its attribute releases.NAME is what the release NAME is made from" else "it has ${lib.concatStringsSep ", " names}") (didYouMean release names) ];
  noMember = x: told "python3.withPackages: the list holds ${if builtins.isString x then "the text \"${x}\"" else "a ${builtins.typeOf x}"}, expected packages" ""
    [ (if builtins.isString x then "without quotes it is a name: ps.${x}" else "in a list a call stands in parentheses: [ (f x) ]") ];
  noMetaList = name: field: meta: told "${name}: meta.${field} is a ${builtins.typeOf meta.${field}}, expected a list" (place field meta)
    [ "write it between brackets, or take lib.platforms.linux" ];
  noBuildFormat = args: formats:
    let near = didYouMean args.format formats; in
    told "${args.pname or args.name or "buildPythonPackage"}: there is no format '${args.format}'" (place "format" args)
      [ (if near != null then near else "it is one of ${lib.concatStringsSep ", " formats}") ];
  twoFormats = args: told
    "${args.pname or args.name or "buildPythonPackage"}: pyproject = ${lib.boolToString args.pyproject} and format = \"${args.format}\" disagree"
    (place "format" args) [ "leave one of them out" ];
  unusable = name: meta: position: trouble:
    let
      exact = place trouble.field meta;
      allow = variable: config: "NIXPKGS_${variable}=1 in the environment, or config.${config}, allows it";
      cures = {
        broken = allow "ALLOW_BROKEN" "allowBroken";
        license = allow "ALLOW_UNFREE" "allowUnfree";
        platforms = allow "ALLOW_UNSUPPORTED_SYSTEM" "allowUnsupportedSystem";
        badPlatforms = cures.platforms;
        knownVulnerabilities = allow "ALLOW_INSECURE" "permittedInsecurePackages";
      };
    in
    told "'${name}' ${trouble.what}" (if exact != "" then exact else placeOf position) [ cures.${trouble.field} ];
}
