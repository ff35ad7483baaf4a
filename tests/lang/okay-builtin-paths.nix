{
  base = map baseNameOf [ "" "/" "a" "/a/b" "/a/b/" "/a/b//" /x/y ];
  dir = map dirOf [ "" "/" "a" "a/b" "/a" "/a/b/" ];
  dirOfPath = map dirOf [ /. /a /a/b ];
  exists = map builtins.pathExists [ ./okay-builtin-paths.nix ./nothing-here (toString ./okay-builtin-paths.nix + "/") ];
  type = [ (builtins.readFileType ./.) (builtins.readFileType ./okay-builtin-paths.nix) ];
  entries = (builtins.readDir ./.)."okay-builtin-paths.nix";
  read = builtins.substring 0 1 (builtins.readFile ./okay-builtin-paths.nix);
  toPath = builtins.toPath "/a/./b/../c";
  find = toString (builtins.findFile [ { prefix = "x"; path = ./.; } ] "x/okay-builtin-paths.nix") == toString ./okay-builtin-paths.nix;
  imported = (import ./okay-builtin-group.nix).groupBy.big;
  scoped = builtins.scopedImport { map = f: l: "shadowed"; } ./okay-builtin-scoped.inc;
}
