"""check-requirements FILE: does this Python have what a requirements.txt asks for, in these versions?

torch and its companions are slots, which the runtime fills. What is wrong is printed, with exit status 1.
"""
import importlib.metadata
import sys

from packaging.requirements import Requirement

SLOTS = {"torch", "torchvision", "torchaudio", "triton"}

wrong = []
for line in open(sys.argv[1], encoding="utf-8"):
    line = line.partition("#")[0].strip()
    if not line:
        continue
    wanted = Requirement(line)
    if wanted.name.lower() in SLOTS or wanted.marker and not wanted.marker.evaluate():
        continue
    try:
        found = importlib.metadata.version(wanted.name)
    except importlib.metadata.PackageNotFoundError:
        wrong.append(f"  {line}: it is not there")
        continue
    if not wanted.specifier.contains(found, prereleases=True):
        wrong.append(f"  {line}: {found} is there")
if wrong:
    sys.exit("error: this release of ComfyUI asks for something else than versions.nix gives it:\n" + "\n".join(wrong)
             + "\nhint: set 'web', 'templates' and 'requires' of the release in versions.nix")
