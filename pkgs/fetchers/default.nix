# Fetchers: functions from a place and a hash to a fixed-output derivation. All of them end in
# kiln's (and Nix's) `builtin:fetchurl`, so they need no program of the set. No host is written
# here: `mirror://pypi/…` and `mirror://debian/…` get theirs when they are fetched.
final: prev:
let
  inherit (final) lib;
  inherit (lib) words;
  # What each takes.
  known = import ./arguments.nix { inherit lib; };

  # The one fixed-output derivation: everything below only computes its arguments.
  fetch = { name, urls, hash, recursive ? false, unpack ? false, executable ? false, message ? null, passthru ? { }, meta ? { } }:
    lib.extendDerivation true ({ inherit meta urls; url = lib.head urls; } // passthru) (derivation (lib.optionalAttrs (message != null) { inherit message; } // {
      inherit name urls unpack executable;
      url = lib.head urls;
      builder = "builtin:fetchurl";
      system = "builtin";
      outputHashMode = if recursive || unpack || executable then "recursive" else "flat";
      outputHashAlgo = hash.algo;
      outputHash = hash.value;
      preferLocalBuild = true;
      impureEnvVars = lib.fetchers.proxyImpureEnvVars;
    }));

  # One of hash (SRI or any Nix spelling) and sha256, sha512, sha1, md5. "" is the fake hash, so
  # that the first build tells the right one.
  hashOf = who: args:
    let
      given = lib.filter (n: args.${n} or null != null) [ "hash" "outputHash" "sha512" "sha256" "sha1" "md5" ];
      key = lib.head given;
      value = args.${key};
    in
    if given == [ ] then throw (words.noHash who)
    else if lib.length given > 1 then throw (words.manyHashes who given args)
    else if value == "" then { algo = null; value = lib.fakeHash; }
    else if key == "hash" then { algo = null; inherit value; }
    else if key == "outputHash" then { algo = args.outputHashAlgo or null; inherit value; }
    else { algo = key; inherit value; };

  baseName = url: lib.last (lib.splitString "/" (lib.head (builtins.match "([^?#]*).*" url)));
  # A store name holds letters, digits and +-._?= only: %2B is +, the rest becomes -.
  storeName = url: lib.sanitizeDerivationName (lib.replaceStrings [ "%2B" "%2b" "%20" ] [ "+" "+" "-" ] (baseName url));

  # What a forge packs does not hold submodules or .git: the repository itself then.
  forge = who: own: mkUrl:
    let isKnown = known.forge who own; in
    args@{ owner, repo, rev ? null, tag ? null, name ? "source", meta ? { }, passthru ? { }
    , fetchSubmodules ? false, leaveDotGit ? false, deepClone ? false, forceFetchGit ? false, ... }:
    let
      ref = if tag != null then "refs/tags/${tag}" else rev;
      git = fetchSubmodules || leaveDotGit || deepClone || forceFetchGit;
    in
    assert isKnown args;
    if tag != null && rev != null then throw (words.revAndTag who args)
    else if ref == null then throw (words.noRev who "${owner}/${repo}")
    else if git then final.fetchgit {
      inherit name fetchSubmodules leaveDotGit deepClone meta passthru;
      url = "https://${args.githubBase or args.domain or (if who == "fetchFromGitLab" then "gitlab.com" else "github.com")}/${owner}/${repo}.git";
      rev = ref;
      hash = (hashOf who args).value;
    }
    else fetch {
      inherit name;
      urls = [ (mkUrl args ref) ];
      hash = hashOf who args;
      unpack = true;
      meta = { homepage = "https://${args.githubBase or args.domain or "github.com"}/${owner}/${repo}"; } // meta;
      passthru = { inherit owner repo rev tag; } // passthru;
    };
in
{
  fetchurl = lib.makeOverridable (args@{ url ? null, urls ? [ ], name ? null, pname ? null, version ? null
    , executable ? false, recursiveHash ? false, meta ? { }, passthru ? { }, ... }:
    let all = (if url != null then lib.toList url else [ ]) ++ urls; in
    assert known.fetchurl args;
    if all == [ ] then throw (words.noUrl "fetchurl")
    else fetch {
      name =
        if name != null then name
        else if pname != null && version != null then "${pname}-${version}"
        else storeName (lib.head all);
      urls = all;
      hash = hashOf "fetchurl" args;
      recursive = recursiveHash;
      inherit executable meta passthru;
    });

  # An archive, unpacked; the hash is the tree's.
  fetchzip = lib.makeOverridable (args@{ url ? null, urls ? [ ], name ? "source", meta ? { }, passthru ? { }, ... }:
    let all = (if url != null then lib.toList url else [ ]) ++ urls; in
    assert known.fetchzip args;
    if all == [ ] then throw (words.noUrl "fetchzip")
    else fetch {
      inherit name meta passthru;
      urls = all;
      hash = hashOf "fetchzip" args;
      unpack = true;
    });

  fetchFromGitHub = lib.makeOverridable (forge "fetchFromGitHub" [ "githubBase" ] ({ owner, repo, githubBase ? "github.com", ... }: ref:
    "https://${githubBase}/${owner}/${repo}/archive/${ref}.tar.gz"));
  fetchFromGitLab = lib.makeOverridable (forge "fetchFromGitLab" [ "domain" ] ({ owner, repo, domain ? "gitlab.com", ... }: ref:
    "https://${domain}/${owner}/${repo}/-/archive/${ref}/${repo}.tar.gz"));
  fetchFromGitea = lib.makeOverridable (forge "fetchFromGitea" [ "domain" ] ({ owner, repo, domain, ... }: ref:
    "https://${domain}/${owner}/${repo}/archive/${ref}.tar.gz"));

  # A tree of a git repository, fetched by the evaluator. rev is a commit, a tag or branch by its
  # name, or a full reference (refs/tags/…).
  fetchgit = lib.makeOverridable (args@{ url, rev ? null, tag ? null, name ? "source", fetchSubmodules ? true
    , meta ? { }, passthru ? { }, ... }:
    let
      ref = if tag != null then "refs/tags/${tag}" else if rev != null then rev else "HEAD";
      isCommit = builtins.match "[0-9a-f]{40}" ref != null;
      tree = builtins.fetchGit (
        { inherit url; submodules = fetchSubmodules; }
        // (if isCommit then { rev = ref; allRefs = true; } else { inherit ref; })
      );
      hash = (hashOf "fetchgit" args).value;
    in
    assert known.fetchgit args;
    if tag != null && rev != null then throw (words.revAndTag "fetchgit" args)
    else {
      inherit name url rev tag meta;
      gitRepoUrl = url;
      # builtins.path checks the hash, too, in whatever spelling, but does not tell the right one
      outPath =
        if lib.hasPrefix "sha256-" hash && hash != tree.narHash
        then throw "fetchgit: hash mismatch for ${url} at ${ref}\n  specified: ${hash}\n  got:       ${tree.narHash}"
        else builtins.path { path = tree.outPath; inherit name; recursive = true; sha256 = hash; };
    } // passthru);

  fetchpatch = args: throw (words.noFetchpatch args);
  fetchpatch2 = final.fetchpatch;

  # A project's file on PyPI: by default its sdist, with format = "wheel" a wheel.
  fetchPypi = lib.makeOverridable (args@{ pname, version, format ? "setuptools", extension ? "tar.gz"
    , dist ? "py2.py3", python ? "py2.py3", abi ? "none", platform ? "any", name ? null, meta ? { }, ... }:
    let
      file =
        if format == "wheel" then "${pname}-${version}-${python}-${abi}-${platform}.whl"
        else if format == "setuptools" then "${pname}-${version}.${extension}"
        else throw (words.noFormat format args);
      project = lib.toLower (lib.concatMapStrings (x: if builtins.isList x then "-" else x) (builtins.split "[-_.]+" pname));
    in
    assert known.fetchPypi args;
    fetch {
      name = if name != null then name else file;
      urls = [ "mirror://pypi/${project}/${file}" ];
      hash = hashOf "fetchPypi" args;
      inherit meta;
    });

  # A file that no program can fetch: people bring it, into the store or a folder of 'source-dirs'.
  requireFile = { name ? null, url ? null, message ? null, hash ? null, sha256 ? null, sha1 ? null, hashMode ? "flat" }@args:
    let
      hash = hashOf "requireFile" (removeAttrs args [ "name" "url" "message" "hashMode" ]);
      name' = if name != null then name else storeName url;
    in
    if name == null && url == null then throw (words.noUrl "requireFile")
    else fetch {
      inherit hash;
      name = name';
      urls = [ "requirefile:/${name'}" ];
      recursive = hashMode == "recursive";
      message = if message != null then message else words.byHand name' url hash (hashMode == "recursive");
      meta = { hydraPlatforms = [ ]; } // lib.optionalAttrs (url != null) { homepage = url; };
    };
}
