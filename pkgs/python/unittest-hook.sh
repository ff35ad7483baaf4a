# Runs the standard library's unittest as the check of a Python package: unittestFlags.
unittestCheckPhase() {
	runHook preInstallCheck
	local -a flags=()
	concatTo flags unittestFlags unittestFlagsArray
	"$pythonInterpreter" -m unittest discover "${flags[@]}"
	runHook postInstallCheck
}
if [ -z "${installCheckPhase:-}" ]; then
	installCheckPhase() { unittestCheckPhase; }
fi
