# shellcheck shell=bash
# Completion of kiln's command lines in bash: `kiln complete` says what may stand there.
_kiln() {
	local i word joined="" rest=${COMP_LINE-} adds=:words cut program=${COMP_WORDS[0]}
	local -a words=() offered=()
	COMPREPLY=()
	# Bash takes words apart at '=' and ':', too: what has no blank between is one.
	for ((i = 0; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [ "$i" -gt 0 ] && [ -n "$rest" ] && [[ $rest != [[:space:]]* ]]; then
			joined=${words[${#words[@]} - 1]}
			words[${#words[@]} - 1]=$joined$word
		else
			words+=("$word")
		fi
		rest=${rest#"${rest%%[![:space:]]*}"}
		rest=${rest#"$word"}
	done
	# The one that is typed, ../build/kiln say, knows best.
	[ -x "$program" ] && [ ! -d "$program" ] || program=kiln
	mapfile -t offered < <("$program" complete -- "${words[@]}" 2>/dev/null)
	[ ${#offered[@]} -gt 0 ] || return 0
	adds=${offered[${#offered[@]} - 1]}
	unset "offered[${#offered[@]} - 1]"
	# What stands before the last part stays.
	word=${words[${#words[@]} - 1]}
	cut=${word%"${COMP_WORDS[COMP_CWORD]}"}
	case ${COMP_WORDS[COMP_CWORD]} in
	= | :) cut=$word ;;
	esac
	for i in "${offered[@]}"; do
		i=${i%%$'\t'*} i=${i#"$cut"}
		# Names of files are quoted by bash itself.
		[ "$adds" != :words ] || printf -v i %q "$i"
		COMPREPLY+=("$i")
	done
	word=${word#"$cut"}
	case $adds in
	:files)
		compopt -o filenames 2>/dev/null
		mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$word")
		;;
	:folders)
		compopt -o filenames 2>/dev/null
		mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- "$word")
		;;
	esac
	# Behind "torch=venv:" or "name=" more follows.
	[ ${#COMPREPLY[@]} -ne 1 ] || [[ ${COMPREPLY[0]} != *[:=] ]] || compopt -o nospace 2>/dev/null
}
complete -F _kiln kiln
