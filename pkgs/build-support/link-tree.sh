# linkTree FROM TO: makes FROM's folders in TO and, in them, symlinks to FROM's files. Symlinks are
# copied as they are, so that relative ones mean the merged tree. What TO has already stays.
linkTree() {
	local from=$1 to=$2 folder here there entry name
	local -a files links
	while IFS= read -r -d '' folder; do
		here=$to${folder:+/$folder} there=$from${folder:+/$folder}
		# another package's file has this folder's name
		if [ ! -d "$here" ] && { [ -e "$here" ] || [ -L "$here" ]; }; then continue; fi
		mkdir -p "$here"
		files=() links=()
		while IFS= read -r -d '' entry; do
			name=${entry#?}
			if [ -e "$here/$name" ] || [ -L "$here/$name" ]; then continue; fi
			if [[ $entry == l* ]]; then links+=("$there/$name"); else files+=("$there/$name"); fi
		done < <(find "$there" -mindepth 1 -maxdepth 1 ! -type d -printf '%y%f\0' | sort -z)
		_linkTreeEach ln -s -t "$here" -- "${files[@]}"
		_linkTreeEach cp -P -t "$here" -- "${links[@]}"
	done < <(find "$from" -type d -printf '%P\0' | sort -z)
}

# COMMAND… -- FILE…: in as few processes as there may be.
_linkTreeEach() {
	local -a command=()
	while [ "$1" != -- ]; do
		command+=("$1")
		shift
	done
	shift
	[ $# -eq 0 ] || printf '%s\0' "$@" | xargs -0 "${command[@]}" --
}
