# shellcheck shell=bash
# Completion of kiln's commands, verbs, options, recipes and packages in bash, from the list that the program
# itself gives: what --help shows is what is offered.

# The recipes of the project that this folder is in.
_kiln_recipes() {
	local dir=$PWD file
	while [ -n "$dir" ] && [ ! -d "$dir/.flox/pkgs" ]; do dir=${dir%/*}; done
	for file in "$dir"/.flox/pkgs/*.nix "$dir"/.flox/pkgs/*/default.nix; do
		[ -e "$file" ] || continue
		file=${file%/default.nix} file=${file%.nix}
		echo "${file##*/}"
	done
}

# What a command takes by name: those of the set, too, where it looks there.
_kiln_names() {
	case $1 in
	"kiln show" | "kiln size" | "kiln shell" | "kiln develop" | "kiln check") kiln search --names 2>/dev/null || _kiln_recipes ;;
	*) _kiln_recipes ;;
	esac
}

_kiln() {
	local word=${COMP_WORDS[COMP_CWORD]} called=kiln i list
	COMPREPLY=()
	list=$(kiln help --list 2>/dev/null) || return
	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ $'\n'$list == *$'\n'"$called ${COMP_WORDS[i]}"$'\t'* ]] && called+=" ${COMP_WORDS[i]}"
	done
	[ "$called" != "kiln help" ] || called=kiln
	case $word in
	-*) mapfile -t COMPREPLY < <(awk -F '\t' -v c="$called" -v w="$word" \
		'$1 == c && $3 != "" && index($3, w) == 1 { print $3 }' <<<"$list") ;;
	*) mapfile -t COMPREPLY < <(awk -F '\t' -v c="$called " -v w="$word" \
		'$3 == "" && index($1, c w) == 1 { rest = substr($1, length(c) + 1); if (rest !~ / /) print rest }' <<<"$list") ;;
	esac
	# Behind a command, and where it has no verb of that name, stand names and files.
	[ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(
		[ "$called" = kiln ] || compgen -W "$(_kiln_names "$called")" -- "$word"
		compgen -f -- "$word"
	)
}
complete -F _kiln kiln
