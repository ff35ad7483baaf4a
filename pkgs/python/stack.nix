# The lock that python3.pkgs has its projects from: the set's; over it the project's own, which `kiln lock
# python` writes; over that the one of a release, for whoever asks with python3.override { pythonRelease =
# "NAME"; }. A version that is laid over another is everybody's: whoever depends on it gets it.
{ lib
, folder    # the project's .flox, or null
, release   # a release's name, or null
}:

let
  set = { file = ./lock.json; remake = "kiln lock python --of-set pkgs/python"; };
  project = { file = folder + "/python.lock"; remake = "kiln lock python"; };
  ofRelease = { file = folder + "/python-${release}.lock"; remake = "kiln lock python --release ${release}"; };
  noRelease = throw (
    if folder == null then "there is no release '${release}': only a project's recipes have some"
    else "there is no lock of the release '${release}'\nhint: '${ofRelease.remake}' makes ${toString ofRelease.file}; in a git repository it must be tracked"
  );

  read = at: lib.lock.read (at // { field = "format"; });

  # whose: where the projects are from that the set's lock has not, or in another version
  over = below: at:
    let lock = read at; in {
      inherit (below) python;
      slots = below.slots // lock.slots or { };
      projects = below.projects // lock.projects or { };
      about = below.about or { } // lock.about or { };
      whose = below.whose or { } // lib.mapAttrs (_: _: at) (lock.projects or { });
    };

  ofSet = read set;
  withProject = if folder != null && builtins.pathExists project.file then over ofSet project else ofSet;
  lock =
    if release == null then withProject
    else if folder == null || !builtins.pathExists ofRelease.file then noRelease
    else over withProject ofRelease;
in
{
  inherit lock;
  # Of an entry: its lock, for what is wrong with it.
  lockAt = keys: (lock.whose or { }).${lib.head keys} or set // { inherit keys; };
}
