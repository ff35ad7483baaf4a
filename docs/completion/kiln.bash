# shellcheck shell=bash
# Completion of kiln's commands, verbs and options in bash, from the list that the program itself
# gives: what --help shows is what is offered.
_kiln() {
	local word=${COMP_WORDS[COMP_CWORD]} called=kiln i list
	COMPREPLY=()
	list=$(kiln help --list 2>/dev/null) || return
	for ((i = 1; i < COMP_CWORD; i++)); do
		grep -q "^$called ${COMP_WORDS[i]}"$'\t' <<<"$list" && called+=" ${COMP_WORDS[i]}"
	done
	case $word in
	-*) mapfile -t COMPREPLY < <(awk -F '\t' -v c="$called" -v w="$word" \
		'$1 == c && $3 != "" && index($3, w) == 1 { print $3 }' <<<"$list") ;;
	*) mapfile -t COMPREPLY < <(awk -F '\t' -v c="$called " -v w="$word" \
		'$3 == "" && index($1, c w) == 1 { rest = substr($1, length(c) + 1); if (rest !~ / /) print rest }' <<<"$list") ;;
	esac
	# Behind a command, and where it has no verb of that name, stand files.
	[ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$word")
}
complete -F _kiln kiln
