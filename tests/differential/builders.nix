# A call of each builder and fetcher of the set, for set.nix.
{ pkgs }:

let
  hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  hello = pkgs.writeShellScriptBin "hello" "echo hi";
  forge = { owner = "a"; repo = "b"; inherit hash; };
in
with pkgs; {
  inherit hello;
  fetchurl = fetchurl { url = "https://x/y.tgz"; inherit hash; curlOptsList = [ "-H" "A: b" ]; };
  fetchurl-changed = fetchurl { urls = [ "https://x/y.tgz" "mirror://gnu/y" ]; sha256 = hash; postFetch = "true"; downloadToTemp = true; recursiveHash = true; };
  fetchurl-private = fetchurl { url = "https://x/y.tgz"; inherit hash; netrcPhase = "echo >netrc"; netrcImpureEnvVars = [ "SECRET" ]; };
  github-private = fetchFromGitHub (forge // { rev = "c"; private = true; });
  fetchzip = fetchzip { url = "https://x/y.tgz"; inherit hash; stripRoot = false; };
  fetchzip-changed = fetchzip { url = "https://x/y.tgz"; inherit hash; postFetch = "rm $out/x"; };
  fetchpatch = fetchpatch { url = "https://x/y.patch"; inherit hash; excludes = [ "a*" ]; };
  fetchpatch2 = fetchpatch2 { url = "https://x/y.patch"; inherit hash; relative = "a/b"; includes = [ "x" ]; revert = true; };
  fetchgit = fetchgit { url = "https://x/y"; rev = "c"; inherit hash; sparseCheckout = [ "a/b" "/c/" ]; };
  github = fetchFromGitHub (forge // { tag = "c"; });
  github-git = fetchFromGitHub (forge // { rev = "c"; fetchSubmodules = true; });
  github-changed = fetchFromGitHub (forge // { rev = "c"; postFetch = "true"; });
  gitlab = fetchFromGitLab (forge // { rev = "c"; group = "g"; });
  gitea = fetchFromGitea (forge // { domain = "x.y"; rev = "c"; });
  codeberg = fetchFromCodeberg (forge // { tag = "c"; });
  sourcehut = fetchFromSourcehut (forge // { owner = "~a"; rev = "c"; });
  bitbucket = fetchFromBitbucket (forge // { rev = "c"; });
  requireFile = requireFile { name = "f"; url = "https://x/f"; sha256 = hash; };
  runCommandCC = runCommandCC "x" { } "true";
  writeShellApplication = writeShellApplication { name = "a"; text = "echo"; runtimeInputs = [ hello ]; };
  concatText = concatText "x" [ hello ];
  writePython3Bin = writers.writePython3Bin "x" { } "print(1)";
  symlinkJoin = symlinkJoin { name = "x"; paths = [ hello ]; };
  buildEnv = buildEnv { name = "x"; paths = [ hello ]; includeClosures = true; };
  linkFarm = linkFarm "x" [ { name = "a"; path = hello; } ];
  applyPatches = applyPatches { src = hello; postPatch = "true"; name = "q"; };
  srcOnly = srcOnly hello;
  makeDesktopItem = makeDesktopItem { name = "x"; desktopName = "X"; exec = "x"; categories = [ "Audio" ]; };
  mkShell = mkShell { packages = [ hello ]; inputsFrom = [ hello ]; };
  testVersion = testers.testVersion { package = bash; };
  testEqualContents = testers.testEqualContents { assertion = "a b"; actual = hello; expected = hello; };
  inherit versionCheckHook writableTmpDirAsHomeHook;
  mkShellNoCC = mkShellNoCC { };
  references = writeDirectReferencesToFile hello;
}
