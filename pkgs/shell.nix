# What `kiln shell` has on PATH: the packages themselves, but for Python's, which no program finds there.
# They and what they need become one environment of an interpreter, the one that is among the packages or
# the set's own.
set: packages:
let
  inherit (builtins) filter head isAttrs;
  isModule = p: isAttrs p && (let m = p.pythonModule or false; in m != false && m != null);
  isPython = p: isAttrs p && p ? withPackages && p ? pythonVersion;
  modules = filter isModule packages;
  pythons = filter isPython packages;
  python = if pythons == [ ] then set.python3 else head pythons;
in
if modules == [ ] then packages
else [ (python.withPackages (_: modules)) ] ++ filter (p: !isModule p && !isPython p) packages
