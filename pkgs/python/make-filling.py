# SPDX-License-Identifier: MIT
#
# Makes a slot's filling: links to what its members have in site-packages, and nix-support/
# slot-filling.json, which says that what is here fills a slot: who starts a program reads it, and an
# audit tells by it a torch that was wanted from one that slipped in.
import json
import os


def main():
    out, prefix = os.environ["out"], os.environ["sitePackages"]
    members, companions = (os.environ[n].split() for n in ("members", "companions"))
    site = f"{out}/{prefix}"
    os.makedirs(site)
    for member in members:
        for name in sorted(os.listdir(f"{member}/{prefix}")):
            if name != "__pycache__":
                os.symlink(f"{member}/{prefix}/{name}", f"{site}/{name}")
    os.makedirs(f"{out}/nix-support")
    with open(f"{out}/nix-support/slot-filling.json", "w", encoding="ascii") as file:
        json.dump({"version": 1, "slot": os.environ["slot"], "filling": os.environ["filling"],
                   "members": members, "companions": companions}, file, indent=1)
        file.write("\n")


main()
