# mergeLinks FROM TO MODE: fills TO with symlinks to FROM's files. A folder that two packages have is a
# real folder here; a name that two packages give as a file is, by MODE, the first one's (`first`),
# an error unless the bytes are equal (`same`), or always an error (`strict`). Packages come
# in order of priority: with another $mergePriority than the first one's, the first one wins. The texts
# of licences that lie side by side at the top are nobody's conflict.
#
# TO is below $mergeTop. Nothing is made but by mergeMake, all at once, for which make-links.sh is needed.
declare -A mergeOwner=() mergeLink=() mergeFolder=()
mergePriority=5
mergeTop=${out:-}

mergeLinks() {
	local from=$1 to=$2 mode=$3 entry name target
	for entry in "$from"/* "$from"/.[!.]* "$from"/..?*; do
		[ -e "$entry" ] || [ -L "$entry" ] || continue
		name=${entry##*/}
		target=$to/$name
		if [ "$name" = nix-support ] && [ "$to" = "$mergeTop" ]; then continue; fi
		if [ -z "${mergeLink[$target]-}${mergeFolder[$target]-}" ]; then
			mergeLink[$target]=$entry
			mergeOwner[$target]=$mergePriority
		elif [ -d "${mergeLink[$target]:-/}" ] && [ -d "$entry" ]; then
			_mergeOpen "$target"
			mergeLinks "$entry" "$target" "$mode"
		else
			_mergeClash "$entry" "$target" "$mode"
		fi
	done
}

mergeMake() {
	local name
	{
		for name in "${!mergeFolder[@]}"; do makeFolder "${name#"$mergeTop"/}"; done
		for name in "${!mergeLink[@]}"; do
			[ -z "${mergeLink[$name]}" ] || makeLink "${name#"$mergeTop"/}" "${mergeLink[$name]}"
		done
	} | makeLinks "$mergeTop"
}

# A link to one package's folder becomes a folder of links, so that another can join it.
_mergeOpen() {
	local target=$1 old inner owner back=$PWD
	[ -z "${mergeFolder[$target]-}" ] || return 0
	cd -P -- "${mergeLink[$target]}"
	old=$PWD
	cd -- "$back"
	owner=${mergeOwner[$target]:-5}
	mergeLink[$target]='' mergeFolder[$target]=1
	for inner in "$old"/* "$old"/.[!.]* "$old"/..?*; do
		[ -e "$inner" ] || [ -L "$inner" ] || continue
		mergeLink[$target/${inner##*/}]=$inner
		mergeOwner[$target/${inner##*/}]=$owner
	done
}

# _mergeIsLicense FILE: of the tree.
_mergeIsLicense() {
	local upper=${1##*/}
	upper=${upper^^}
	[ "${1%/*}" = "$mergeTop" ] && [[ $upper = LICENSE || $upper = LICENSE.* || $upper = LICENCE || $upper = COPYING || $upper = COPYING.* || $upper = NOTICE ]]
}

# The same bytes, which can be executed or not.
_mergeIsSame() {
	if [ -x "$1" ]; then
		[ -x "$2" ] || return 1
	elif [ -x "$2" ]; then
		return 1
	fi
	cmp -s "$1" "$2"
}

_mergeClash() {
	local entry=$1 target=$2 mode=$3 first=${mergeLink[$2]:-$2}
	if [ "$mode" = first ] || [ "${mergeOwner[$target]:-5}" != "$mergePriority" ]; then return 0; fi
	if [ -f "$entry" ] && [ -f "$first" ]; then
		if _mergeIsLicense "$target"; then return 0; fi
		if [ "$mode" = same ] && _mergeIsSame "$entry" "$first"; then return 0; fi
	fi
	echo "error: two packages have a different '${target#"$mergeTop"/}':" >&2
	echo "  $(readlink -f "$first")" >&2
	echo "  $entry" >&2
	echo "hint: drop one of them, give one a meta.priority, or say ignoreCollisions = true" >&2
	exit 1
}

# mergePackage PATH: one more package, by $mode, $pathsToLink and $singleFiles.
mergePackage() {
	local path=$1 sub
	if [ -f "$path" ]; then
		if [ "$singleFiles" = skip ]; then return 0; fi
		echo "error: buildEnv: '$path' is a file, not a folder" >&2
		echo "hint: leave it out, or say ignoreSingleFileOutputs = true" >&2
		exit 1
	fi
	for sub in $pathsToLink; do
		sub=${sub%/}
		[ -d "$path$sub" ] || continue
		_mergeFolders "$sub"
		mergeLinks "$path$sub" "$mergeTop$sub" "$mode"
	done
}

# The folders of a path to link, which may be of some package that came before.
_mergeFolders() {
	local rest=${1#/} at=$mergeTop
	while [ -n "$rest" ]; do
		at=$at/${rest%%/*}
		if [[ $rest == */* ]]; then rest=${rest#*/}; else rest=''; fi
		if [ -n "${mergeLink[$at]-}" ]; then _mergeOpen "$at"; else mergeFolder[$at]=1; fi
	done
}

# mergeEnvironment: all of buildEnv's. What packages want to be seen with them comes after them, each
# generation less urgent than the one before.
mergeEnvironment() {
	local item path
	local -a next=() now=()
	local -A seen=()
	mergeTop=$out$extraPrefix
	mkdir -p "$mergeTop"
	for item in $(<"$chosenPath"); do
		path=${item#*:}
		[ -z "${seen[$path]:-}" ] || continue
		seen[$path]=1
		mergePriority=${item%%:*}
		mergePackage "$path"
		next+=("$path")
	done
	mergePriority=1000
	while [ ${#next[@]} -gt 0 ]; do
		now=("${next[@]}") next=()
		for item in "${now[@]}"; do
			[ -f "$item/nix-support/propagated-user-env-packages" ] || continue
			for path in $(<"$item/nix-support/propagated-user-env-packages"); do
				[ -z "${seen[$path]:-}" ] || continue
				seen[$path]=1
				mergePackage "$path"
				next+=("$path")
			done
		done
		mergePriority=$((mergePriority + 1))
	done
	if [ -n "${closures:-}" ]; then
		singleFiles=skip
		while IFS= read -r path; do
			if [ -z "${seen[$path]:-}" ]; then mergePackage "$path"; fi
		done <"$closures"
	fi
	mergeMake
	if [ -n "${manifest:-}" ]; then ln -s "$manifest" "$mergeTop/manifest"; fi
}
