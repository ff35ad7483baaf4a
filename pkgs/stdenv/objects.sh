# The part of $stdenv/setup that is for what compilers make, after setup.sh: what the compiler's wrapper is
# told, and what becomes of programs and libraries. $buildOnly are the store paths that only compiling needs.

# What differs from machine to machine is left out of what is compiled.
export NIX_ENFORCE_PURITY=${NIX_ENFORCE_PURITY-1} NIX_ENFORCE_NO_NATIVE=${NIX_ENFORCE_NO_NATIVE-1}

_compilerFlags() {
	local hash=${out:-$prefix}
	hash=${hash##*/}
	export NIX_CFLAGS_COMPILE="-frandom-seed=${hash:0:10}${NIX_CFLAGS_COMPILE:+ $NIX_CFLAGS_COMPILE}"
	if [ "${NIX_NO_SELF_RPATH:-0}" != 1 ]; then
		export NIX_LDFLAGS="-rpath ${!outputLib}/lib${NIX_LDFLAGS:+ $NIX_LDFLAGS}"
	fi
	if [ -n "${separateDebugInfo:-}" ]; then
		export NIX_SET_BUILD_ID=1 NIX_CFLAGS_COMPILE+=" -ggdb"
	fi
}

# _eachObject FUNCTION FOLDER…: the ELF objects below, each once, whatever its names.
_eachObject() {
	local fn=$1 file
	local -A seen=()
	shift
	while IFS= read -r -d '' file; do
		[ -z "${seen[${file%%:*}]:-}" ] || continue
		seen[${file%%:*}]=1
		file=${file#*:}
		! isELF "$file" || "$fn" "$file"
	done < <(find "$@" -type f -printf '%i:%p\0' 2>/dev/null | sort -z -t: -k2)
}

# Debug information goes to lib/debug/.build-id of the output `debug`, where debuggers look for it.
_debugInfoOf() {
	local file=$1 id target=$debug/lib/debug/.build-id
	id=$(readelf -n "$file" 2>/dev/null | sed -n 's/.*Build ID: //p')
	if [ ${#id} -lt 8 ]; then
		echo "'$file' has no build id: its debug information is dropped"
		return
	fi
	target+=/${id:0:2}
	mkdir -p "$target"
	[ ! -e "$target/${id:2}.debug" ] || return 0
	objcopy --only-keep-debug "$file" "$target/${id:2}.debug"
	chmod a-x "$target/${id:2}.debug"
}
_separateDebugInfo() {
	[ -n "${separateDebugInfo:-}" ] && [ "$output" != debug ] || return 0
	_eachObject _debugInfoOf "$prefix"
}

# _strip FOLDERS FLAGS: archives, too; what strip cannot read stays.
_strip() {
	local folder file
	local -a folders=() flags=()
	for folder in $1; do [ ! -d "$prefix/$folder" ] || folders+=("$prefix/$folder"); done
	[ ${#folders[@]} -gt 0 ] || return 0
	# shellcheck disable=SC2206 # words
	flags=($2)
	echo "stripping (${flags[*]}) in ${folders[*]}"
	while IFS= read -r -d '' file; do
		file=${file#*:}
		isELF "$file" || isArchive "$file" || continue
		chmod u+w "$file"
		strip "${flags[@]}" "$file" 2>/dev/null || echo "strip leaves '$file' as it is"
	done < <(find "${folders[@]}" -type f -printf '%i:%p\0' | sort -z -t: -k2 | sort -z -u -t: -k1,1)
}
isArchive() {
	local magic
	LANG=C IFS= read -r -n 7 magic <"$1" 2>/dev/null || return 1
	[ "$magic" = '!<arch>' ]
}
_stripOutput() {
	[ -z "${dontStrip:-}${dontStripHost:-}" ] && [ "$output" != debug ] || return 0
	_strip "${stripDebugList-lib lib32 lib64 libexec bin sbin}" "${stripDebugFlags:--S -p}"
	_strip "${stripAllList-}" "${stripAllFlags:--s -p}"
}

# A program searches the folders in which it finds something, and none of those that end with the build.
_shrinkRpath() {
	local file=$1 rpath
	rpath=$(patchelf --print-rpath "$file" 2>/dev/null) || return 0
	[ -n "$rpath" ] || return 0
	[ -n "${dontPatchELF:-}" ] || patchelf --shrink-rpath "$file"
	rpath=$(patchelf --print-rpath "$file")
	if [[ -z ${noAuditTmpdir:-} && :$rpath == *":$NIX_BUILD_TOP/"* ]]; then
		nixErrorLog "'$file' searches libraries in the build's folder, which is gone afterwards"
		printf '  RUNPATH: %s\n' "$rpath" >&2
		nixHintLog "install it by the build system's install target, or set its run path in preFixup: patchelf --set-rpath"
		exit 1
	fi
}
_finishObjects() { _eachObject _shrinkRpath "$prefix"; }
fixupOutputHooks+=(_separateDebugInfo _stripOutput _finishObjects)

# Which of $buildOnly the recipe itself names, as for a program that calls the compiler when it runs.
_namedByRecipe() { [[ $_recipe == *"${1##*/}"* ]]; }

# No output may keep the compiler alive: it is several hundred megabytes, and hardly ever meant.
_checkBuildOnly() {
	[ -z "${dontCheckBuildOnly:-}" ] || return 0
	local path name hash found
	local -a patterns=() outs=()
	for name in $(getAllOutputNames); do [ ! -e "${!name}" ] || outs+=("${!name}"); done
	for path in $buildOnly "${NIX_CC:-}" "${NIX_BINTOOLS:-}"; do
		[ -n "$path" ] && ! _namedByRecipe "$path" || continue
		hash=${path#"$NIX_STORE"/}
		patterns+=(-e "${hash%%-*}")
	done
	[ ${#patterns[@]} -gt 0 ] && [ ${#outs[@]} -gt 0 ] || return 0
	found=$({
		grep -rlaF "${patterns[@]}" -- "${outs[@]}" || :
		find "${outs[@]}" -type l -printf '%l %p\n' | grep -F "${patterns[@]}" | sed 's/.* //'
	} | sort -u) || :
	[ -n "$found" ] || return 0
	nixErrorLog "the outputs refer to the compiler or its headers, which would keep them in every closure"
	while IFS= read -r name; do
		hash=$({ if [ -L "$name" ]; then readlink "$name"; else cat "$name"; fi } |
			grep -aoE "$NIX_STORE/[a-z0-9]{32}-[-.+_?=0-9a-zA-Z]*" | grep -F "${patterns[@]}" | head -n 1) || :
		printf '  %s: %s\n' "$name" "$hash" >&2
	done < <(printf '%s\n' "$found" | head -n 3)
	nixHintLog "remove-references-to -t PATH FILE takes one out in postFixup; a package that calls the compiler names it, or says dontCheckBuildOnly = true"
	exit 1
}
postAllFixupHooks+=(_checkBuildOnly)

_compilerFlags
