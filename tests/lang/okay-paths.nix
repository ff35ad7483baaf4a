# Path literals: relative, interpolated, joined.
let
  part = "okay";
in
{
  relative = baseNameOf ./okay-paths.nix;
  parent = builtins.toString ./../lang == builtins.toString ./.;
  interpolated = baseNameOf ./${part}-paths.nix;
  joined = baseNameOf (./. + "/x//y/../z");
  types = map builtins.typeOf [ ./a /b ~/c (./a + "/b") "${toString ./a}" ];
  root = /. + "/tmp/../etc";
  exists = [ (builtins.pathExists ./okay-paths.nix) (builtins.pathExists ./nowhere) ];
}
