# The phases of a Python package, for what its recipe does not say itself. $pythonFormat is wheel,
# pyproject, setuptools (both: PEP 517) or other. Wheels are installed, and packages finished, by kiln's
# own wheel builder, which a build with the system feature `kiln` can call.
export pythonInterpreter=@python@ sitePackagesPath=@sitePackages@
export PYTHONHASHSEED=0 PYTHONNOUSERSITE=1 PYTHONDONTWRITEBYTECODE=1
export pythonPath pname
_pythonWheelFiles=$NIX_BUILD_TOP/.kiln-wheel-files

# _pythonWheel STEP KEY=VALUE…: see builtin:kiln-wheel-1 for what may be said.
_pythonWheel() {
	local status
	[ -p /proc/self/fd/250 ] || die "Python packages are installed by kiln itself, which does not run this build"
	printf '%s\0' builtin:kiln-wheel-1 "step=$1" "out=$out" python=@python@ pythonVersion=@pythonVersion@ \
		runpath=@runpath@ loader=@loader@ loaderPath=@loaderPath@ patchelf=@patchelf@ \
		"pythonPath=$(_pythonWords pythonPath)" "${@:2}" '' >&250
	IFS= read -r -u 251 status || status=1
	return "$status"
}
# The words of a variable, be it text or a list.
_pythonWords() {
	local -a list=()
	concatTo list "$1"
	echo "${list[*]}"
}
# The same, of names: `true` in a recipe means all.
_pythonNames() {
	local names
	names=$(_pythonWords "$1")
	if [ "$names" = 1 ]; then echo '*'; else echo "$names"; fi
}
# What METADATA asks for must be there; a recipe that only names a wheel may leave it out, with a warning.
_pythonCheckDeps() {
	if [ -n "${dontCheckRuntimeDeps:-}" ]; then
		return
	elif [ "$pythonFormat" = wheel ] && [ -z "${dontCheckRuntimeDeps+set}" ]; then
		echo warn
	else
		echo 1
	fi
}
_pythonInput() {
	addToSearchPath PYTHONPATH "$1/@sitePackages@"
	# what packages bring for CMake, as pybind11 does
	addToSearchPath CMAKE_PREFIX_PATH "$1/@sitePackages@"
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
# A source archive has no history to find its version in: the recipe's is told to the backends that ask.
_pythonTellVersion() {
	[[ ${version:-} =~ ^v?[0-9][0-9A-Za-z.+!]*$ ]] || return 0
	export SETUPTOOLS_SCM_PRETEND_VERSION=${SETUPTOOLS_SCM_PRETEND_VERSION-$version}
	export PDM_BUILD_SCM_VERSION=${PDM_BUILD_SCM_VERSION-$version}
	export POETRY_DYNAMIC_VERSIONING_BYPASS=${POETRY_DYNAMIC_VERSIONING_BYPASS-$version}
}
# _pythonFlags OPTION VARIABLE…: the words of the variables, each with this option before it, at the end of flags.
_pythonFlags() {
	local option=$1 word
	local -a words=()
	shift
	concatTo words "$@"
	for word in "${words[@]}"; do flags+=("$option=$word"); done
}
_pythonBuild() {
	local -a flags=()
	runHook preBuild
	_pythonTellVersion
	export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL-${NIX_BUILD_CORES:-1}}
	concatTo flags pypaBuildFlags pypaBuildFlagsArray
	_pythonFlags --meson-flag mesonFlags mesonFlagsArray
	_pythonFlags --cmake-flag cmakeFlags cmakeFlagsArray
	_pythonFlags --global-flag setupPyGlobalFlags setupPyGlobalFlagsArray
	_pythonFlags --build-flag setupPyBuildFlags setupPyBuildFlagsArray
	"$pythonInterpreter" @buildWheel@ "--jobs=${NIX_BUILD_CORES:-1}" "${flags[@]}"
	runHook postBuild
}
# Packages that others have parts of, too, have no file of their own.
_pythonNamespaces() {
	local name folder
	for name in $(_pythonWords pythonNamespaces); do
		folder=$out/@sitePackages@/${name//.//}
		while [ "$folder" != "$out/@sitePackages@" ]; do
			rm -f "$folder/__init__.py" "$folder"/__pycache__/__init__.*
			folder=${folder%/*}
		done
	done
}
_pythonInstall() {
	runHook preInstall
	local -a wheels
	shopt -s nullglob
	wheels=(dist/*.whl)
	shopt -u nullglob
	[ ${#wheels[@]} -gt 0 ] || die "no wheel in dist/"
	rm -f "$_pythonWheelFiles"
	_pythonWheel install "wheel=$(printf '%s ' "${wheels[@]/#/$PWD/}")" "fileList=$_pythonWheelFiles" \
		"removeDeps=$(_pythonNames pythonRemoveDeps)" "relaxDeps=$(_pythonNames pythonRelaxDeps)" \
		"checkDeps=$(_pythonCheckDeps)"
	runHook postInstall
}
_pythonFinish() {
	local compile=1
	[ -d "$out" ] || return 0
	[ -z "${dontCompile:-}" ] || compile=
	_pythonWheel finish "dontWrap=${dontWrapPythonPrograms:-}" "dontRelocate=${dontPatchELF:-}" \
		"compile=$compile" "slots=$(_pythonWords pythonSlots)"
}
_pythonWrap() {
	if declare -F wrapPythonPrograms >/dev/null && [ -z "${dontWrapPythonPrograms:-}" ]; then wrapPythonPrograms; fi
}
_pythonImports() {
	local name
	[ -n "${pythonImportsCheck:-}" ] && [ -z "${dontUsePythonImportsCheck:-}" ] || return 0
	for name in $pythonImportsCheck; do
		echo "importing $name"
		(cd "$out" && PYTHONPATH="$out/@sitePackages@${PYTHONPATH:+:$PYTHONPATH}" "$pythonInterpreter" -c "import $name") || {
			nixErrorLog "pythonImportsCheck: '$name' cannot be imported"
			nixHintLog "name what it imports in dependencies, or take it out of pythonImportsCheck"
			exit 1
		}
	done
}

# As variables, which the hooks of cmake, meson and ninja leave alone: a backend calls these itself.
_pythonNoBuild() {
	runHook preBuild
	runHook postBuild
}
case ${pythonFormat:-other} in
wheel)
	unpackPhase() { _pythonUnpackWheel; }
	: "${buildPhase:=_pythonNoBuild}"
	;;
pyproject | setuptools)
	: "${buildPhase:=_pythonBuild}"
	;;
esac
# What a wheel brought stays as the wheel builder made it: pages and folders, and the first lines of
# scripts; what the recipe adds is treated as everywhere.
_fixupShebangs() {
	local file
	local -A wheel=()
	local -a rest=()
	[ -z "${dontPatchShebangs:-}" ] || return 0
	if [ -f "$_pythonWheelFiles" ]; then
		while IFS= read -r -d '' file; do wheel[$file]=1; done <"$_pythonWheelFiles"
	fi
	while IFS= read -r -d '' file; do
		[ -n "${wheel[$file]:-}" ] || rest+=("$file")
	done < <(find "$prefix" -type f -perm -0100 -print0 | sort -z)
	[ ${#rest[@]} -eq 0 ] || patchShebangs --host "${rest[@]}"
}

if [ "${pythonFormat:-other}" != other ]; then
	: "${forceShare=}" "${dontGzipMan=1}" "${dontMoveLib64=1}" "${dontMoveSbin=1}"
	configurePhase() {
		runHook preConfigure
		runHook postConfigure
	}
	: "${installPhase:=_pythonInstall}"
	preInstallCheckHooks+=(_pythonTestPath)
fi
_pythonTestPath() { export PYTHONPATH="$out/@sitePackages@${PYTHONPATH:+:$PYTHONPATH}"; }
postFixupHooks+=(_pythonNamespaces _pythonFinish _pythonWrap _pythonImports)
