# wrapPython: programs that find their Python packages and the programs of what they need.
#   wrapPythonPrograms                   those of $out/bin, for $out and $pythonPath
#   wrapPythonProgramsIn FOLDER "PATH…"  those of another folder, for these packages
#   buildPythonPath "PATH…"              program_PYTHONPATH and program_PATH of these and all that they need
# makeWrapperArgs is handed on to wrapProgram; permitUserSite lets packages of the user's own in.

_pythonPathOf() {
	local at=$1 needed
	[[ $_pythonPathSeen != *" $at "* ]] || return 0
	_pythonPathSeen+="$at "
	addToSearchPath program_PYTHONPATH "$at/@sitePackages@"
	addToSearchPath program_PATH "$at/bin"
	[ -f "$at/nix-support/propagated-build-inputs" ] || return 0
	while read -r needed; do
		_pythonPathOf "$needed"
	done < <(tr -s ' ' '\n' <"$at/nix-support/propagated-build-inputs")
}
buildPythonPath() {
	local at _pythonPathSeen=' '
	program_PYTHONPATH= program_PATH=
	for at in $1; do
		_pythonPathOf "$at"
	done
}
wrapPythonProgramsIn() {
	local folder=$1 file
	local -a common=() own=() given=()
	[ -d "$folder" ] || return 0
	buildPythonPath "$2"
	if _isArray makeWrapperArgs; then
		given=("${makeWrapperArgs[@]}")
	else
		# as text it may have quotes of its own
		eval "given=(${makeWrapperArgs:-})"
	fi
	common=(--prefix PATH : "$program_PATH")
	[ -n "${permitUserSite:-}" ] || common+=(--set PYTHONNOUSERSITE true)
	while IFS= read -r -d '' file; do
		own=()
		# kiln's wheel builder has told its own scripts already, without an environment that children inherit
		grep -q '# kiln:site$' "$file" || own=(--prefix PYTHONPATH : "$program_PYTHONPATH")
		wrapProgram "$file" "${common[@]}" "${own[@]}" "${given[@]}"
	done < <(find "$folder" -type f -perm -0100 ! -name '.*-wrapped*' -print0 | sort -z)
}
wrapPythonPrograms() {
	local -a path=()
	concatTo path pythonPath
	wrapPythonProgramsIn "$out/bin" "$out ${path[*]}"
}
