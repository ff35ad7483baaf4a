let
  h = builtins.hashString "sha256" "abc";
in
{
  strings = map (a: builtins.hashString a "abc") [ "md5" "sha1" "sha256" "sha512" ];
  formats = map (f: builtins.convertHash { hash = h; hashAlgo = "sha256"; toHashFormat = f; })
    [ "base16" "nix32" "base64" "sri" ];
  back = builtins.convertHash {
    hash = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    toHashFormat = "base16";
  };
  placeholder = placeholder "out";
}
