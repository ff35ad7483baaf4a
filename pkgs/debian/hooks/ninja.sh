# shellcheck shell=bash disable=SC2034 # read by setup.sh
# Ninja in make's place.
_ninja() {
	local -a flags=("-j${NIX_BUILD_CORES:-1}")
	concatTo flags ninjaFlags ninjaFlagsArray "$@"
	ninja "${flags[@]}"
}

ninjaBuildPhase() {
	runHook preBuild
	_ninja buildFlags buildFlagsArray
	runHook postBuild
}

ninjaCheckPhase() {
	runHook preCheck
	_ninja checkFlags checkFlagsArray checkTarget=test
	runHook postCheck
}

ninjaInstallPhase() {
	runHook preInstall
	_ninja installFlags installFlagsArray installTargets=install
	runHook postInstall
}

if [ -z "${dontUseNinjaBuild:-}${buildPhase:-}" ]; then buildPhase=ninjaBuildPhase; fi
if [ -z "${dontUseNinjaCheck:-}${checkPhase:-}" ]; then checkPhase=ninjaCheckPhase; fi
if [ -z "${dontUseNinjaInstall:-}${installPhase:-}" ]; then installPhase=ninjaInstallPhase; fi
