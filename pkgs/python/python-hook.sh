# The phases of a Python package, for what its recipe does not say itself. $pythonFormat is wheel,
# pyproject, setuptools (both: PEP 517) or other.
export pythonInterpreter=@python@ pythonVersion=@pythonVersion@ sitePackagesPath=@sitePackages@
export packagingPath=@packaging@/@sitePackages@ patchelfTool=@patchelf@ runpath=@runpath@
export PYTHONHASHSEED=0 PYTHONNOUSERSITE=1 PYTHONDONTWRITEBYTECODE=1
export pythonPath pname pythonRemoveDeps pythonRelaxDeps pythonSlots dontCheckRuntimeDeps
export dontWrapPythonPrograms dontPatchELF dontCompile

_pythonInput() {
	addToSearchPath PYTHONPATH "$1/@sitePackages@"
}
addEnvHooks 0 _pythonInput

_pythonUnzip() {
	[[ $1 == *.zip ]] || return 1
	"$pythonInterpreter" -m zipfile -e "$1" .
}
unpackCmdHooks+=(_pythonUnzip)

_pythonUnpackWheel() {
	local source
	local -a sources=()
	runHook preUnpack
	concatTo sources src srcs
	mkdir -p dist
	for source in "${sources[@]}"; do
		stripHash "$source" >/dev/null
		cp -- "$source" "dist/$strippedName"
	done
	sourceRoot=.
	runHook postUnpack
}
_pythonBuild() {
	runHook preBuild
	"$pythonInterpreter" @buildWheel@
	runHook postBuild
}
_pythonInstall() {
	runHook preInstall
	"$pythonInterpreter" @installWheel@
	runHook postInstall
}
_pythonFinish() {
	"$pythonInterpreter" @finishPackage@
}
_pythonImports() {
	local name
	[ -n "${pythonImportsCheck:-}" ] || return 0
	for name in $pythonImportsCheck; do
		echo "importing $name"
		(cd "$out" && PYTHONPATH="$out/@sitePackages@${PYTHONPATH:+:$PYTHONPATH}" "$pythonInterpreter" -c "import $name")
	done
}

case ${pythonFormat:-other} in
wheel)
	unpackPhase() { _pythonUnpackWheel; }
	buildPhase() {
		runHook preBuild
		runHook postBuild
	}
	;;
pyproject | setuptools)
	buildPhase() { _pythonBuild; }
	;;
esac
if [ "${pythonFormat:-other}" != other ]; then
	configurePhase() {
		runHook preConfigure
		runHook postConfigure
	}
	installPhase() { _pythonInstall; }
	preInstallCheckHooks+=(_pythonTestPath)
fi
_pythonTestPath() { export PYTHONPATH="$out/@sitePackages@${PYTHONPATH:+:$PYTHONPATH}"; }
postFixupHooks+=(_pythonFinish _pythonImports)
