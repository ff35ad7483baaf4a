# SPDX-License-Identifier: MIT
#
# A PEP 517 front end without isolation: asks the source tree's backend for a wheel in ./dist. A tree
# without a build-system table is setuptools', by PEP 517.

import importlib
import os
import sys
import tomllib


def build_system():
    try:
        with open("pyproject.toml", "rb") as file:
            table = tomllib.load(file).get("build-system", {})
    except FileNotFoundError:
        table = {}
    return table.get("build-backend", "setuptools.build_meta:__legacy__"), table.get("backend-path", [])


# Of a tree with nothing that says what is built, setuptools makes an empty package, and calls it unknown.
def check_tree():
    if not any(map(os.path.exists, ("pyproject.toml", "setup.py", "setup.cfg"))):
        folders = sorted(entry.name for entry in os.scandir(".") if entry.is_dir() and os.path.exists(f"{entry.name}/pyproject.toml"))
        here = os.path.relpath(".", os.environ.get("NIX_BUILD_TOP", "."))
        place = f'the recipe says which folder it is: sourceRoot = "{here}/{folders[0]}"' if folders \
            else f'src is not its folder: sourceRoot = "{here}/FOLDER" names one within, format = "other" builds without'
        sys.exit(f"error: no Python project: there is neither pyproject.toml nor setup.py\nhint: {place}")


def load(name, paths):
    root = os.path.realpath(".")
    for path in reversed(paths):
        full = os.path.realpath(path)
        if os.path.commonpath([root, full]) != root:
            sys.exit(f"error: pyproject.toml: backend-path '{path}' leaves the source tree")
        sys.path.insert(0, full)
    module, _, attribute = name.partition(":")
    try:
        backend = importlib.import_module(module)
    except ModuleNotFoundError as error:
        sys.exit(f"error: build backend '{name}': {error}\nhint: add it to the recipe's build-system")
    for part in attribute.split(".") if attribute else []:
        backend = getattr(backend, part)
    return backend


name, paths = build_system()
backend = load(name, paths)
check_tree()
os.makedirs("dist", exist_ok=True)
print(f"built dist/{backend.build_wheel(os.path.abspath('dist'), None, None)}")
