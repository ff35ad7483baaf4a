# Sets the interpreter and the run path of every ELF object of the outputs, so that they find what
# they need in the inputs and in the outputs themselves. A recipe may say:
#
#	autoPatchelfIgnoreMissingDeps	globs of libraries that nobody has to have; true: all
#	runtimeDependencies		packages whose lib programs search, too (for what they open)
#	appendRunpaths			folders at every run path's end
#	dontAutoPatchelf		leave it to a call of autoPatchelf
declare -a autoPatchelfFolders=()

addAutoPatchelfSearchPath() {
	local path
	for path in "$@"; do
		[[ $path == --* ]] || autoPatchelfFolders+=("$path")
	done
}
_autoPatchelfInput() { [ ! -d "$1/lib" ] || autoPatchelfFolders+=("$1/lib"); }
addEnvHooks "$targetOffset" _autoPatchelfInput

# Class and machine of an object, as hex digits.
_elfKind() { od -An -v -tx1 -j4 -N16 "$1" | tr -d ' \n' | sed 's/^\(..\).*\(....\)$/\1\2/'; }

# Fills the caller's table `libraries`: name -> folder, the first one first.
_autoPatchelfIndex() {
	local file
	while IFS= read -r -d '' file; do
		[ -n "${libraries[${file##*/}]:-}" ] || libraries[${file##*/}]=${file%/*}
	done < <(find -L "$@" -name '*.so*' -type f -print0 2>/dev/null | sort -z)
}

_autoPatchelfIgnores() {
	local glob
	local -a globs=()
	concatTo globs autoPatchelfIgnoreMissingDeps
	for glob in "${globs[@]}"; do
		# shellcheck disable=SC2053 # a glob
		if [ "$glob" = 1 ] || [[ $1 == $glob ]]; then return 0; fi
	done
	return 1
}

# _elfTls FILE: where the alignment of its thread-local storage stands (PT_TLS), and what it is.
_elfTls() {
	local table count at=0
	local -a row
	[ "$(od -An -v -tx1 -j4 -N2 "$1" | tr -d ' ')" = 0201 ] || return 0
	table=$(od -An -v -tu8 -j32 -N8 "$1")
	count=$(od -An -v -tu2 -j56 -N2 "$1")
	while read -ra row; do
		if [ "${row[0]}" = 7 ]; then echo "$((table + at * 56 + 48)) ${row[12]}"; fi
		at=$((at + 1))
	done < <(od -An -v -tu4 -w56 "-j$((table))" "-N$((count * 56))" "$1")
}

# patchelf gives PT_TLS of an executable the alignment of a page, with which its variables are not where
# its code has them. _elfKeepTls FILE WAS: puts back what _elfTls told.
_elfKeepTls() {
	local file=$1 was=${2#* } at now bytes i
	[ -n "$2" ] || return 0
	read -r at now <<<"$(_elfTls "$file")"
	[ "$now" != "$was" ] || return 0
	for i in 0 8 16 24; do bytes+=$(printf '\\x%02x' $((was >> i & 255))); done
	printf '%b' "$bytes" | dd of="$file" bs=1 "seek=$at" conv=notrunc status=none
}

_autoPatchelfFile() {
	local file=$1 name folder runpath='' tls program=
	local -a needed=() folders=() extra=()
	local -A have=()
	mapfile -t needed < <(patchelf --print-needed "$file" 2>/dev/null)
	tls=$(_elfTls "$file")
	if patchelf --print-interpreter "$file" >/dev/null 2>&1; then
		program=1
		concatTo extra runtimeDependencies
		for folder in "${extra[@]}"; do folders+=("$folder/lib"); done
	elif [ ${#needed[@]} -eq 0 ]; then
		return 0
	fi
	for name in "${needed[@]}"; do
		if [[ $name == */* ]]; then continue; fi
		if [ -n "${libraries[$name]:-}" ]; then
			folders+=("${libraries[$name]}")
		elif _autoPatchelfIgnores "$name"; then
			echo "autoPatchelf: '$file': $name is left to the runtime"
		else
			missing+=("$name, needed by $file")
		fi
	done
	concatTo folders appendRunpaths
	for folder in "${folders[@]}"; do
		[ -z "${have[$folder]:-}" ] || continue
		have[$folder]=1
		runpath+=${runpath:+:}$folder
	done
	# In this order: the other way round patchelf moves the dynamic section of some programs to where they
	# must not write.
	patchelf --set-rpath "$runpath" "$file"
	[ -z "$program" ] || patchelf --set-interpreter "@interpreter@" "$file"
	_elfKeepTls "$file" "$tls"
	echo "autoPatchelf: '$file': runpath is now $runpath"
}

# autoPatchelf [--no-recurse] PATH…
autoPatchelf() {
	local depth=() file kind name
	local -a missing=() own=()
	local -A libraries=()
	if [ "${1:-}" = --no-recurse ]; then depth=(-maxdepth 1) && shift; fi
	if [ "${1:-}" = -- ]; then shift; fi
	kind=$(_elfKind "@interpreter@")
	for name in $(getAllOutputNames); do [ ! -e "${!name}" ] || own+=("${!name}"); done
	_autoPatchelfIndex "${own[@]}"
	for name in "${autoPatchelfFolders[@]}" @glibc@/lib @gccLibs@/lib; do _autoPatchelfIndex "$name" -maxdepth 1; done
	while IFS= read -r -d '' file; do
		if isELF "$file" && [ "$(_elfKind "$file")" = "$kind" ]; then _autoPatchelfFile "$file"; fi
	done < <(find "$@" "${depth[@]}" -type f -print0 | sort -z)
	[ ${#missing[@]} -eq 0 ] || die "autoPatchelf: no input has: $(printf '\n  %s' "${missing[@]}")
hint: add the package to buildInputs, or the name to autoPatchelfIgnoreMissingDeps"
}

_autoPatchelfOutputs() {
	local name
	local -a own=()
	[ -z "${dontAutoPatchelf:-}" ] || return 0
	for name in $(getAllOutputNames); do [ ! -e "${!name}" ] || own+=("${!name}"); done
	autoPatchelf -- "${own[@]}"
}
postFixupHooks+=(_autoPatchelfOutputs)
