# What fetchers take. An argument that none of them reads is an error, all of them at once: `known` are
# read, and so are `more`, which every fetcher knows; `idle` have the values named there, which change
# nothing of what is fetched, and are refused with any other.
{ lib }:

let
  closed = who: known: more: idle:
    let
      all = lib.genAttrs (known ++ more) (_: null);
      count = set: builtins.length (builtins.attrNames set);
    in
    args: count (builtins.intersectAttrs all args) == count args || lib.words.refused who known more idle args;

  hashes = [ "hash" "outputHash" "outputHashAlgo" "sha512" "sha256" "sha1" "md5" ];
  # Arguments of nixpkgs' fetchers with the values that change nothing of what is fetched; with any
  # other they would. Programs, their options and where a build runs are nobody's business here.
  idleUrl = {
    curlOpts = ""; curlOptsList = [ ]; postFetch = ""; netrcPhase = null; netrcImpureEnvVars = [ ];
    downloadToTemp = false; showURLs = false;
  };
  free = [ "meta" "passthru" "preferLocalBuild" "nativeBuildInputs" "impureEnvVars" ];
  forgeArgs = [ "owner" "repo" "rev" "tag" "name" "pname" "version" "fetchSubmodules" "leaveDotGit" "deepClone" "forceFetchGit" ];
  idleForge = removeAttrs idleUrl [ "downloadToTemp" ] // {
    private = false; varPrefix = null; stripRoot = true; extension = null; sparseCheckout = [ ]; rootDir = ""; fetchLFS = false;
  };
in
{
  fetchurl = closed "fetchurl" [ "url" "urls" "name" "pname" "version" "executable" "recursiveHash" ] (hashes ++ free) idleUrl;
  fetchzip = closed "fetchzip" [ "url" "urls" "name" "pname" "version" "extension" ] (hashes ++ free) (idleUrl // { stripRoot = true; });
  fetchPypi = closed "fetchPypi" [ "pname" "version" "format" "extension" "dist" "python" "abi" "platform" "name" ] (hashes ++ free) idleUrl;
  fetchgit = closed "fetchgit" [ "url" "rev" "tag" "name" "pname" "version" "fetchSubmodules" "branchName" ] (hashes ++ free)
    (idleUrl // {
    leaveDotGit = false; deepClone = false; fetchLFS = false; fetchTags = false; sparseCheckout = [ ]; nonConeMode = false; rootDir = "";
    });
  forge = who: own: closed who (own ++ forgeArgs) (hashes ++ free) idleForge;
}
