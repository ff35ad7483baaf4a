# Runs pytest as the check of a Python package. Of what it collects stay enabledTestPaths, enabledTests
# and enabledTestMarks, where there are any, without disabledTestPaths, disabledTests and
# disabledTestMarks; pytestFlags and pytestFlagsArray are handed on.

# _pytestChoice ENABLED DISABLED: pytest's expression of two lists.
_pytestChoice() {
	local -a enabled=() disabled=()
	local expression='' item
	concatTo enabled "$1"
	concatTo disabled "$2"
	for item in "${enabled[@]}"; do expression+="${expression:+ or }$item"; done
	if [ -n "$expression" ]; then expression="($expression)"; fi
	for item in "${disabled[@]}"; do expression+="${expression:+ and }not $item"; done
	echo "$expression"
}
# What is misspelt would leave out, or leave in, nothing.
_pytestExists() {
	compgen -G "$1" >/dev/null || die "$2: '$1' matches no file"
}
pytestCheckPhase() {
	runHook preInstallCheck
	local -a flags=() enabled=() disabled=()
	local expression item
	concatTo enabled enabledTestPaths
	concatTo disabled disabledTestPaths
	for item in "${disabled[@]}"; do
		if [[ $item == *::* ]]; then
			flags+=("--deselect=$item")
		else
			_pytestExists "$item" disabledTestPaths
			flags+=("--ignore-glob=$item")
		fi
	done
	expression=$(_pytestChoice enabledTests disabledTests)
	if [ -n "$expression" ]; then flags+=(-k "$expression"); fi
	expression=$(_pytestChoice enabledTestMarks disabledTestMarks)
	if [ -n "$expression" ]; then flags+=(-m "$expression"); fi
	concatTo flags pytestFlags pytestFlagsArray
	for item in "${enabled[@]}"; do
		if [[ $item == *::* ]]; then
			flags+=("$item")
		else
			_pytestExists "$item" enabledTestPaths
			mapfile -t -O "${#flags[@]}" flags < <(compgen -G "$item")
		fi
	done
	"$pythonInterpreter" -m pytest "${flags[@]}"
	runHook postInstallCheck
}
if [ -z "${installCheckPhase:-}" ] && [ -z "${dontUsePytestCheck:-}" ]; then
	installCheckPhase() { pytestCheckPhase; }
fi
