# linkTrees TO FROM…: makes the folders of each FROM in TO and, in them, symlinks to its files. Symlinks are
# copied as they are, so that relative ones mean the merged tree. What has a name first, also in TO, keeps
# it; a folder where there is a link to one is merged into that. It takes as many processes for many
# trees as for one; needs make-links.sh.
linkTrees() {
	local to=$1 list
	shift
	local -A kind=() # of what TO has, by "/NAME": f(ile), d(irectory); of a link l and its target
	[ $# -gt 0 ] || return 0
	list=$(mktemp)
	find "$to" -mindepth 1 -printf '%y%P\0%l\0' >"$list"
	_linkTreesHas "$list"
	printf '%s\0' "$@" | find -H -files0-from - -printf '%y%H\0%P\0%l\0' >"$list"
	_linkTreesTake "$list" | makeLinks "$to"
	rm -f "$list"
}

linkTree() { linkTrees "$2" "$1"; }

_linkTreesHas() {
	local -a all
	local i
	mapfile -d '' -t all <"$1"
	kind[/]=d
	for ((i = 0; i < ${#all[@]}; i += 2)); do
		kind[/${all[i]#?}]=${all[i]:0:1}${all[i + 1]}
	done
}

# Folders come before what is in them.
_linkTreesTake() {
	local -a all
	local -A place=() # of a FROM's folders in TO
	local i from='' name parent here
	mapfile -d '' -t all <"$1"
	for ((i = 0; i < ${#all[@]}; i += 3)); do
		if [ "${all[i]#?}" != "$from" ] || [ -z "${all[i + 1]}" ]; then
			from=${all[i]#?} place=([/]=/)
			continue
		fi
		name=${all[i + 1]}
		parent=/${name%"${name##*/}"}
		parent=${parent%/}
		here=${place[${parent:-/}]-}
		# another tree's file has its folder's name
		[ -n "$here" ] || continue
		here=${here%/}/${name##*/}
		case ${all[i]} in
		d*) _linkTreesFolder "/$name" "$here" ;;
		*)
			[ -z "${kind[$here]-}" ] || continue
			case ${all[i]} in
			l*) kind[$here]=l${all[i + 2]} && makeLink "${here#/}" "${all[i + 2]}" ;;
			*) kind[$here]=f && makeLink "${here#/}" "$from/$name" ;;
			esac
			;;
		esac
	done
}

_linkTreesFolder() {
	local here=$2 steps=0
	while [[ ${kind[$here]-} == l* ]] && [ $((steps += 1)) -le 40 ]; do
		_linkTreesFollow "$here" "${kind[$here]#l}"
	done
	case ${kind[$here]-} in
	d) place[$1]=$here ;;
	'')
		kind[$here]=d place[$1]=$here
		makeFolder "${here#/}"
		;;
	esac
}

# here becomes what a link there means within TO; one that leaves it is nothing to merge into.
_linkTreesFollow() {
	local rest=$2/ at=${1%/*} part
	if [[ $2 == /* ]]; then
		here=/..
		return
	fi
	while [ -n "$rest" ]; do
		part=${rest%%/*} rest=${rest#*/}
		case $part in
		'' | .) ;;
		..) at=${at%/*} ;;
		*) at=$at/$part ;;
		esac
	done
	here=${at:-/}
}
