# Trees of git commits, by kiln's own git: what `git checkout` writes, so that the hash is nixpkgs'.
{ lib, words, known, hashOf, ... }: final:

let
  # A folder of the repository: clean, relative, one word.
  folder = args: field: path:
    let
      clean = lib.removeSuffix "/" (lib.removePrefix "/" (lib.removePrefix "./" path));
    in
    if !builtins.isString path then throw (words.told "fetchgit: ${field} holds a ${builtins.typeOf path}, expected the names of folders" (words.place field args) [ ])
    else if builtins.match "[^[:space:]*?![]+" clean == null then
      throw (words.told "fetchgit: '${path}' of ${field} is no folder" (words.place field args) [ "folders are named by their paths, without patterns and blanks" ])
    else clean;
in
{
  # rev is a commit, a tag or branch by its name, or a full reference (refs/tags/…).
  fetchgit = lib.makeOverridable (args@{ url, rev ? null, tag ? null, name ? null, fetchSubmodules ? true, leaveDotGit ? null
    , deepClone ? false, rootDir ? "", sparseCheckout ? lib.optional (rootDir != "") rootDir, meta ? { }, passthru ? { }, ... }:
    let
      ref = if tag != null then "refs/tags/${tag}" else if rev != null then rev else "HEAD";
      hash = hashOf "fetchgit" args;
      # Only beside the commits it is a question of which there are.
      dotGit = if leaveDotGit != null then args else args // { leaveDotGit = deepClone; };
    in
    assert known.fetchgit dotGit;
    if tag != null && rev != null then throw (words.revAndTag "fetchgit" args)
    else if !builtins.isList sparseCheckout then
      throw (words.told "fetchgit: sparseCheckout is a ${builtins.typeOf sparseCheckout}, expected a list of folders" (words.place "sparseCheckout" args)
        [ "write each folder between quotes, in brackets" ])
    else lib.extendDerivation true ({ inherit url tag meta; rev = ref; gitRepoUrl = url; } // passthru) (derivation {
      name = if name != null then name else "source";
      builder = "builtin:kiln-git-1";
      system = "builtin";
      requiredSystemFeatures = [ "kiln" ];
      inherit url;
      rev = ref;
      submodules = fetchSubmodules;
      sparse = map (folder args "sparseCheckout") sparseCheckout;
      rootDir = lib.optionalString (rootDir != "") (folder args "rootDir" rootDir);
      outputHashMode = "recursive";
      outputHashAlgo = hash.algo;
      outputHash = hash.value;
      preferLocalBuild = true;
      impureEnvVars = lib.fetchers.proxyImpureEnvVars;
    }));
}
