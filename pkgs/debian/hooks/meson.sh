# shellcheck shell=bash disable=SC2154,SC2034 # what recipes and setup.sh set and read
# Meson configures, tests and installs; ninja builds.
mesonConfigurePhase() {
	runHook preConfigure
	local -a flags=()
	if [ -z "${dontAddPrefix:-}" ]; then flags+=("--prefix=$prefix"); fi
	flags+=("--bindir=${!outputBin}/bin" "--sbindir=${!outputBin}/sbin"
		"--includedir=${!outputInclude}/include" "--libdir=${!outputLib}/lib"
		"--libexecdir=${!outputLib}/libexec" "--localedir=${!outputLib}/share/locale"
		"--mandir=${!outputMan}/share/man" "--infodir=${!outputInfo}/share/info"
		"-Dauto_features=${mesonAutoFeatures:-enabled}" "--buildtype=${mesonBuildType:-plain}"
		"--wrap-mode=${mesonWrapMode:-nodownload}")
	concatTo flags mesonFlags mesonFlagsArray
	echo "meson flags: ${flags[*]}"
	meson setup "${mesonBuildDir:=build}" "${flags[@]}"
	cd "$mesonBuildDir"
	: "${enableParallelBuilding=1}"
	runHook postConfigure
}

mesonCheckPhase() {
	runHook preCheck
	local -a flags=()
	concatTo flags mesonCheckFlags mesonCheckFlagsArray
	meson test --no-rebuild --print-errorlogs "${flags[@]}"
	runHook postCheck
}

mesonInstallPhase() {
	runHook preInstall
	local -a flags=()
	if [ -n "${mesonInstallTags:-}" ]; then flags+=("--tags" "$(concatStringsSep , mesonInstallTags)"); fi
	concatTo flags mesonInstallFlags mesonInstallFlagsArray
	meson install --no-rebuild "${flags[@]}"
	runHook postInstall
}

# Ninja's own hook, which is an input beside this one or not, would check and install by ninja.
if [ -z "${dontUseMesonConfigure:-}" ]; then
	if [ -z "${configurePhase:-}" ]; then configurePhase=mesonConfigurePhase; fi
	if [ -z "${dontUseMesonCheck:-}" ] && [[ ${checkPhase:-ninjaCheckPhase} == ninjaCheckPhase ]]; then
		checkPhase=mesonCheckPhase dontUseNinjaCheck=1
	fi
	if [ -z "${dontUseMesonInstall:-}" ] && [[ ${installPhase:-ninjaInstallPhase} == ninjaInstallPhase ]]; then
		installPhase=mesonInstallPhase dontUseNinjaInstall=1
	fi
fi
