# SPDX-License-Identifier: MIT
#
# A PEP 517 front end without isolation: asks the source tree's backend for a wheel in ./dist. A tree
# without a build-system table is setuptools', by PEP 517. Options are those of pyproject-build that a
# recipe's pypaBuildFlags may have, and the flags that it has for the tools behind the backend.

import argparse
import importlib
import importlib.util
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


def options():
    parser = argparse.ArgumentParser(prog="pypaBuildFlags", allow_abbrev=False)
    parser.add_argument("-C", "--config-setting", action="append", default=[], dest="settings")
    for tool in ("meson", "cmake", "global", "build"):
        parser.add_argument(f"--{tool}-flag", action="append", default=[])
    parser.add_argument("--jobs")
    # what this does anyway
    for names in (("-n", "--no-isolation"), ("-x", "--skip-dependency-check"), ("-w", "--wheel"), ("-v", "--verbose")):
        parser.add_argument(*names, action="store_true")
    return parser.parse_args()


def config_settings(args, name, paths):
    settings = {}

    # a project's own backend may call another one that is among the inputs
    def asks(module):
        return name.split(".")[0] == module or paths and importlib.util.find_spec(module)

    def add(key, values):
        settings[key] = settings.get(key, []) + values

    for setting in args.settings:
        key, _, value = setting.partition("=")
        add(key, [value])
    if asks("mesonpy"):
        add("setup-args", args.meson_flag)
        if args.jobs:
            settings.setdefault("compile-args", [f"-j{args.jobs}"])
    if asks("scikit_build_core"):
        add("cmake.args", args.cmake_flag)
    add("--global-option", args.global_flag)
    add("--build-option", args.build_flag)
    # one value is text, several are a list, as other front ends hand them over
    return {key: values[0] if len(values) == 1 else values for key, values in settings.items() if values}


given = options()
name, paths = build_system()
backend = load(name, paths)
check_tree()
os.makedirs("dist", exist_ok=True)
print(f"built dist/{backend.build_wheel(os.path.abspath('dist'), config_settings(given, name, paths) or None, None)}")
