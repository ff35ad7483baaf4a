# Slots: what the runtime brings, because it must fit the machine's GPU. In recipes a slot is a marker
# that every dependency list drops; its files come from a filling, which no package's hash knows. What its
# metadata asks for besides slots is in the set, and whoever names the slot gets that.
{ lib, lock, fillings, pkgs, python, stdenv, fetchurl }:

let
  marker = pname: version: {
    inherit pname version;
    name = "${pname}-${version}";
    isSlot = true;
    pythonDependencies = companions [ pname ];
    # `with torch; …` and torch.cudaSupport are asked by recipes written for nixpkgs
    cudaSupport = false;
    rocmSupport = false;
    passthru = { };
    __missing = { first = _: "'${pname}' is a slot: no package holds its files, the environment fills it when it starts"; last = _: null; };
    meta = { description = "slot filled by the runtime environment"; available = true; };
    outPath = throw "'${pname}' is a slot: no package holds its files, the environment fills it when it starts\nhint: name it among dependencies alone; ${pname}.filling has files for a check";
    filling = fillings.cpu.${pname} or (throw "the cpu filling has no ${pname}");
    overridePythonAttrs = _: marker pname version;
    override = _: marker pname version;
    overrideAttrs = _: marker pname version;
  };

  # Requires-Dist of each, without the slots among them, but with what these ask for.
  requires = rec {
    torch = [ "filelock" "fsspec" "jinja2" "networkx" "setuptools" "sympy" "typing-extensions" ];
    torchvision = torch ++ [ "numpy" "pillow" ];
    torchaudio = torch;
  };
  namesFor = slots: lib.unique (lib.concatMap (s: requires.${s} or [ ]) slots);
  companions = slots: map (n: pkgs.${n}) (namesFor slots);

  # What stands for a filling in recipes, and for `kiln run`: a package like others, with torch inside.
  declared = kind: members: companionsOf:
    lib.extendDerivation true (passthruOf kind companionsOf // { inherit members; })
      (derivation {
        name = "torch-${kind}-filling-${(lib.head members).version}";
        inherit (stdenv.hostPlatform) system;
        # a builder is started under its bare name, by which Python would not find its library
        builder = stdenv.shell;
        args = [ "-c" "exec \"$0\" \"$@\"" python.interpreter "-I" "-S" ./make-filling.py ];
        inherit (python) sitePackages;
        slot = "torch";
        filling = kind;
        inherit members;
        companions = pkgs.requiredPythonModules companionsOf;
        preferLocalBuild = true;
      });
  passthruOf = kind: companionsOf: rec {
    isSlotFilling = true;
    slot = "torch";
    filling = kind;
    pythonModule = python;
    pythonDependencies = companionsOf;
    dependencies = companionsOf;
    slots = [ ];
    requiredPythonModules = pkgs.requiredPythonModules companionsOf;
    meta = { description = "what fills the slot torch: ${kind}"; available = true; };
  };

  # PyPI's wheels as one tree: they look for each other's libraries by their places in it.
  wheels = kind: rows: pkgs.buildPythonPackage {
    pname = "torch-${kind}";
    inherit (rows.torch) version;
    format = "wheel";
    srcs = lib.mapAttrsToList
      (name: row: fetchurl { url = "mirror://pypi/${name}/${row.file}"; inherit (row) sha256; })
      rows;
    dontCheckRuntimeDeps = true;
    dontStrip = true;
    passthru = passthruOf kind (companions (lib.attrNames requires));
    meta = { description = "torch and its companions for CUDA, as PyPI has them"; platforms = [ "x86_64-linux" ]; };
  };

  markers = lib.mapAttrs marker ({ triton = "3"; } // lock.slots);
in
{
  inherit markers fillings;
  # What these slots bring to a list of packages that has some of it already.
  companionsBeside = packages: slots:
    let have = map (p: p.pname or null) packages; in
    map (n: pkgs.${n}) (lib.filter (n: !lib.elem n have) (namesFor slots));
  # One filling as a derivation: what recipes name to have torch inside, and what `--slot` builds.
  fillingOf = {
    cpu = declared "cpu" (map (n: fillings.cpu.${n}) [ "torch" "torchvision" "torchaudio" ]) (companions (lib.attrNames requires));
  } // lib.mapAttrs
    (kind: systems:
      let rows = systems.${stdenv.hostPlatform.system} or (throw "the filling torch=${kind} is for ${lib.concatStringsSep ", " (lib.attrNames systems)} only"); in
      declared kind [ (wheels kind rows) ] (companions (lib.attrNames requires)))
    (lib.importJSON ./fillings.json).fillings;
  # The store paths of one filling: a process gets all of them or none, because they fit each other only.
  # What the fillings import themselves comes from the lock, as everything that is not a slot.
  filling = kind: lib.attrValues fillings.${kind} ++ pkgs.requiredPythonModules (companions (lib.attrNames requires));
  names = lib.attrNames markers;

  isMarker = x: builtins.isAttrs x && x.isSlot or false;
}
