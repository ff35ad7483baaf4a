# makeWrapper EXECUTABLE OUT OPTION… and wrapProgram PROGRAM OPTION…: a shell script that sets the
# environment and then becomes the program. Options:
#
#	--argv0 NAME, --inherit-argv0, --resolve-argv0   what argv[0] is
#	--set VAR VAL, --set-default VAR VAL, --unset VAR
#	--prefix VAR SEP VALS, --suffix VAR SEP VALS     each value once, only if it is not there
#	--prefix-each VAR SEP VALS, --suffix-each VAR SEP VALS, --prefix-contents …, --suffix-contents …
#	--run COMMAND, --chdir DIR                       COMMAND may add to the array extraFlagsArray
#	--add-flags FLAGS, --append-flags FLAGS          shell words
#	--add-flag ARG, --append-flag ARG                one word each, as it is

makeWrapper() { makeShellWrapper "$@"; }
makeBinaryWrapper() { makeShellWrapper "$@"; }
wrapProgram() { wrapProgramShell "$@"; }
wrapProgramBinary() { wrapProgramShell "$@"; }

_wrapperAssert() {
	if [ ! -f "$1" ] || [ ! -x "$1" ]; then
		echo "error: makeWrapper: '$1' is not an executable file" >&2
		exit 1
	fi
}

# SIDE VAR SEP VALUES: code that adds each value at that side of the variable, prefixed values first
# even where they were in already. Empty parts of the variable stay.
_wrapperJoin() {
	local side=$1 var=$2 sep=$3 values=$4 value
	local -a list=()
	while [ -n "$values" ]; do
		value=${values%%"$sep"*}
		if [ "$value" = "$values" ]; then values=; else values=${values#*"$sep"}; fi
		[ -n "$value" ] || continue
		if [ "$side" = prefix ]; then list=("$value" "${list[@]}"); else list+=("$value"); fi
	done
	[ ${#list[@]} -gt 0 ] || return 0
	for value in "${list[@]}"; do "_wrapper_$side" "$var" "${sep@Q}" "${value@Q}"; done
	printf 'export %s\n' "$var"
}
# The variable is looked at with a separator at both ends, which go again.
_wrapper_prefix() {
	local var=$1 sep=$2 value=$3
	printf '%s=${%s:+%s$%s%s}\n' "$var" "$var" "$sep" "$var" "$sep"
	printf '%s=${%s/%s%s%s/%s}\n' "$var" "$var" "$sep" "$value" "$sep" "$sep"
	printf 'if [ "$%s" = %s ]; then %s=; fi\n' "$var" "$sep" "$var"
	printf '%s=%s${%s%%%s}\n' "$var" "$value" "$var" "$sep"
}
_wrapper_suffix() {
	local var=$1 sep=$2 value=$3
	printf 'case %s$%s%s in *%s%s%s*) ;; *) %s=${%s:+$%s%s}%s ;; esac\n' \
		"$sep" "$var" "$sep" "$sep" "$value" "$sep" "$var" "$var" "$var" "$sep" "$value"
}

# How many arguments an option has.
_wrapperArity() {
	case $1 in
	--inherit-argv0 | --resolve-argv0) echo 0 ;;
	--unset | --run | --chdir | --argv0 | --add-flags | --append-flags | --add-flag | --append-flag) echo 1 ;;
	--set | --set-default) echo 2 ;;
	--prefix | --suffix | --prefix-each | --suffix-each | --prefix-contents | --suffix-contents) echo 3 ;;
	*)
		echo "error: makeWrapper: unknown option '$1'" >&2
		exit 1
		;;
	esac
}

# OPTION ARG…: its code; flags and argv0 are kept for the end, in makeShellWrapper's variables.
_wrapperOption() {
	local word
	case $1 in
	--set) printf 'export %s=%s\n' "$2" "${3@Q}" ;;
	--set-default) printf 'export %s=${%s-%s}\n' "$2" "$2" "${3@Q}" ;;
	--unset) printf 'unset %s\n' "$2" ;;
	--run)
		if [ -z "$extra" ]; then printf 'extraFlagsArray=()\n'; fi
		extra=' "${extraFlagsArray[@]}"'
		printf '%s\n' "$2"
		;;
	--chdir) printf 'cd %s\n' "${2@Q}" ;;
	--prefix | --suffix) _wrapperJoin "${1#--}" "$2" "$3" "$4" ;;
	--prefix-each) for word in $4; do _wrapperJoin prefix "$2" "$3" "$word"; done ;;
	--suffix-each) for word in $4; do _wrapperJoin suffix "$2" "$3" "$word"; done ;;
	--prefix-contents) for word in $4; do _wrapperJoin prefix "$2" "$3" "$(<"$word")"; done ;;
	--suffix-contents) for word in $4; do _wrapperJoin suffix "$2" "$3" "$(<"$word")"; done ;;
	--add-flags) flagsBefore+=" $2" ;;
	--append-flags) flagsAfter+=" $2" ;;
	--add-flag) flagsBefore+=" ${2@Q}" ;;
	--append-flag) flagsAfter+=" ${2@Q}" ;;
	# shellcheck disable=SC2016 # an idiom for --inherit-argv0
	--argv0) if [ "$2" = '$0' ]; then argv0='-a "$0" '; else argv0="-a ${2@Q} "; fi ;;
	--inherit-argv0) argv0='-a "$0" ' ;;
	--resolve-argv0) argv0= ;;
	esac
}

makeShellWrapper() {
	local original=$1 wrapper=$2 argv0='' flagsBefore='' flagsAfter='' extra='' arity
	shift 2
	_wrapperAssert "$original"
	mkdir -p "$(dirname "$wrapper")"
	rm -f "$wrapper"
	{
		printf '#! %s -e\n' "@shell@"
		while [ $# -gt 0 ]; do
			arity=$(_wrapperArity "$1")
			if [ $# -le "$arity" ]; then
				echo "error: makeWrapper: $1 needs $arity arguments" >&2
				exit 1
			fi
			_wrapperOption "${@:1:arity+1}"
			shift $((arity + 1))
		done
		printf 'exec %s%s%s%s "$@"%s\n' "$argv0" "${original@Q}" "$flagsBefore" "$extra" "$flagsAfter"
	} >"$wrapper"
	chmod +x "$wrapper"
}

wrapProgramShell() {
	local program=$1 hidden
	_wrapperAssert "$program"
	hidden=$(dirname "$program")/.$(basename "$program")-wrapped
	while [ -e "$hidden" ]; do hidden+=_; done
	mv "$program" "$hidden"
	makeShellWrapper "$hidden" "$program" --inherit-argv0 "${@:2}"
}
