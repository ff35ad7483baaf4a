# SPDX-License-Identifier: MIT
#
# <nix/fetchurl.nix>: a file with a known hash, or without one in an impure derivation, which the
# builder of that name downloads. Of several hashes the first in this order counts.
{
  url,
  name ? baseNameOf (toString url),
  system ? "", # of no effect
  executable ? false,
  unpack ? false,
  impure ? false,
  hash ? "",
  sha512 ? "",
  sha1 ? "",
  md5 ? "",
  sha256 ? "",
  outputHash ? builtins.head (builtins.filter (h: h != "") [ hash sha512 sha1 md5 ] ++ [ sha256 ]),
  outputHashAlgo ?
    (builtins.head (
      builtins.filter (h: h.given != "") [
        { given = hash; algo = ""; }
        { given = sha512; algo = "sha512"; }
        { given = sha1; algo = "sha1"; }
        { given = md5; algo = "md5"; }
      ]
      ++ [ { algo = "sha256"; } ]
    )).algo,
}:
let
  fixed = if impure then { __impure = true; } else { inherit outputHash outputHashAlgo; };
  proxies = map (scheme: scheme + "_proxy") [ "http" "https" "ftp" "all" "no" ];
in
derivation (
  fixed
  // {
    inherit name url executable unpack;
    system = "builtin";
    builder = "builtin:fetchurl";
    outputHashMode = if executable || unpack then "recursive" else "flat";
    preferLocalBuild = true;
    impureEnvVars = proxies; # without effect, but part of every drv path
    urls = [ url ];
  }
)
