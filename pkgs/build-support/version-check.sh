# Runs the package's program, which is called as pname or is the only one, before its installation is
# checked, and wants to read the version. A recipe may say versionCheckProgram (a path),
# versionCheckProgramArg, versionCheckKeepEnvironment ("*", or names), dontVersionCheck. Without an
# argument said, --help and --version are tried.
_versionCheck() {
	local program=${versionCheckProgram:-} argument said name
	local -a all environment=() arguments=(--help --version) keep=()
	[ -z "${dontVersionCheck:-}" ] || return 0
	if [ -z "$program" ]; then
		program=${!outputBin}/bin/${NIX_MAIN_PROGRAM:-${pname:-}}
		all=("${!outputBin}"/bin/*)
		if [ ! -f "$program" ] && [ ${#all[@]} -eq 1 ]; then program=${all[0]}; fi
	fi
	[ -f "$program" ] && [ -x "$program" ] || die "versionCheckHook: '$program' is not an executable file
hint: say versionCheckProgram = its path"
	concatTo keep versionCheckKeepEnvironment
	if [ "${keep[*]}" != '*' ]; then
		environment=(env --ignore-environment "HOME=$TMPDIR")
		for name in "${keep[@]}"; do environment+=("$name=${!name-}"); done
	fi
	[ -z "${versionCheckProgramArg:-}" ] || read -ra arguments <<<"$versionCheckProgramArg"
	for argument in "${arguments[@]}"; do
		said=$("${environment[@]}" "$program" "$argument" 2>&1) || true
		if [[ $said == *"$version"* ]]; then
			echo "versionCheckHook: '$program $argument' says $version"
			return 0
		fi
	done
	die "versionCheckHook: '$program' does not say version $version; '${arguments[*]}' gave: $said
hint: is the version in the recipe the source's? dontVersionCheck = true leaves it out"
}
preInstallCheckHooks+=(_versionCheck)
