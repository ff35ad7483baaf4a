# mergeLinks FROM TO MODE: fills TO with symlinks to FROM's files. A folder that two packages have is a
# real folder here; a name that two packages give as a file is, by MODE, the first one's (`first`),
# an error unless the bytes are equal (`same`), or always an error (`strict`). Packages come
# in order of priority: with another $mergePriority than the first one's, the first one wins.
declare -A mergeOwner=()
mergePriority=5

mergeLinks() {
	local from=$1 to=$2 mode=$3 entry name target
	for entry in "$from"/* "$from"/.[!.]* "$from"/..?*; do
		[ -e "$entry" ] || [ -L "$entry" ] || continue
		name=${entry##*/}
		target=$to/$name
		if [ "$entry" = "$from/nix-support" ] && [ "$to" = "$out" ]; then continue; fi
		if [ ! -e "$target" ] && [ ! -L "$target" ]; then
			ln -s "$entry" "$target"
			mergeOwner[$target]=$mergePriority
		elif [ -d "$target" ] && [ -d "$entry" ]; then
			_mergeOpen "$target"
			mergeLinks "$entry" "$target" "$mode"
		else
			_mergeClash "$entry" "$target" "$mode"
		fi
	done
}

# A link to one package's folder becomes a folder of links, so that another can join it.
_mergeOpen() {
	local target=$1 old inner owner
	[ -L "$target" ] || return 0
	old=$(readlink -f "$target")
	owner=${mergeOwner[$target]:-5}
	rm "$target"
	mkdir "$target"
	for inner in "$old"/* "$old"/.[!.]* "$old"/..?*; do
		[ -e "$inner" ] || [ -L "$inner" ] || continue
		ln -s "$inner" "$target/${inner##*/}"
		mergeOwner[$target/${inner##*/}]=$owner
	done
}

_mergeClash() {
	local entry=$1 target=$2 mode=$3
	if [ "$mode" = first ] || [ "${mergeOwner[$target]:-5}" != "$mergePriority" ]; then return 0; fi
	if [ "$mode" = same ] && [ -f "$entry" ] && [ -f "$target" ] && cmp -s "$entry" "$target"; then return 0; fi
	echo "error: two packages have a different '${target#"$out"/}':" >&2
	echo "  $(readlink -f "$target")" >&2
	echo "  $entry" >&2
	echo "hint: drop one of them, give one a meta.priority, or say ignoreCollisions = true" >&2
	exit 1
}
