# The lock that python3.pkgs has its projects from: the set's; over it the project's own, which `kiln lock
# python` writes; over that the one of a release, for whoever asks with python3.override { pythonRelease =
# "NAME"; }. A version that is laid over another is everybody's: whoever depends on it gets it.
{ lib
, folder    # the project's .flox, or null
, release   # a release's name, or null
}:

let
  set = lib.lock.read { file = ./lock.json; field = "format"; remake = "tools/lock-python.py"; };

  project = folder + "/python.lock";
  ofRelease = folder + "/python-${release}.lock";
  noRelease = throw (
    if folder == null then "there is no release '${release}': only a project's recipes have some"
    else "there is no lock of the release '${release}'\nhint: 'kiln lock python --release ${release}' makes ${toString ofRelease}; in a git repository it must be tracked"
  );

  read = file:
    let lock = lib.lock.read { inherit file; field = "format"; remake = "'kiln lock python'"; }; in
    {
      slots = lock.slots or { };
      # where an entry is from: whoever reads it closely tells of it so
      projects = lib.mapAttrs (_: row: row // { inherit file; }) lock.projects;
      about = lock.about or { };
    };

  over = below: file:
    let lock = read file; in {
      inherit (below) python;
      slots = below.slots // lock.slots;
      projects = below.projects // lock.projects;
      about = below.about or { } // lib.intersectAttrs lock.projects lock.about;
    };

  withProject = if folder != null && builtins.pathExists project then over set project else set;
in
if release == null then withProject
else if folder == null || !builtins.pathExists ofRelease then noRelease
else over withProject ofRelease
