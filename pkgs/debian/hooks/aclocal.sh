# shellcheck shell=bash
# aclocal finds the macros of every input.
_aclocalFolder() { addToSearchPath ACLOCAL_PATH "$1/share/aclocal"; }
# shellcheck disable=SC2154 # set by setup.sh
addEnvHooks "$hostOffset" _aclocalFolder
