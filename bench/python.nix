# What ./dev bench python builds: ComfyUI's wheels and environments of them. Each is a derivation of its
# own (`bench` is in its hash), so that a store with all that ComfyUI needs has none of these outputs.
let
  project = import ../pkgs/project.nix { dir = ../comfyui/.flox/pkgs; };
  pkgs = import ../pkgs { };
  environment = project.comfyui.pythonEnv;
  packages = environment.requiredPythonModules;
  fresh = more: p: derivation (p.drvAttrs // { bench = true; } // more);
  wheels = names: builtins.filter (p: builtins.elem p.pname names) packages;
in
{
  python = pkgs.python3;
  # What is there before anything is measured.
  prepared = packages ++ [ environment ];
  # The wheels' files and the names that they have outside of a store.
  files = map (p: { path = "${p.src}"; name = p.src.name; }) packages;
  big = map (p: p.src.name) (wheels [ "scipy" "transformers" ]);

  environment = [ (fresh { } environment) ];
  # without one of its packages
  second = [ (fresh { } (environment.override (old: { extraLibs = builtins.filter (p: p.pname != "kornia") old.extraLibs; }))) ];
  # as uv does it, without what recipes check of them
  unpack = map (p: fresh { compile = false; } (p.overridePythonAttrs { pythonImportsCheck = [ ]; })) packages;
  bytecode = map (fresh { }) (wheels [ "scipy" "transformers" ]);
}
