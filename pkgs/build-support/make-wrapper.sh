# makeWrapper EXECUTABLE OUT OPTION… and wrapProgram PROGRAM OPTION…: a shell script that sets the
# environment and then becomes the program. Options:
#
#	--argv0 NAME, --inherit-argv0, --resolve-argv0   what argv[0] is
#	--set VAR VAL, --set-default VAR VAL, --unset VAR
#	--prefix VAR SEP VALS, --suffix VAR SEP VALS     each value once, only if it is not there
#	--prefix-each VAR SEP VALS, --suffix-each VAR SEP VALS, --prefix-contents …, --suffix-contents …
#	--run COMMAND, --chdir DIR
#	--add-flags FLAGS, --append-flags FLAGS          shell words
#	--add-flag ARG, --append-flag ARG                one word each, as it is

makeWrapper() { makeShellWrapper "$@"; }
wrapProgram() { wrapProgramShell "$@"; }

_wrapperAssert() {
	if [ ! -f "$1" ] || [ ! -x "$1" ]; then
		echo "error: makeWrapper: '$1' is not an executable file" >&2
		exit 1
	fi
}

# VAR SEP VALUES SIDE: code that adds each value to the side given, moving it there if it is in.
_wrapperJoin() {
	local var=$1 sep=$2 values=$3 side=$4 value quoted qsep inside
	local -a list=()
	qsep=$(printf %q "$sep")
	while [ -n "$values" ]; do
		value=${values%%"$sep"*}
		if [ "$value" = "$values" ]; then values=; else values=${values#*"$sep"}; fi
		[ -z "$value" ] || list+=("$value")
	done
	if [ "$side" = prefix ]; then
		local -a reversed=()
		for value in "${list[@]}"; do reversed=("$value" "${reversed[@]}"); done
		list=("${reversed[@]}")
	fi
	for value in "${list[@]}"; do
		quoted=$(printf %q "$value")
		printf '%s=${%s:+%s$%s%s}\n' "$var" "$var" "$qsep" "$var" "$qsep"
		if [ "$side" = prefix ]; then
			inside=$sep$value$sep
			printf '%s=${%s/%s/%s}\n' "$var" "$var" "${inside@Q}" "${sep@Q}"
			printf '%s=%s$%s\n' "$var" "$quoted" "$var"
			printf 'case $%s in *%s) [ "$%s" = %s ] || %s=${%s%%%s} ;; esac\n' "$var" "$qsep" "$var" "$quoted" "$var" "$var" "$qsep"
		else
			printf 'case $%s in *%s%s%s*) ;; *) %s=${%s:-%s}%s%s ;; esac\n' "$var" "$qsep" "$quoted" "$qsep" "$var" "$var" "$qsep" "$quoted" "$qsep"
			printf '%s=${%s#%s}\n' "$var" "$var" "$qsep"
			printf '%s=${%s%%%s}\n' "$var" "$var" "$qsep"
		fi
	done
	[ ${#list[@]} -eq 0 ] || printf 'export %s\n' "$var"
}

makeShellWrapper() {
	local original=$1 wrapper=$2 argv0= flagsBefore= flagsAfter= file
	shift 2
	_wrapperAssert "$original"
	mkdir -p "$(dirname "$wrapper")"
	rm -f "$wrapper"
	{
		printf '#! %s -e\n' "@shell@"
		while [ $# -gt 0 ]; do
			case $1 in
			--set) printf 'export %s=%q\n' "$2" "$3"; shift 3 ;;
			--set-default) printf 'export %s=${%s-%q}\n' "$2" "$2" "$3"; shift 3 ;;
			--unset) printf 'unset %s\n' "$2"; shift 2 ;;
			--run) printf '%s\n' "$2"; shift 2 ;;
			--chdir) printf 'cd %q\n' "$2"; shift 2 ;;
			--prefix | --suffix) _wrapperJoin "$2" "$3" "$4" "${1#--}"; shift 4 ;;
			--prefix-each | --suffix-each)
				for file in $4; do _wrapperJoin "$2" "$3" "$file" "$(_wrapperSide "$1")"; done
				shift 4
				;;
			--prefix-contents | --suffix-contents)
				for file in $4; do _wrapperJoin "$2" "$3" "$(<"$file")" "$(_wrapperSide "$1")"; done
				shift 4
				;;
			--add-flags) flagsBefore+=" $2"; shift 2 ;;
			--append-flags) flagsAfter+=" $2"; shift 2 ;;
			--add-flag) flagsBefore+=" $(printf %q "$2")"; shift 2 ;;
			--append-flag) flagsAfter+=" $(printf %q "$2")"; shift 2 ;;
			--argv0) argv0=$(printf %q "$2"); shift 2 ;;
			--inherit-argv0) argv0='"$0"'; shift ;;
			--resolve-argv0) argv0=; shift ;;
			*)
				echo "error: makeWrapper: unknown option '$1'" >&2
				exit 1
				;;
			esac
		done
		printf 'exec %s%q%s "$@"%s\n' "${argv0:+-a $argv0 }" "$original" "$flagsBefore" "$flagsAfter"
	} >"$wrapper"
	chmod +x "$wrapper"
}
_wrapperSide() {
	local side=${1#--}
	printf %s "${side%%-*}"
}

wrapProgramShell() {
	local program=$1 hidden
	_wrapperAssert "$program"
	hidden=$(dirname "$program")/.$(basename "$program")-wrapped
	while [ -e "$hidden" ]; do hidden+=_; done
	mv "$program" "$hidden"
	makeShellWrapper "$hidden" "$program" --inherit-argv0 "${@:2}"
}
