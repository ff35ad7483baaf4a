# shellcheck shell=bash disable=SC2154 # what recipes and setup.sh set
# CMake finds packages in every input, and configures in a folder beside the source.
_cmakeFolder() { addToSearchPath CMAKE_PREFIX_PATH "$1"; }
addEnvHooks "$targetOffset" _cmakeFolder

# _cmakeInstallFolders: a line for each kind of file that GNUInstallDirs knows.
_cmakeInstallFolders() {
	local doc=${shareDocName:-${pname:-$name}}
	printf '%s\n' "BINDIR=${!outputBin}/bin" "SBINDIR=${!outputBin}/sbin" \
		"INCLUDEDIR=${!outputInclude}/include" "OLDINCLUDEDIR=${!outputInclude}/include" \
		"LIBDIR=${!outputLib}/lib" "LIBEXECDIR=${!outputLib}/libexec" "LOCALEDIR=${!outputLib}/share/locale" \
		"MANDIR=${!outputMan}/share/man" "INFODIR=${!outputInfo}/share/info" \
		"DOCDIR=${!outputDoc}/share/doc/$doc"
}

cmakeConfigurePhase() {
	runHook preConfigure
	local -a flags=()
	local pair
	if [ -z "${dontUseCmakeBuildDir:-}" ]; then
		mkdir -p "${cmakeBuildDir:=build}"
		cd "$cmakeBuildDir"
		: "${cmakeDir:=..}"
	else
		: "${cmakeDir:=.}"
	fi
	if [ -z "${dontAddPrefix:-}" ]; then flags+=("-DCMAKE_INSTALL_PREFIX=$prefix"); fi
	while IFS= read -r pair; do flags+=("-DCMAKE_INSTALL_$pair"); done < <(_cmakeInstallFolders)
	flags+=("-DCMAKE_BUILD_TYPE=${cmakeBuildType:-Release}"
		# tests are built where they are run
		"-DBUILD_TESTING=$([ -n "${doCheck:-}" ] && echo ON || echo OFF)"
		# what users have registered in their homes is no input
		-DCMAKE_EXPORT_NO_PACKAGE_REGISTRY=ON -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF
		-DCMAKE_FIND_USE_SYSTEM_PACKAGE_REGISTRY=OFF)
	for pair in C:CC CXX:CXX; do
		local program=${pair#*:}
		if [ -n "${!program:-}" ]; then flags+=("-DCMAKE_${pair%:*}_COMPILER=${!program}"); fi
	done
	if [ "${buildPhase:-}" = ninjaBuildPhase ]; then flags+=(-GNinja); fi
	concatTo flags cmakeFlags cmakeFlagsArray
	echo "cmake flags: ${flags[*]}"
	cmake "$cmakeDir" "${flags[@]}"
	: "${enableParallelBuilding=1}"
	runHook postConfigure
}

if [ -z "${dontUseCmakeConfigure:-}${configurePhase:-}" ]; then configurePhase=cmakeConfigurePhase; fi
