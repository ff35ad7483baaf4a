#compdef kiln
# Completion of kiln's command lines in zsh: `kiln complete` says what may stand there.
_kiln() {
	local line adds program=${(Q)words[1]}
	local -a lines offered
	# The one that is typed, ../build/kiln say, knows best.
	[[ -x $program && ! -d $program ]] || program=kiln
	lines=("${(@f)$($program complete -- "${(@Q)words[1,CURRENT]}" 2>/dev/null)}")
	(( $#lines )) || return 1
	adds=$lines[-1]
	for line in "${(@)lines[1,-2]}"; do
		if [[ $line == *$'\t'* ]]; then
			offered+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
		else
			offered+=("${line//:/\\:}")
		fi
	done
	local found=1
	(( $#offered )) && _describe 'kiln' offered && found=0
	# Behind an option's '=' only that is a file's name.
	[[ $adds != :words && $PREFIX == --*=* ]] && compset -P '--*='
	case $adds in
	:files) _files && found=0 ;;
	:folders) _files -/ && found=0 ;;
	esac
	return found
}
_kiln "$@"
