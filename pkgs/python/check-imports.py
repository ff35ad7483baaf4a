# SPDX-License-Identifier: MIT
#
# Imports the modules named in $modules, one after the other, and makes an empty $out.

import importlib
import os

for name in os.environ["modules"].split():
    importlib.import_module(name)
    print(f"import {name}: ok")
with open(os.environ["out"], "w", encoding="ascii"):
    pass
