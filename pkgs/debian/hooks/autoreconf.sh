# shellcheck shell=bash
# The build system of a source is made anew by this set's autotools.
autoreconfPhase() {
	runHook preAutoreconf
	local -a flags=()
	concatTo flags autoreconfFlags="--install --force --verbose" autoreconfFlagsArray
	autoreconf "${flags[@]}"
	runHook postAutoreconf
}
appendToVar preConfigurePhases autoreconfPhase
