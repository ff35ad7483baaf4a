# What fetchers take. An argument that none of them reads is an error, all of them at once: `known` are
# read, and so are `more`, which every fetcher knows; `idle` have the values named there, which change
# nothing of what is fetched, and are refused with any other, for the reason in `why` if there is one.
{ lib }:

let
  closed = who: known: more: idle: why:
    let
      all = lib.genAttrs (known ++ more) (_: null);
      count = set: builtins.length (builtins.attrNames set);
    in
    args: count (builtins.intersectAttrs all args) == count args || lib.words.refused who known more idle why args;

  hashes = [ "hash" "outputHash" "outputHashAlgo" "sha512" "sha256" "sha1" "md5" ];
  # Where a build runs and what it is called are nobody's business here; netrcImpureEnvVars is netrcPhase's.
  free = [ "meta" "passthru" "preferLocalBuild" "nativeBuildInputs" "impureEnvVars" "netrcImpureEnvVars" ];
  # What curl is told, with what credentials, and what becomes of the file.
  transfer = [ "curlOpts" "curlOptsList" "postFetch" "netrcPhase" ];

  idle = { showURLs = false; };
  idleGit = { leaveDotGit = false; fetchLFS = false; fetchTags = false; nonConeMode = false; gitConfigFile = null; netrcPhase = null; preFetch = ""; postCheckout = ""; };
  idlePrivate = { private = false; varPrefix = null; };
  why =
    let
      git = {
        what = "git stores the same commits in different files each time";
        cure = "leave it out: the tree of the commit is what the hash is of";
      };
      shell = {
        what = "kiln fetches commits itself, without a shell";
        cure = "change the files in postPatch, or in a derivation of their own";
      };
      credentials = {
        what = "kiln takes credentials here from the user's own configuration alone";
        cure = "leave it out: archives are fetched with ~/.netrc, commits with the SSH agent or what the URL says";
      };
    in
    {
      leaveDotGit = git;
      deepClone = git;
      fetchTags = git;
      fetchLFS = {
        what = "git LFS is not known here: the commit has pointers in the place of the files";
        cure = "leave it out, and fetch each large file that is needed with fetchurl";
      };
      nonConeMode = {
        what = "sparseCheckout takes folders, no patterns";
        cure = "name the folders in sparseCheckout, and leave nonConeMode out";
      };
      gitConfigFile = {
        what = "what is configured of git changes nothing of what is fetched";
        cure = "leave it out";
      };
      preFetch = shell;
      postCheckout = shell;
      postFetch = shell;
      netrcPhase = credentials;
      private = credentials;
      varPrefix = credentials;
      showURLs = {
        what = "a list of URLs is no source";
        cure = "leave it out";
      };
    };

  forgeArgs = [
    "owner" "repo" "rev" "tag" "name" "pname" "version" "fetchSubmodules" "deepClone" "forceFetchGit"
    "sparseCheckout" "rootDir" "stripRoot" "extension" "branchName"
  ] ++ transfer;
in
{
  fetchurl = closed "fetchurl" ([ "url" "urls" "name" "pname" "version" "executable" "recursiveHash" "downloadToTemp" ] ++ transfer)
    (hashes ++ free) idle why;
  fetchzip = closed "fetchzip" ([ "url" "urls" "name" "pname" "version" "extension" "stripRoot" "executable" ] ++ transfer)
    (hashes ++ free) idle why;
  fetchPypi = closed "fetchPypi" [ "pname" "version" "format" "extension" "dist" "python" "abi" "platform" "name" ] (hashes ++ free) { } { };
  fetchgit = closed "fetchgit" [ "url" "rev" "tag" "name" "pname" "version" "fetchSubmodules" "branchName" "deepClone" "sparseCheckout" "rootDir" ]
    (hashes ++ free) (idle // idleGit // idlePrivate // { postFetch = ""; }) why;
  fetchpatch = closed "fetchpatch"
    ([ "url" "urls" "name" "pname" "version" "relative" "stripLen" "decode" "extraPrefix" "excludes" "includes" "hunks" "revert" ] ++ transfer)
    (hashes ++ free) idle why;
  # own: beside those of all; only some forges' archives are given to whom they belong.
  forge = who: own: closed who (own ++ forgeArgs) (hashes ++ free)
    (idle // removeAttrs idleGit [ "netrcPhase" ] // (if builtins.elem "private" own then { } else idlePrivate)) why;
}
