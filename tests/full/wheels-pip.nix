# Every wheel of the lock, installed without bytecode and without what it depends on, as pip --no-deps --no-compile
# does: NAME WHEEL-FILE SOURCE OUTPUT a line, and a part of them to build.
{ root, from ? 0, count ? 0 }:

let
  pkgs = import (root + "/pkgs") { system = "x86_64-linux"; };
  inherit (pkgs) lib;
  ps = pkgs.python3.pkgs;
  isWheel = name: (builtins.tryEval (ps.${name}.drvAttrs.builder or "")).value == "builtin:kiln-wheel-1";
  names = lib.filter isWheel (lib.attrNames (lib.importJSON (root + "/pkgs/python/lock.json")).projects);
  alone = p: derivation (p.drvAttrs // { compile = false; propagatedBuildInputs = [ ]; pythonPath = [ ]; checkDeps = false; });
  part = map (name: { inherit name; src = ps.${name}.src; made = alone ps.${name}; }) (lib.sublist from count names);
  line = w: "${w.name} ${w.src.name} ${w.src} ${w.made}\n";
in
{
  number = toString (lib.length names);
  listed = builtins.unsafeDiscardStringContext (lib.concatMapStrings line part);
  built = map (w: w.made) part;
  tools = [ pkgs.python3 ps.pip ];
}
