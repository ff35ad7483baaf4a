# A line for each of the projects that recipes are known to name, and for each of the lock:
# NAME KIND CHECK, where KIND is package, idle (a package of which what matters cannot be imported here), slot,
# absent or unknown, and CHECK is the path of what imports it.
{ root, names }:

let
  pkgs = import (root + "/pkgs") { system = "x86_64-linux"; };
  inherit (pkgs) lib;
  ps = pkgs.python3.pkgs;
  locked = lib.attrNames (lib.importJSON (root + "/pkgs/python/lock.json")).projects;
  # what has no wheel for this system, nor a compiler for its source, has no path
  checkOf = p: let got = builtins.tryEval p.check.outPath; in if got.success then got.value else "-";
  kindOf = name:
    if ps ? ${name} then (if ps.${name}.isSlot or false then "slot" else if ps.${name} ? importCheck.idle then "idle" else "package")
    else if lib.isString (ps.absentProjects.${name} or null) then "absent" else "unknown";
  line = name:
    let kind = kindOf name; in
    "${name} ${kind} ${if kind == "package" || kind == "idle" then checkOf ps.${name} else "-"}\n";
  listed = lib.filter (n: n != "") (lib.splitString "\n" (builtins.readFile names));
in
{
  listed = builtins.unsafeDiscardStringContext (lib.concatMapStrings line listed);
  locked = builtins.unsafeDiscardStringContext (lib.concatMapStrings line locked);
  checks = map (n: ps.${n}.check) (lib.filter (n: checkOf ps.${n} != "-") locked);
  packages = map (n: ps.${n}) (lib.filter (n: checkOf ps.${n} != "-") locked);
}
