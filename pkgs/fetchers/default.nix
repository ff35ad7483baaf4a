# Fetchers: functions from a place and a hash to a fixed-output derivation. All of them end in
# kiln's (and Nix's) `builtin:fetchurl` or, for commits, in kiln's own `builtin:kiln-git-1`, so they need
# no program of the set. No mirror's host is written here: `mirror://pypi/…` and `mirror://debian/…` get
# theirs when they are fetched, and so does any `mirror://NAME/…` that kiln.conf knows.
final: prev:
let
  # Their names stand below, so that a file is read when something in it is asked for.
  plain = import ./plain.nix final;
  forge = import ./forge.nix plain.own final;
  git = import ./git.nix plain.own final;
  patch = import ./patch.nix plain.own final;
in
{
  inherit (plain) fetchPypi fetchurl fetchzip requireFile;
  inherit (forge)
    fetchFromBitbucket fetchFromCodeberg fetchFromForgejo fetchFromGitHub fetchFromGitLab fetchFromGitea
    fetchFromGitiles fetchFromSourcehut;
  inherit (git) fetchgit;
  inherit (patch) fetchpatch fetchpatch2;
}
