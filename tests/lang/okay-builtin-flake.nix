let
  round = r: builtins.flakeRefToString (builtins.parseFlakeRef r);
in
{
  parsed = map builtins.parseFlakeRef [
    "nixpkgs/24.05"
    "github:NixOS/nixpkgs?dir=lib"
    "git+https://example.org/x.git?ref=main&shallow=1"
    "path:/a?lastModified=5"
    "https://example.org/x.tar.gz?narHash=sha256-ungWv48Bz%2BpBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0%3D"
  ];
  printed = map round [ "flake:x/y" "/some/where" "gitlab:a/b?host=git.example.org" "file+https://example.org/x" ];
}
