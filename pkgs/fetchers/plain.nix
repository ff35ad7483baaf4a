# Fetchers of what has a URL, and of what people bring; what others are made with is `own`.
final:
let
  inherit (final) lib;
  inherit (lib) words;
  # What each takes.
  known = import ./arguments.nix { inherit lib; };
  curl = import ./curl.nix { inherit lib; };

  # The one fixed-output derivation: everything below only computes its arguments.
  fetch = { name, urls, hash, recursive ? false, unpack ? false, stripRoot ? true, executable ? false, message ? null, headers ? "", passthru ? { }, meta ? { } }:
    lib.extendDerivation true ({ inherit meta urls; url = lib.head urls; } // passthru) (derivation ({
      inherit name urls unpack executable;
      url = lib.head urls;
      builder = "builtin:fetchurl";
      system = "builtin";
      outputHashMode = if recursive || unpack || executable then "recursive" else "flat";
      outputHashAlgo = hash.algo;
      outputHash = hash.value;
      preferLocalBuild = true;
      impureEnvVars = lib.fetchers.proxyImpureEnvVars;
    }
    // lib.optionalAttrs (headers != "") { inherit headers; }
    // lib.optionalAttrs (message != null) { inherit message; }
    // lib.optionalAttrs (!stripRoot) { inherit stripRoot; }));

  # What is fetched is changed by a shell before its hash is taken. kiln brings the file itself, and
  # the shell starts once it is there: see fetched.sh.
  change = { name, urls, hash, recursive ? false, unpack ? false, stripRoot ? true, executable ? false, headers ? "", passthru ? { }, meta ? { }
    , postFetch, downloadToTemp ? false, nativeBuildInputs ? [ ], netrcPhase ? null, netrcImpureEnvVars ? [ ] }:
    final.stdenvNoCC.mkDerivation ({
      inherit name executable unpack stripRoot postFetch downloadToTemp nativeBuildInputs;
      builder = ./fetched.sh;
      requiredSystemFeatures = [ "kiln" ];
      outputHashMode = if recursive || unpack || executable then "recursive" else "flat";
      outputHashAlgo = hash.algo;
      outputHash = hash.value;
      preferLocalBuild = true;
      impureEnvVars = lib.fetchers.proxyImpureEnvVars ++ netrcImpureEnvVars;
      inherit meta;
      passthru = { inherit urls; url = lib.head urls; } // passthru;
    } // (if netrcPhase == null then { kilnFetch = urls; } else {
      # by a program in the sandbox: nobody but the shell there knows what it writes
      inherit urls netrcPhase;
      python = final.python3.interpreter;
      fetchWithNetrc = ./fetch-with-netrc.py;
      SSL_CERT_FILE = "${final.cacert}/etc/ssl/certs/ca-bundle.crt";
    }) // lib.optionalAttrs (headers != "") { inherit headers; });

  # Of a fetcher's arguments those of the two above. postFetch and netrcPhase decide which.
  bring = who: args: given:
    let
      headers = if args ? curlOpts || args ? curlOptsList then curl who args else "";
      postFetch = args.postFetch or "";
      all = given // {
        hash = hashOf who args;
        inherit headers;
        meta = args.meta or { } // given.meta or { };
        passthru = args.passthru or { } // given.passthru or { };
      };
      netrcPhase = args.netrcPhase or null;
      mirrored = lib.filter (lib.hasPrefix "mirror:") all.urls;
    in
    if netrcPhase == null && postFetch == "" then fetch all
    else if netrcPhase != null && mirrored != [ ] then
      throw (words.told "${who}: '${lib.head mirrored}' is no host's, and netrcPhase's credentials are" (words.place "netrcPhase" args) [ "name the host, or leave netrcPhase out" ])
    else change (all // {
      inherit postFetch netrcPhase;
      netrcImpureEnvVars = args.netrcImpureEnvVars or [ ];
      downloadToTemp = args.downloadToTemp or false;
      nativeBuildInputs = args.nativeBuildInputs or [ ];
    });

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

  # nixpkgs' spelling of a PyPI file has the project's first letter in a folder of its own.
  plainUrl = url:
    let m = builtins.match "mirror://pypi/[^/]/([^/]+/[^/]+)" url; in
    if m == null then url else "mirror://pypi/${lib.head m}";
  urlsOf = who: args:
    let all = (if args.url or null != null && args.url or "" != "" then lib.toList args.url else [ ]) ++ args.urls or [ ]; in
    if all == [ ] then throw (words.noUrl who) else map plainUrl all;
  nameOf = args: default:
    if args.name or null != null then args.name
    else if args.pname or null != null && args.version or null != null then "${args.pname}-${args.version}"
    else default;
in
{
  own = { inherit lib words known bring hashOf; };

  fetchurl = lib.makeOverridable (args@{ ... }:
    assert known.fetchurl args;
    let urls = urlsOf "fetchurl" args; in
    bring "fetchurl" args {
      name = nameOf args (storeName (lib.head urls));
      inherit urls;
      recursive = args.recursiveHash or false;
      executable = args.executable or false;
    });

  # An archive, unpacked; the hash is the tree's.
  fetchzip = lib.makeOverridable (args@{ ... }:
    assert known.fetchzip args;
    bring "fetchzip" args {
      name = if args.name or null != null then args.name else "source";
      urls = urlsOf "fetchzip" args;
      unpack = true;
      stripRoot = args.stripRoot or true;
      # the tree's files have their own modes; a tree is always "executable"
      executable = false;
    });

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
