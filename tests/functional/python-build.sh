#!/bin/sh
# What a recipe's flags for the tools behind a backend become: the settings of PEP 517 that the backend gets.
. "$(dirname "$0")/../lib.sh"
front=$(cd "$(dirname "$0")/../.." && pwd)/pkgs/python/build-wheel.py
python3 -c 'import tomllib' 2>/dev/null || skip_all "no python3 with tomllib"
plan 9
mkdir -p "$T/tree" "$T/meson" "$T/skbuild" && cd "$T/tree" || exit 1
printf '[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["."]\n' >pyproject.toml
cat >own.py <<'PY'
import json
def build_wheel(folder, config_settings, metadata):
    print(json.dumps(config_settings, sort_keys=True))
    return "x.whl"
PY
touch "$T/meson/mesonpy.py" "$T/skbuild/scikit_build_core.py"

# settings PATH FLAG…: what the backend gets, with the modules of PATH among the inputs
settings() {
	path=$1
	shift
	PYTHONPATH=$path python3 "$front" "$@" 2>&1 | sed '/^built/d'
}
is "nothing is no settings" "$(settings '')" null
is "pypaBuildFlags, in each spelling" "$(settings '' -Ca=1 -C b=2 --config-setting=c=x=y -v --no-isolation)" \
	'{"a": "1", "b": "2", "c": "x=y"}'
is "one key more than once is a list" "$(settings '' -Ca=1 -Ca=2)" '{"a": ["1", "2"]}'
is "mesonFlags are meson-python's" "$(settings "$T/meson" --meson-flag=-Dx=1 --meson-flag=-Dy=2)" '{"setup-args": ["-Dx=1", "-Dy=2"]}'
is "which builds on as many cores as it may" "$(settings "$T/meson" --jobs=3)" '{"compile-args": "-j3"}'
is "cmakeFlags are scikit-build-core's" "$(settings "$T/skbuild" --cmake-flag=-DX=1 --jobs=3)" '{"cmake.args": "-DX=1"}'
is "and nobody's elsewhere" "$(settings '' --cmake-flag=-DX=1 --meson-flag=-Dx=1)" null
is "flags of setup.py" "$(settings '' --global-flag=--verbose --build-flag=--limited)" \
	'{"--build-option": "--limited", "--global-option": "--verbose"}'
fails_like "another flag is refused" 'pypaBuildFlags: error: unrecognized arguments: --sdist' python3 "$front" --sdist
