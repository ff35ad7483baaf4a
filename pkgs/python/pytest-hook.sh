# Runs pytest as the check of a Python package: disabledTests, disabledTestPaths, pytestFlags.
pytestCheckPhase() {
	runHook preInstallCheck
	local -a flags=() names=() paths=()
	local expression='' item
	concatTo flags pytestFlags pytestFlagsArray
	concatTo names disabledTests
	concatTo paths disabledTestPaths
	for item in "${names[@]}"; do expression="${expression:+$expression and }not $item"; done
	for item in "${paths[@]}"; do flags+=("--ignore-glob=$item"); done
	"$pythonInterpreter" -m pytest ${expression:+-k "$expression"} "${flags[@]}"
	runHook postInstallCheck
}
if [ -z "${installCheckPhase:-}" ]; then
	installCheckPhase() { pytestCheckPhase; }
fi
