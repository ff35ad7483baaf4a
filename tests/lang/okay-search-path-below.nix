# The rest of a name is a path from the entry on: no `..` leads out of it.
let
  entry = prefix: path: { inherit prefix path; };
  rel = p: builtins.substring (builtins.stringLength (toString ./.)) (-1) (toString p);
in
map rel [
  (builtins.findFile [ (entry "" ./.) ] "../okay-search-path-below.nix")
  (builtins.findFile [ (entry "here" ./.) ] "here/x/.././okay-search-path-below.nix")
  (builtins.findFile [ (entry "here" ./.) ] "here/")
]
