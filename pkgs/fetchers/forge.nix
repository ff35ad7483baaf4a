# Forges: a repository by owner and name, as the archive that the forge packs of a commit or, where that
# has not all that is wanted, from the repository itself.
{ lib, words, known, bring, ... }: final:

let
  # `place` of the arguments: repo, the repository's page; archive, a function from a reference to an
  # archive's URL. What it packs does not hold submodules: the repository itself then.
  forge = who: own: place:
    let isKnown = known.forge who own; in
    lib.makeOverridable (args@{ rev ? null, tag ? null, name ? null, fetchSubmodules ? false, leaveDotGit ? false, deepClone ? false
      , forceFetchGit ? false, fetchLFS ? false, private ? false, varPrefix ? null, rootDir ? "", sparseCheckout ? lib.optional (rootDir != "") rootDir, ... }:
      let
        ref = if tag != null then "refs/tags/${tag}" else rev;
        git = fetchSubmodules || leaveDotGit || deepClone || forceFetchGit || fetchLFS || sparseCheckout != [ ];
        at = place args;
        gitArgs = lib.intersectAttrs (lib.genAttrs [ "hash" "outputHash" "outputHashAlgo" "sha512" "sha256" "sha1" "md5" "branchName" ] (_: null)) args;
        # In the environment of who builds.
        variable = "NIX${lib.optionalString (varPrefix != null) "_${varPrefix}"}_${at.private}_PRIVATE_";
        credentials = lib.optionalAttrs private {
          netrcPhase = ''
            if [ -z "''$${variable}USERNAME" ] || [ -z "''$${variable}PASSWORD" ]; then
              die "${who}: a private repository needs ${variable}USERNAME and ${variable}PASSWORD in the environment"
            fi
            printf 'machine %s\nlogin %s\npassword %s\n' ${at.privateHost} "''$${variable}USERNAME" "''$${variable}PASSWORD" >netrc
          '';
          netrcImpureEnvVars = [ "${variable}USERNAME" "${variable}PASSWORD" ];
        };
        passthru = { inherit (args) owner repo; inherit rev tag; gitRepoUrl = "${at.repo}.git"; } // args.passthru or { };
        meta = { homepage = at.repo; } // args.meta or { };
      in
      assert isKnown args;
      if tag != null && rev != null then throw (words.revAndTag who args)
      else if ref == null then throw (words.noRev who "${args.owner}/${args.repo}")
      else if git then
        final.fetchgit
          (gitArgs // {
            name = if name != null then name else "source";
            url = at.git or "${at.repo}.git";
            rev = ref;
            inherit fetchSubmodules sparseCheckout rootDir passthru meta;
          }
          // lib.optionalAttrs (args ? leaveDotGit || deepClone) { leaveDotGit = args.leaveDotGit or deepClone; }
          // lib.optionalAttrs fetchLFS { inherit fetchLFS; }
          // lib.optionalAttrs private { inherit private; }
          // lib.optionalAttrs (args.postFetch or "" != "") { inherit (args) postFetch; })
      else bring who (args // credentials) {
        name = if name != null then name else "source";
        urls = [ ((if private then at.privateArchive else at.archive) ref) ];
        unpack = true;
        stripRoot = args.stripRoot or true;
        inherit passthru meta;
      });

  gitea = who: own: domainOf: forge who own (args:
    let at = "https://${domainOf args}/${args.owner}/${args.repo}"; in
    { repo = at; archive = ref: "${at}/archive/${ref}.tar.gz"; });
in
{
  fetchFromGitHub = forge "fetchFromGitHub" [ "githubBase" "private" "varPrefix" ] ({ owner, repo, githubBase ? "github.com", ... }:
    let at = "https://${githubBase}/${owner}/${repo}"; in
    {
      repo = at;
      archive = ref: "${at}/archive/${ref}.tar.gz";
      # only the interface takes credentials
      private = "GITHUB";
      privateHost = if githubBase == "github.com" then "api.github.com" else githubBase;
      privateArchive = ref: "https://${if githubBase == "github.com" then "api.github.com" else "${githubBase}/api/v3"}/repos/${owner}/${repo}/tarball/${ref}";
    });
  fetchFromGitea = gitea "fetchFromGitea" [ "domain" ] (args: args.domain);
  fetchFromForgejo = gitea "fetchFromForgejo" [ "domain" ] (args: args.domain);
  fetchFromCodeberg = gitea "fetchFromCodeberg" [ ] (args: "codeberg.org");
  fetchFromGitLab = forge "fetchFromGitLab" [ "domain" "group" "protocol" "private" "varPrefix" ] ({ owner, repo, domain ? "gitlab.com", group ? null, protocol ? "https", ... }:
    let
      slug = lib.concatStringsSep "/" (lib.optional (group != null) group ++ [ owner repo ]);
      # the last part may hold dots, which its server takes for a suffix of another format
      quoted = lib.replaceStrings [ "/" "." ] [ "%2F" "%2E" ] slug;
    in
    rec {
      repo = "${protocol}://${domain}/${slug}";
      private = "GITLAB";
      privateHost = domain;
      privateArchive = archive;
      archive = ref: "${protocol}://${domain}/api/v4/projects/${quoted}/repository/archive.tar.gz?sha=${lib.replaceStrings [ "+" "/" ] [ "%2B" "%2F" ] ref}";
    });
  fetchFromBitbucket = forge "fetchFromBitbucket" [ ] ({ owner, repo, ... }:
    let at = "https://bitbucket.org/${owner}/${repo}"; in
    { repo = at; archive = ref: "${at}/get/${lib.removePrefix "refs/tags/" ref}.tar.gz"; });
  fetchFromSourcehut = forge "fetchFromSourcehut" [ "domain" "vc" ] (args@{ owner, repo, domain ? "sr.ht", vc ? "git", ... }:
    let at = "https://${vc}.${domain}/${owner}/${repo}"; in
    if vc != "git" then
      throw (words.told "fetchFromSourcehut: repositories of '${vc}' are not fetched here" (words.place "vc" args) [ "fetch the archive of the revision with fetchzip" ])
    else {
      repo = at;
      git = at;
      archive = ref: "${at}/archive/${lib.removePrefix "refs/tags/" ref}.tar.gz";
    });
  fetchFromGitiles = args@{ url, rev ? null, tag ? null, ... }:
    final.fetchzip (removeAttrs args [ "rev" "tag" ] // {
      url = "${url}/+archive/${if tag != null then "refs/tags/${tag}" else rev}.tar.gz";
      stripRoot = false;
    });
}
