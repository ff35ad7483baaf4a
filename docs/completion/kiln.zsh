#compdef kiln
# Completion of kiln's commands, verbs, options, recipes and packages in zsh, from the lists that the
# program itself gives.
_kiln() {
	local called=kiln word line dir
	local -a list row offered recipes
	list=("${(@f)$(kiln help --list 2>/dev/null)}")
	for word in "${(@)words[2,CURRENT-1]}"; do
		for line in "${(@)list}"; do
			[[ $line == "$called $word"$'\t'* ]] || continue
			called+=" $word"
			break
		done
	done
	[[ $called == 'kiln help' ]] && called=kiln
	for line in "${(@)list}"; do
		row=("${(@ps:\t:)line}")
		if [[ $PREFIX == -* ]]; then
			[[ $row[1] == "$called" && -n $row[3] ]] && offered+=("${row[3]//:/\\:}:$row[4]")
		elif [[ $row[1] == "$called "* && -z $row[3] && ${row[1]#"$called "} != *' '* ]]; then
			offered+=("${row[1]#"$called "}:$row[4]")
		fi
	done
	(( $#offered )) && _describe 'kiln' offered && return
	[[ $called == kiln ]] && return 1
	dir=$PWD
	while [[ -n $dir && ! -d $dir/.flox/pkgs ]]; do dir=${dir%/*}; done
	recipes=($dir/.flox/pkgs/*.nix(N:t:r) $dir/.flox/pkgs/*/default.nix(N:h:t))
	[[ $called == 'kiln '(show|size|shell|develop|check) ]] && recipes=(${(f)"$(kiln search --names 2>/dev/null)"})
	(( $#recipes )) && compadd -a recipes
	_files
}
_kiln "$@"
