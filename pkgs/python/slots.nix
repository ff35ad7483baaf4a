# Slots: what the runtime brings, because it must fit the machine's GPU. In recipes a slot is a marker
# that every dependency list drops; its files come from a filling, which no package's hash knows.
{ lib, lock, fillings, pythonModules }:

let
  marker = pname: version: {
    inherit pname version;
    name = "${pname}-${version}";
    isSlot = true;
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

  # Requires-Dist of torch, torchvision and torchaudio, without the slots among them.
  companions = [ "filelock" "fsspec" "jinja2" "networkx" "numpy" "pillow" "setuptools" "sympy" "typing-extensions" ];

  markers = lib.mapAttrs marker (lock.slots // { triton = "3"; });
in
{
  inherit markers fillings;
  # The store paths of one filling: a process gets all of them or none, because they fit each other only.
  # What the fillings import themselves comes from the lock, as everything that is not a slot.
  filling = kind: lib.attrValues fillings.${kind} ++ pythonModules companions;
  names = lib.attrNames markers;

  isMarker = x: builtins.isAttrs x && x.isSlot or false;
}
