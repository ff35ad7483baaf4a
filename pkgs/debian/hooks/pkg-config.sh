# shellcheck shell=bash
# pkg-config finds the packages of every input.
_pkgConfigFolders() {
	addToSearchPath PKG_CONFIG_PATH "$1/lib/pkgconfig"
	addToSearchPath PKG_CONFIG_PATH "$1/share/pkgconfig"
}
# shellcheck disable=SC2154 # set by setup.sh
addEnvHooks "$targetOffset" _pkgConfigFolders
