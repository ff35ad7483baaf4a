# What recipes count on in pkgs/: { what = [ got expected ]; }. `pkgs-lib.sh` evaluates it.
{ root ? ../.. }:

let
  pkgs = import (root + "/pkgs") { system = "x86_64-linux"; };
  inherit (pkgs) lib stdenv;
  fails = v: !(builtins.tryEval (builtins.deepSeq v v)).success;
  hash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
  hello = stdenv.mkDerivation { pname = "hello"; version = "1.0"; src = null; X = "x"; };
  of = config: import (root + "/pkgs") { system = "x86_64-linux"; inherit config; };
  withMeta = pkgs: meta: (pkgs.stdenv.mkDerivation { name = "m-1"; inherit meta; });
  usable = drv: !(fails drv.drvPath);
  # what recipes name most, of what is not Python
  natives = lib.filter (n: n != "") (lib.splitString " " (lib.replaceStrings [ "\n" ] [ " " ] ''
    gnumake cmake ninja meson pkg-config autoconf automake libtool m4 flex bison gettext perl git git-lfs curl
    wget openssh rsync jq file which unzip zip gnutar gzip bzip2 xz zstd ffmpeg ffmpeg-headless nodejs openssl
    zlib libffi sqlite ncurses readline libpng libjpeg libtiff libwebp freetype fontconfig dejavu_fonts libGL
    glib libxml2 libxslt hdf5 openblas lapack fftw eigen boost protobuf gperftools jemalloc procps util-linux
    shadow iproute2 tini dumb-init busybox bashInteractive less nano tree hello sox mesa gcc gfortran binutils
    python3 libGLU libglvnd glfw npm nodejs_20 blas patchelf coreutils findutils gnused gnugrep gawk diffutils
    patch libsndfile abseil-cpp grpc gtest re2 rapidjson nlohmann_json libb64 libmad libpulseaudio opusfile
    wavpack ladspa-sdk ladspaH
  ''));
  project = import (root + "/pkgs/project.nix") { dir = ./recipes; system = "x86_64-linux"; };
in
{
  # lib, as recipes' meta and phases use it
  "with lib: the enclosing name wins" = [ (let version = "1"; in with lib; "${version}") "1" ];
  "linux and darwin are lists" = [ (lib.elem "x86_64-linux" (lib.platforms.linux ++ lib.platforms.darwin)) true ];
  "unix and all hold them" = [ (lib.subtractLists lib.platforms.all (lib.platforms.linux ++ lib.platforms.unix)) [ ] ];
  "licences say whether they are free" = [ (map (l: lib.licenses.${l}.free) [ "mit" "gpl3Only" "asl20" "bsd3" "agpl3Only" "gpl3" "unfree" ]) [ true true true true true true false ] ];
  "a licence has its SPDX id" = [ lib.licenses.asl20.spdxId "Apache-2.0" ];
  "licences of older and rarer kinds" = [ (map (l: lib.licenses.${l}.free) [ "asl11" "ftl" "qpl" "ufl" "cc-by-nc-30" "intel-eula" "hl3" ]) [ true true true true false false false ] ];
  "optionals leaves the list alone" = [ (lib.optionals false (throw "forced")) [ ] ];
  "fakeHash is a hash of zeros" = [ lib.fakeHash "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" ];
  "contexts are kept in joined text" = [ (builtins.hasContext (lib.concatStringsSep "\n" (map (p: "cp ${p}") [ hello ]))) true ];
  "escapeShellArg" = [ (map lib.escapeShellArg [ "a" "a b" "it's" "" ]) [ "a" "'a b'" "'it'\\''s'" "''" ] ];
  "makeBinPath takes the bin output" = [ (lib.makeBinPath [{ out = "/o"; bin = "/b"; }]) "/b/bin" ];
  "the platform" = [
    { inherit (stdenv.hostPlatform) system isLinux isDarwin isx86_64 isAarch64; old = stdenv.isDarwin; }
    { system = "x86_64-linux"; isLinux = true; isDarwin = false; isx86_64 = true; isAarch64 = false; old = false; }
  ];

  # packages of Debian's
  "what they are already is no change" = [ (map (p: p.drvPath == pkgs.tree.drvPath) [ (pkgs.tree.overrideAttrs (old: { doCheck = false; patches = old.patches or [ ] ++ [ ]; })) (pkgs.tree.override { }) (pkgs.tree.overrideAttrs (final: prev: { meta = prev.meta // { priority = 3; }; })) ]) [ true true true ] ];
  "their words can be changed" = [ (let t = pkgs.tree.overrideAttrs (old: { meta.priority = 3; passthru.x = 1; }); in [ t.meta.priority t.x ]) [ 3 1 ] ];
  "hooks add up" = [ ((pkgs.tree.overrideAttrs { postInstall = "a"; }).overrideAttrs (old: { postInstall = old.postInstall + "b"; })).postInstall "ab" ];
  "programs that are Python's stand beside the others" = [ [ (pkgs.uv.outPath == pkgs.python3.pkgs.uv.outPath) (pkgs.ruff ? pythonModule) ] [ true false ] ];
  "the set is where path says" = [ (import pkgs.path { system = "x86_64-linux"; }).tree.drvPath pkgs.tree.drvPath ];
  "how they are built cannot" = [ (map fails [ (pkgs.tree.overrideAttrs { version = "3"; }).drvPath (pkgs.ffmpeg.override { withX = true; }).drvPath (pkgs.zlib.dev.overrideAttrs { src = ./.; }).drvPath ]) [ true true true ] ];
  # what people are told of natives
  "natives say what they are, whose, and under which licence" = [ (lib.filter (n: !(lib.all (key: pkgs.${n}.meta.${key} or "" != "") [ "description" "homepage" "license" ])) natives) [ ] ];
  "their licences are nixpkgs'" = [ (lib.filter (g: !(builtins.tryEval (lib.all (l: l ? fullName) (lib.toList (g.meta.license or [ ])))).success) (lib.attrValues pkgs.debian.packages)) [ ] ];
  "their programs have names" = [ (map (n: baseNameOf (lib.getExe pkgs.${n})) [ "gnumake" "gnutar" "ripgrep" "nodejs" "python3" "sqlite" "protobuf" "sox" ]) [ "make" "tar" "rg" "node" "python3.13" "sqlite3" "protoc" "sox" ] ];
  "a library's inputs bring its programs where it has no headers" = [ (lib.getDev pkgs.sox).outPath pkgs.sox.bin.outPath ];
  "nodejs brings npm" = [ [ pkgs.nodejs.version pkgs.nodePackages.npm.pname (pkgs.nodejs-slim.outPath == pkgs.debian.nodejs.outPath) ] [ "20.19.2" "npm" true ] ];

  # paths and file sets (fileset.sh has more)
  "paths are put together" = [ (map (lib.path.append /a) [ "b" "./b//c/." "." ]) [ /a/b /a/b/c /a ] ];
  "but not out of the folder" = [ (map fails [ (lib.path.append /a "../b") (lib.path.append /a "/b") (lib.path.append /a "") (lib.path.append "/a" "b") ]) [ true true true true ] ];
  "and taken apart" = [ [ (lib.path.removePrefix /a /a/b/c) (lib.path.splitRoot /a/b) (lib.path.hasPrefix /a/b /a/bc) ] [ "./b/c" { root = /.; subpath = "./a/b"; } false ] ];
  "subpaths" = [ [ (lib.path.subpath.join [ "a" "./b/" ]) (lib.path.subpath.components "./a//b") (lib.path.subpath.normalise ".") (map lib.path.subpath.isValid [ "a/..b" "a/.." "/a" "" 1 ]) ] [ "./a/b" [ "a" "b" ] "./." [ true false false false false ] ] ];
  "paths of the store" = [ (map lib.path.hasStorePathPrefix [ (/. + builtins.storeDir) (/. + "${builtins.storeDir}/${lib.strings.replicate 32 "a"}-x/y") /tmp ]) [ false true false ] ];
  "a file set's files" = [ (map baseNameOf (lib.fileset.toList (lib.fileset.fileFilter (file: file.hasExt "nix") ./recipes/one.nix))) [ "one.nix" ] ];
  "a source of a file set has a name" = [ (lib.fileset.toSource { root = ./.; fileset = ./recipes; }).name "source" ];
  "what is taken for a file set" = [ (map lib.fileset.isFileset [ ./recipes ./no-such "x" lib.fileset.empty ]) [ true false false true ] ];
  "file sets are no text" = [ (fails "${lib.fileset.union ./recipes ./flake}") true ];

  # small families
  "where files come from" = [ (map (t: t.isSource) (with lib.sourceTypes; [ fromSource binaryNativeCode binaryBytecode binaryFirmware obfuscatedCode ])) [ true false false false false ] ];
  "a hash in one form" = [ (map (lib.fetchers.normalizeHash { }) [ { hash = ""; a = 1; } { sha256 = ""; } { sha256 = "x"; } ]) [ { a = 1; outputHash = lib.fakeHash; outputHashAlgo = null; } { outputHash = lib.fakeSha256; outputHashAlgo = "sha256"; } { outputHash = "x"; outputHashAlgo = "sha256"; } ] ];
  "no hash and two are errors" = [ (map (a: fails (lib.fetchers.normalizeHash { } a)) [ { } { hash = "x"; sha256 = "y"; } ]) [ true true ] ];
  "unless none is needed" = [ (lib.fetchers.normalizeHash { required = false; } { a = 1; }) { a = 1; } ];
  "a fetcher of any hash" = [
    (let f = lib.fetchers.withNormalizedHash { hashTypes = [ "sha512" ]; } ({ outputHash, outputHashAlgo, url ? null }: "${outputHashAlgo}-${outputHash}"); in [ (f { sha512 = "x"; }) (lib.functionArgs f) ])
    [ "sha512-x" { hash = false; url = true; } ]
  ];
  "what is for Darwin alone is not looked at" = [
    (pkgs.callPackage ({ lib, stdenv, darwin, hello }: [ hello.pname ] ++ lib.optionals stdenv.hostPlatform.isDarwin [ darwin.apple_sdk.frameworks.CoreAudio ]) { })
    [ "hello" ]
  ];
  "no failures are no error" = [ (map (failures: fails (lib.debug.throwTestFailures { inherit failures; })) [ [ ] [{ name = "x"; expected = 1; result = 2; }] ]) [ false true ] ];
  "no repository has no commit" = [ [ (lib.pathIsGitRepo ./recipes) (fails (lib.commitIdFromGitRepo ./recipes)) ] [ false true ] ];

  "names that releases before had" = [
    [ (lib.cartesianProductOfSets { a = [ 1 ]; }) (lib.zipWithNames [ "a" ] (n: v: v) [ { a = 1; } ]) (lib.mapAttrsFlatten (n: v: n) { a = 1; }) (lib.replaceChars [ "a" ] [ "b" ] "aa") (lib.zip [ { a = 1; } ]) ]
    [ [ { a = 1; } ] { a = [ 1 ]; } [ "a" ] "bb" { a = [ 1 ]; } ]
  ];
  "paths that a file lists" = [ (lib.readPathsFromFile /p (builtins.toFile "series" "a.patch\n# b\n\nc d\n")) [ /p/a.patch (/p + "/c d") ] ];
  "parts of a version for lists of vulnerabilities" = [
    [ (lib.meta.cpePatchVersionInUpdateWithVendor "v" "1.2.3") (lib.meta.tryCPEPatchVersionInUpdateWithVendor "v" "1.2").success (fails (lib.meta.cpePatchVersionInUpdateWithVendor "v" "1.2p3")) ]
    [ { vendor = "v"; version = "1.2"; update = "3"; } false true ]
  ];

  # systems
  "more about the platform" = [
    { inherit (stdenv.hostPlatform) isFreeBSD isMusl isStatic isi686 avx2Support linuxArch libDir; inherit (stdenv.hostPlatform.go) GOARCH; rust = stdenv.hostPlatform.rust.rustcTarget; uname = stdenv.hostPlatform.uname.system; }
    { isFreeBSD = false; isMusl = false; isStatic = false; isi686 = false; avx2Support = false; linuxArch = "x86_64"; libDir = "lib64"; GOARCH = "amd64"; rust = "x86_64-unknown-linux-gnu"; uname = "Linux"; }
  ];
  "another one" = [ (let p = lib.systems.elaborate "aarch64-darwin"; in [ p.config p.isUnix p.isMacho p.node.arch p.extensions.library p.rust.rustcTarget ]) [ "arm64-apple-darwin" true true "arm64" ".dylib" "aarch64-apple-darwin" ] ];
  "lists by processor" = [ (map (lib.elem "aarch64-linux") [ lib.platforms.aarch64 lib.platforms.aarch lib.platforms.littleEndian lib.platforms.gnu lib.platforms.x86 lib.platforms.arm ]) [ true true true true false false ] ];
  "patterns of platforms" = [
    (map (platforms: usable (withMeta pkgs { inherit platforms; })) [ [ lib.systems.inspect.patterns.isLinux ] [ lib.systems.inspect.patterns.isDarwin ] lib.systems.inspect.patterns.isUnix ])
    [ true false true ]
  ];
  "what is not static" = [ (usable (withMeta pkgs { badPlatforms = [ lib.systems.inspect.platformPatterns.isStatic ]; })) true ];
  "what runs by itself has an emulator" = [ [ (stdenv.hostPlatform.emulatorAvailable pkgs) (baseNameOf (stdenv.hostPlatform.emulator pkgs)) (fails ((lib.systems.elaborate "riscv64-linux").emulator pkgs)) ] [ true "exec" true ] ];

  # callPackage
  "callPackage fills defaults, too" = [ (pkgs.callPackage ({ lib ? null, zzz ? 5 }: { v = lib != null; inherit zzz; }) { }).v true ];
  "and names what is missing" = [ (fails (pkgs.callPackage ({ notThere }: { }) { })) true ];
  "override calls again" = [ ((pkgs.callPackage ({ lib, n ? 1 }: { inherit n; }) { }).override { n = 2; }).n 2 ];
  "newScope comes before the set" = [ (pkgs.newScope { lib = "mine"; } ({ lib }: { v = lib; }) { }).v "mine" ];
  "overlays see the result" = [ (pkgs.extend (final: prev: { one = final.two; two = 2; })).one 2 ];
  "the lock is nobody's argument" = [ (pkgs ? lock || pkgs ? packages) false ];

  # mkDerivation
  "names" = [ [ hello.name hello.pname hello.version ] [ "hello-1.0" "hello" "1.0" ] ];
  "attributes are there" = [ hello.X "x" ];
  "overrideAttrs sees the old ones" = [ (hello.overrideAttrs (old: { X = old.X + "y"; })).X "xy" ];
  "renames by pname" = [ (hello.overrideAttrs { pname = "bye"; }).name "bye-1.0" ];
  "twice" = [ ((hello.overrideAttrs (old: { X = old.X + "y"; })).overrideAttrs (final: prev: { X = prev.X + "z"; Y = final.X; })).Y "xyz" ];
  "changes the path" = [ ((hello.overrideAttrs { X = "z"; }).outPath == hello.outPath) false ];
  "and back to the same" = [ ((hello.overrideAttrs { X = "x"; }).outPath == hello.outPath) true ];
  "meta and passthru do not" = [ ((hello.overrideAttrs { meta.description = "d"; passthru.p = 1; }).outPath == hello.outPath) true ];
  "final attributes" = [ (stdenv.mkDerivation (final: { name = "f"; a = 1; passthru.b = final.a; })).b 1 ];
  "finalPackage" = [ (stdenv.mkDerivation (final: { name = "f"; passthru.p = final.finalPackage.name; })).p "f" ];
  "outputs" = [ (let d = stdenv.mkDerivation { name = "o"; outputs = [ "out" "dev" ]; }; in [ d.outputName d.dev.outputName (d.dev.outPath == d.outPath) (lib.getDev d).outputName ]) [ "out" "dev" false "dev" ] ];
  "inputs that are null go" = [ (stdenv.mkDerivation { name = "n"; buildInputs = [ null [ hello ] ]; }).buildInputs [ hello ] ];
  "torch is no input, but what it asks for besides slots is" = [
    (map (p: p.pname) (stdenv.mkDerivation { name = "n"; buildInputs = [ pkgs.python3.pkgs.torch ]; }).buildInputs)
    [ "filelock" "fsspec" "jinja2" "networkx" "setuptools" "sympy" "typing-extensions" ]
  ];
  "inputs that are numbers do not" = [ (fails (stdenv.mkDerivation { name = "n"; buildInputs = [ 1 ]; }).drvPath) true ];
  "a name is needed" = [ (fails (stdenv.mkDerivation { pname = "x"; }).drvPath) true ];

  # meta's checks, when the derivation is wanted and not before
  "broken is refused" = [ (usable (withMeta pkgs { broken = true; })) false ];
  "but can be asked about" = [ (withMeta pkgs { broken = true; }).meta.broken true ];
  "repaired" = [ (usable ((withMeta pkgs { broken = true; }).overrideAttrs (old: { meta = old.meta // { broken = false; }; }))) true ];
  "allowed" = [ (usable (withMeta (of { allowBroken = true; }) { broken = true; })) true ];
  "unfree is refused" = [ (usable (withMeta pkgs { license = lib.licenses.unfree; })) false ];
  "allowed by a predicate" = [ (usable (withMeta (of { allowUnfreePredicate = pkg: lib.getName pkg == "m"; }) { license = [ lib.licenses.mit lib.licenses.unfree ]; })) true ];
  "other platforms are refused" = [ (usable (withMeta pkgs { platforms = lib.platforms.darwin; })) false ];
  "bad ones, too" = [ (usable (withMeta pkgs { badPlatforms = [ "x86_64-linux" ]; })) false ];
  "this one is fine" = [ (usable (withMeta pkgs { platforms = lib.platforms.unix; license = lib.licenses.mit; })) true ];
  "insecure is refused" = [ (usable (withMeta pkgs { knownVulnerabilities = [ "CVE" ]; })) false ];
  "unless permitted" = [ (usable (withMeta (of { permittedInsecurePackages = [ "m-1" ]; }) { knownVulnerabilities = [ "CVE" ]; })) true ];

  # fetchers
  "fetchFromGitHub, by tag" = [ (pkgs.fetchFromGitHub { owner = "o"; repo = "r"; tag = "v1"; inherit hash; }).url "https://github.com/o/r/archive/refs/tags/v1.tar.gz" ];
  "by revision" = [ (pkgs.fetchFromGitHub { owner = "o"; repo = "r"; rev = "abc"; inherit hash; }).url "https://github.com/o/r/archive/abc.tar.gz" ];
  "its name" = [ (pkgs.fetchFromGitHub { owner = "o"; repo = "r"; rev = "abc"; inherit hash; }).name "source" ];
  "one of tag and rev" = [ (map (a: fails (pkgs.fetchFromGitHub ({ owner = "o"; repo = "r"; inherit hash; } // a)).drvPath) [ { } { tag = "a"; rev = "b"; } ]) [ true true ] ];
  "the path is the hash's alone" = [ ((pkgs.fetchFromGitHub { owner = "o"; repo = "r"; rev = "a"; inherit hash; }).outPath == (pkgs.fetchFromGitHub { owner = "p"; repo = "q"; rev = "b"; inherit hash; }).outPath) true ];
  "fetchPypi, an sdist" = [ (pkgs.fetchPypi { pname = "Foo_bar"; version = "1"; inherit hash; }).url "mirror://pypi/foo-bar/Foo_bar-1.tar.gz" ];
  "a wheel" = [ (pkgs.fetchPypi { pname = "foo_bar"; version = "1"; format = "wheel"; dist = "py3"; python = "py3"; inherit hash; }).name "foo_bar-1-py3-none-any.whl" ];
  "fetchurl's name" = [ (pkgs.fetchurl { url = "https://x.test/a%2Bb-1.whl?x=y#z"; inherit hash; }).name "a+b-1.whl" ];
  "an empty hash is a fake one" = [ (pkgs.fetchurl { url = "https://x.test/a"; hash = ""; }).outputHash lib.fakeHash ];
  "hashes by algorithm" = [ (pkgs.fetchurl { url = "https://x.test/a"; sha256 = lib.fakeSha256; }).outputHashAlgo "sha256" ];
  "no hash is an error" = [ (fails (pkgs.fetchurl { url = "https://x.test/a"; }).drvPath) true ];
  "two are, too" = [ (fails (pkgs.fetchurl { url = "https://x.test/a"; sha256 = lib.fakeSha256; inherit hash; }).drvPath) true ];
  "fetchers can be overridden" = [ ((pkgs.fetchurl { url = "https://x.test/a"; inherit hash; }).override { url = "https://x.test/b"; }).name "b" ];

  "fetchFromGitLab asks its own interface" = [ (pkgs.fetchFromGitLab { owner = "o.x"; repo = "r"; group = "g"; tag = "v1+2"; inherit hash; }).url "https://gitlab.com/api/v4/projects/g%2Fo%2Ex%2Fr/repository/archive.tar.gz?sha=refs%2Ftags%2Fv1%2B2" ];
  "forges by their own names" = [
    (map (f: f.url) [
      (pkgs.fetchFromGitea { domain = "d.test"; owner = "o"; repo = "r"; rev = "a"; inherit hash; })
      (pkgs.fetchFromCodeberg { owner = "o"; repo = "r"; rev = "a"; inherit hash; })
      (pkgs.fetchFromSourcehut { owner = "~o"; repo = "r"; tag = "a"; inherit hash; })
      (pkgs.fetchFromBitbucket { owner = "o"; repo = "r"; tag = "a"; inherit hash; })
      (pkgs.fetchFromGitiles { url = "https://d.test/x"; rev = "a"; inherit hash; })
    ])
    [
      "https://d.test/o/r/archive/a.tar.gz"
      "https://codeberg.org/o/r/archive/a.tar.gz"
      "https://git.sr.ht/~o/r/archive/a.tar.gz"
      "https://bitbucket.org/o/r/get/a.tar.gz"
      "https://d.test/x/+archive/a.tar.gz"
    ]
  ];
  "what no archive has is fetched from the repository" = [
    (map (a: (pkgs.fetchFromGitHub ({ owner = "o"; repo = "r"; rev = "a"; inherit hash; } // a)).drvAttrs.builder)
      [ { } { fetchSubmodules = true; } { forceFetchGit = true; } { sparseCheckout = [ "d" ]; } { rootDir = "d"; } { deepClone = true; leaveDotGit = false; } ])
    ([ "builtin:fetchurl" ] ++ lib.genList (_: "builtin:kiln-git-1") 5)
  ];
  "of a commit only the hash makes the path" = [ ((pkgs.fetchgit { url = "https://x.test/a"; rev = "a"; inherit hash; }).outPath == (pkgs.fetchFromGitHub { owner = "p"; repo = "q"; rev = "b"; inherit hash; }).outPath) true ];
  "hashes in every spelling" = [
    (map (a: (pkgs.fetchurl ({ url = "https://x.test/a"; name = "a"; } // a)).outPath == (pkgs.fetchurl { url = "https://x.test/a"; inherit hash; }).outPath) [
      { sha256 = hash; }
      { sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"; }
      { sha256 = "0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73"; }
      { outputHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"; outputHashAlgo = "sha256"; }
    ])
    [ true true true true ]
  ];
  "sha1, md5 and sha512 by name" = [
    (map (a: (pkgs.fetchurl ({ url = "https://x.test/a"; } // a)).outputHashAlgo) [ { sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"; } { md5 = "d41d8cd98f00b204e9800998ecf8427e"; } { sha512 = lib.fakeSha512; } ])
    [ "sha1" "md5" "sha512" ]
  ];
  "a folder or a program is another kind of output" = [
    (map (a: (pkgs.fetchurl ({ url = "https://x.test/a"; inherit hash; } // a)).outputHashMode) [ { } { recursiveHash = true; } { executable = true; } { executable = true; postFetch = "true"; } { postFetch = "true"; } ])
    [ "flat" "recursive" "recursive" "recursive" "flat" ]
  ];
  "private archives are asked of the interface" = [
    (let f = pkgs.fetchFromGitHub { owner = "o"; repo = "r"; rev = "a"; inherit hash; private = true; varPrefix = "MY"; }; in [ f.url (lib.subtractLists lib.fetchers.proxyImpureEnvVars f.impureEnvVars) (f.outPath == (pkgs.fetchFromGitHub { owner = "o"; repo = "r"; rev = "a"; inherit hash; }).outPath) ])
    [ "https://api.github.com/repos/o/r/tarball/a" [ "NIX_MY_GITHUB_PRIVATE_USERNAME" "NIX_MY_GITHUB_PRIVATE_PASSWORD" ] true ]
  ];
  "what fetchers do not do they refuse" = [
    (lib.filter (f: !(fails f.drvPath)) [
      (pkgs.fetchgit { url = "https://x.test/a"; rev = "a"; inherit hash; leaveDotGit = true; })
      (pkgs.fetchgit { url = "https://x.test/a"; rev = "a"; inherit hash; deepClone = true; })
      (pkgs.fetchgit { url = "https://x.test/a"; rev = "a"; inherit hash; fetchLFS = true; })
      (pkgs.fetchgit { url = "https://x.test/a"; rev = "a"; inherit hash; postFetch = "true"; })
      (pkgs.fetchgit { url = "https://x.test/a"; rev = "a"; inherit hash; sparseCheckout = "d"; })
      (pkgs.fetchgit { url = "https://x.test/a"; rev = "a"; inherit hash; sparseCheckout = [ "d/*" ]; })
      (pkgs.fetchgit { url = "https://x.test/a"; rev = "a"; inherit hash; sparseCheckout = [ "d" ]; nonConeMode = true; })
      (pkgs.fetchgit { url = "https://x.test/a"; tag = "a"; rev = "a"; inherit hash; })
      (pkgs.fetchFromGitHub { owner = "o"; repo = "r"; rev = "a"; inherit hash; private = true; fetchSubmodules = true; })
      (pkgs.fetchFromCodeberg { owner = "o"; repo = "r"; rev = "a"; inherit hash; private = true; })
      (pkgs.fetchFromSourcehut { owner = "~o"; repo = "r"; rev = "a"; inherit hash; vc = "hg"; })
      (pkgs.fetchurl { url = "https://x.test/a"; inherit hash; curlOptsList = [ "-X" "POST" ]; })
      (pkgs.fetchurl { url = "https://x.test/a"; inherit hash; curlOptsList = "-L"; })
      (pkgs.fetchurl { url = "mirror://x/a"; inherit hash; netrcPhase = "true"; })
      (pkgs.fetchurl { url = "https://x.test/a"; inherit hash; showURLs = true; })
      (pkgs.fetchpatch { url = "https://x.test/a"; inherit hash; includes = [ "a" ]; excludes = [ "b" ]; })
      (pkgs.fetchpatch { url = "https://x.test/a"; inherit hash; stripLenght = 1; })
    ])
    [ ]
  ];

  # small builders
  "writeShellApplication's program" = [ (baseNameOf (lib.getExe (pkgs.writeShellApplication { name = "app"; text = ""; }))) "app" ];
  "linkFarm's entries" = [ (pkgs.linkFarm "f" { a = hello; }).entries { a = hello; } ];
  "symlinkJoin is named by pname" = [ (pkgs.symlinkJoin { pname = "p"; version = "2"; paths = [ ]; }).name "p-2" ];
  "text gets no context of its own" = [ (builtins.hasContext (pkgs.writeText "t" "x").text) false ];
  "libstdc++ is where recipes look for it" = [ (lib.hasInfix "-gcc-libs-" "${stdenv.cc.cc.lib}") true ];

  # the compiler
  "stdenv has it" = [ (lib.hasInfix "-gcc-wrapper-" "${stdenv.cc}") true ];
  "stdenvNoCC has none" = [ [ pkgs.stdenvNoCC.hasCC pkgs.stdenvNoCC.cc ] [ false null ] ];
  "texts and commands do without" = [ (map (d: toString d.stdenv == toString pkgs.stdenvNoCC) [ (pkgs.writeText "t" "x") (pkgs.runCommand "c" { } "") ]) [ true true ] ];
  "runCommandCC and shells have it" = [ (map (d: toString d.stdenv == toString stdenv) [ (pkgs.runCommandCC "c" { } "") (pkgs.mkShell { }) ]) [ true true ] ];
  "another compiler" = [ (stdenv.override { cc = pkgs.gfortran; }).cc.outPath pkgs.gfortran.outPath ];
  "overrideCC" = [ (pkgs.overrideCC stdenv pkgs.gfortran).hasCC true ];
  "hardening by default needs no word" = [ (hello ? NIX_HARDENING_ENABLE) false ];
  "less of it" = [ (stdenv.mkDerivation { name = "x"; hardeningDisable = [ "fortify" "pic" ]; }).NIX_HARDENING_ENABLE
    "bindnow format relro stackclashprotection stackprotector strictoverflow zerocallusedregs" ];
  "none of it" = [ (stdenv.mkDerivation { name = "x"; hardeningDisable = [ "all" ]; }).NIX_HARDENING_ENABLE "" ];
  "more of it" = [ (lib.hasInfix " pie " (stdenv.mkDerivation { name = "x"; hardeningEnable = [ "pie" ]; }).NIX_HARDENING_ENABLE) true ];
  "a flag that nobody knows" = [ (fails (stdenv.mkDerivation { name = "x"; hardeningDisable = [ "x" ]; }).drvPath) true ];
  "separateDebugInfo is an output more" = [ (stdenv.mkDerivation { name = "x"; separateDebugInfo = true; }).outputs [ "out" "debug" ] ];
  "parallel building is told" = [ (stdenv.mkDerivation { name = "x"; enableParallelBuilding = true; }).enableParallelChecking true ];
  "headers are what a build takes" = [ (map toString (stdenv.mkDerivation { name = "x"; buildInputs = [ pkgs.zlib ]; }).buildInputs) [ "${pkgs.zlib.dev}" ] ];

  "shells inherit inputs, and theirs" = [
    (let s = pkgs.mkShell { inputsFrom = [ (stdenv.mkDerivation { name = "i"; buildInputs = [ hello null ]; nativeBuildInputs = [ pkgs.bash ]; shellHook = "one"; }) ]; packages = [ pkgs.gnused ]; shellHook = "two"; }; in [ s.buildInputs s.nativeBuildInputs s.shellHook s.name ])
    [ [ hello ] [ pkgs.gnused pkgs.bash ] "one\ntwo" "nix-shell" ]
  ];
  "and take another stdenv" = [ ((pkgs.mkShell.override { stdenv = { mkDerivation = a: a // { mine = true; }; }; }) { }).mine true ];
  "menu entries are looked at" = [
    (lib.filter (f: !(fails f.drvPath)) [
      (pkgs.makeDesktopItem { name = "a"; desktopName = "A"; exec = "a"; type = "Aplication"; })
      (pkgs.makeDesktopItem { name = "a"; desktopName = "A"; exec = "a"; categories = "Audio"; })
    ])
    [ ]
  ];
  "a prefix to strip is absolute" = [ (fails (pkgs.symlinkJoin { name = "j"; paths = [ ]; stripPrefix = "bin"; }).drvPath) true ];
  "a source may be patched by nothing" = [ (fails (pkgs.applyPatches { src = hello; patches = lib.optional false ./none; }).drvPath) false ];

  # the set's own arguments
  "config has what recipes ask of it" = [ [ pkgs.config.cudaSupport (of { cudaSupport = true; }).config.cudaSupport ] [ false true ] ];
  "it may be a function of the set" = [ (of ({ lib, pkgs, ... }: { x = lib.id pkgs.system; })).config.x "x86_64-linux" ];
  "packageOverrides is an overlay" = [ (of { packageOverrides = p: { hello2 = p.bash.pname; }; }).hello2 "bash" ];
  "overlays are functions in a list" = [
    (map (overlays: fails (import (root + "/pkgs") { system = "x86_64-linux"; inherit overlays; }).bash.drvPath) [ [ (final: prev: { }) ] [ ./pkgs-lib.nix ] [ { } ] (final: prev: { }) ])
    [ false true true true ]
  ];
  "what is not here says what to do instead" = [ (map (n: lib.isString (pkgs.__missing.first n)) [ "rustPlatform" "buildGoModule" "buildNpmPackage" "fetchsvn" "hello" ]) [ true true true true false ] ];

  # CUDA
  "CUDA by its releases" = [ (map (p: p.cudaVersion) [ pkgs.cudaPackages pkgs.cudaPackages_12 pkgs.cudaPackages_12_9 pkgs.cudaPackages_13 pkgs.cudaPackages_13_0 ]) [ "13.0" "12.9" "12.9" "13.0" "13.0" ] ];
  "another release by override" = [ (pkgs.cudaPackages.override { release = "12.9"; }).cudaMajorVersion "12" ];
  "it is not free" = [ (map (p: fails p.cudaPackages.cuda_cudart.drvPath) [ pkgs (of { allowUnfree = true; }) ]) [ true false ] ];
  "outputs of a component are itself" = [ (let c = (of { allowUnfree = true; }).cudaPackages.libcublas; in map (o: (lib.getOutput o c).drvPath == c.drvPath) [ "dev" "lib" "static" ]) [ true true true ] ];
  "architectures by config" = [ (of { cudaCapabilities = [ "8.6" "9.0" ]; }).cudaPackages.flags.cmakeCudaArchitecturesString "86;90" ];

  # a project
  "recipes are found" = [ (lib.attrNames project) [ "nested" "one" "two" ] ];
  "siblings come before the set" = [ project.two.passthru.sibling "one-1" ];
  "a recipe's own name is the set's" = [ (lib.hasPrefix "nested-" project.nested.name) true ];
  "they can be overridden" = [ (project.two.override { suffix = "-x"; }).name "two-x" ];

  # Natives in nixpkgs' shape
  "headers are found by what they depend on from their source" = [
    (map (n: (lib.getDev pkgs.${n}).pname) [ "boost" "curl" "expat" "glib" "hdf5" "libpng" "openblas" "zlib" ])
    [ "boost-dev" "libcurl4-openssl-dev" "libexpat1-dev" "glib-dev" "hdf5-dev" "libpng-dev" "openblas-dev" "zlib1g-dev" ]
  ];
  "a library without headers is its own" = [ ((lib.getDev pkgs.libgomp or pkgs.gccLibs) == (pkgs.libgomp or pkgs.gccLibs)) true ];
  "programs stand before their library" = [
    (map (n: [ ((lib.getBin pkgs.${n}).outPath == pkgs.${n}.outPath) ((lib.getLib pkgs.${n}).outPath == pkgs.debian.${n}.outPath) ]) [ "openssl" "sqlite" "zstd" ])
    [ [ true true ] [ true true ] [ true true ] ]
  ];
  "every architecture of the lock evaluates" = [
    (let
      packages = (import (root + "/pkgs/debian") { system = "aarch64-linux"; }).packages;
      has = n: lib.hasSuffix ".drv" packages.${n}.drvPath;
    in lib.filter (n: !(has n)) (lib.attrNames packages))
    [ ]
  ];
  "what an architecture lacks is missing alone" = [
    (let p = import (root + "/pkgs") { system = "aarch64-linux"; }; in [ (fails p.git.drvPath) (fails p.python3.drvPath) (fails p.zlib.dev.drvPath) ])
    [ true false false ]
  ];
  # Where the set is put together they are named, so that one package does not cost the reading of all files.
  "lib names all that its families have" = [
    (lib.filter (n: !(lib ? ${n})) (lib.concatMap (f: lib.attrNames lib.${f})
      [ "trivial" "lists" "attrsets" "strings" "sources" "derivations" "asserts" "debug" "flakes" ]))
    [ ]
  ];
  "the set names all that files of builders and fetchers have" = [
    (
      let
        namesOf = folder: args: lib.concatMap (f: lib.attrNames (import (root + "/pkgs/${folder}/${f}") args pkgs));
        files = lib.filter (n: lib.hasSuffix ".nix" n && n != "default.nix") (lib.attrNames (builtins.readDir (root + "/pkgs/build-support")));
        plain = import (root + "/pkgs/fetchers/plain.nix") pkgs;
      in
      lib.filter (n: !(pkgs ? ${n})) (namesOf "build-support" { inherit lib; inherit (lib) words; command = null; nameOf = null; } files
        ++ namesOf "fetchers" plain.own [ "forge.nix" "git.nix" "patch.nix" ] ++ lib.attrNames (removeAttrs plain [ "own" ])))
    [ ]
  ];
}
