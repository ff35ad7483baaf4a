# makeBinaryWrapper EXECUTABLE OUT OPTION… and wrapProgramBinary PROGRAM OPTION…: what make-wrapper.sh
# makes, as a program in C. Of its options --run has no place here, and prefixes and suffixes are
# joined as they are, without a look at what is there already.
makeWrapper() { makeBinaryWrapper "$@"; }
wrapProgram() { wrapProgramBinary "$@"; }

_binaryWrapperFail() {
	echo "error: makeBinaryWrapper: $1" >&2
	[ -z "${2:-}" ] || echo "hint: $2" >&2
	exit 1
}

_cString() {
	local text=$1
	text=${text//\\/\\\\}
	text=${text//\"/\\\"}
	text=${text//$'\n'/\\n}
	text=${text//$'\r'/\\r}
	printf '"%s"' "${text//$'\t'/\\t}"
}
_cVariable() {
	[[ $1 =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]] || _binaryWrapperFail "'$1' is no name of a variable"
	_cString "$1"
}

# OPTION ARG…: its statement; flags are kept for the end, in makeBinaryWrapper's variables.
_binaryWrapperOption() {
	local word
	case $1 in
	--set) printf '\tset(%s, %s, 1);\n' "$(_cVariable "$2")" "$(_cString "$3")" ;;
	--set-default) printf '\tset(%s, %s, 0);\n' "$(_cVariable "$2")" "$(_cString "$3")" ;;
	--unset) printf '\tunsetenv(%s);\n' "$(_cVariable "$2")" ;;
	--chdir) printf '\tif (chdir(%s))\n\t\tfail(%s);\n' "$(_cString "$2")" "$(_cString "$2")" ;;
	--prefix) printf '\tjoin(%s, %s, %s, 1);\n' "$(_cVariable "$2")" "$(_cString "$3")" "$(_cString "$4")" ;;
	--suffix) printf '\tjoin(%s, %s, %s, 0);\n' "$(_cVariable "$2")" "$(_cString "$3")" "$(_cString "$4")" ;;
	--prefix-each | --suffix-each) for word in $4; do _binaryWrapperOption "${1%-each}" "$2" "$3" "$word"; done ;;
	--prefix-contents | --suffix-contents) for word in $4; do _binaryWrapperOption "${1%-contents}" "$2" "$3" "$(<"$word")"; done ;;
	--add-flag) before+=("$2") ;;
	--append-flag) after+=("$2") ;;
	--add-flags)
		eval "for word in $2; do before+=(\"\$word\"); done"
		;;
	--append-flags)
		eval "for word in $2; do after+=(\"\$word\"); done"
		;;
	--argv0) argv0=$(_cString "$2") ;;
	--inherit-argv0) argv0='argv[0]' ;;
	--resolve-argv0) argv0='resolve(argv[0])' ;;
	--run) _binaryWrapperFail "--run needs a shell" "use makeShellWrapper, or set the variables with --set" ;;
	esac
}

_binaryWrapperArity() {
	case $1 in
	--inherit-argv0 | --resolve-argv0) echo 0 ;;
	--unset | --run | --chdir | --argv0 | --add-flags | --append-flags | --add-flag | --append-flag) echo 1 ;;
	--set | --set-default) echo 2 ;;
	--prefix | --suffix | --prefix-each | --suffix-each | --prefix-contents | --suffix-contents) echo 3 ;;
	*) _binaryWrapperFail "unknown option '$1'" ;;
	esac
}

_binaryWrapperFunctions() {
	cat <<'EOF'
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__attribute__((noreturn, unused)) static void fail(const char *what)
{
	perror(what);
	exit(1);
}

__attribute__((unused)) static void set(const char *name, const char *value, int replace)
{
	if (setenv(name, value, replace))
		fail(name);
}

__attribute__((unused)) static void join(const char *name, const char *sep, const char *value, int before)
{
	const char *old = getenv(name);
	char *all;

	if (!old || !*old) {
		set(name, value, 1);
		return;
	}
	if (asprintf(&all, "%s%s%s", before ? value : old, sep, before ? old : value) < 0)
		fail(name);
	set(name, all, 1);
	free(all);
}

/* Where PATH has it, for who looks at its own name. */
__attribute__((unused)) static char *resolve(char *name)
{
	char *path = getenv("PATH"), *rest, *dir, *found;

	if (strchr(name, '/') || !path || !(rest = strdup(path)))
		return name;
	while ((dir = strsep(&rest, ":"))) {
		if (asprintf(&found, "%s/%s", *dir ? dir : ".", name) < 0)
			fail(name);
		if (!access(found, X_OK))
			return found;
		free(found);
	}
	return name;
}

EOF
}

# _binaryWrapperSource EXECUTABLE OPTION…: the program's text.
_binaryWrapperSource() {
	local executable=$1 argv0 arity word
	local -a before=() after=()
	shift
	argv0=$(_cString "$executable")
	_binaryWrapperFunctions
	printf 'int main(int argc, char **argv)\n{\n'
	while [ $# -gt 0 ]; do
		arity=$(_binaryWrapperArity "$1") || exit 1
		[ $# -gt "$arity" ] || _binaryWrapperFail "$1 needs $arity arguments"
		_binaryWrapperOption "${@:1:arity+1}"
		shift $((arity + 1))
	done
	printf '\tint n = 0;\n\tchar **v = calloc((size_t)argc + %d, sizeof(*v));\n\n' $((${#before[@]} + ${#after[@]} + 2))
	printf '\tif (!v)\n\t\tfail("out of memory");\n\tv[n++] = (char *)%s;\n' "$argv0"
	for word in "${before[@]}"; do printf '\tv[n++] = (char *)%s;\n' "$(_cString "$word")"; done
	printf '\tfor (int i = 1; i < argc; i++)\n\t\tv[n++] = argv[i];\n'
	for word in "${after[@]}"; do printf '\tv[n++] = (char *)%s;\n' "$(_cString "$word")"; done
	printf '\texecv(%s, v);\n\tfail(%s);\n}\n' "$(_cString "$executable")" "$(_cString "$executable")"
}

makeBinaryWrapper() {
	local original=$1 wrapper=$2 source
	shift 2
	if [ ! -f "$original" ] || [ ! -x "$original" ]; then _binaryWrapperFail "'$original' is not an executable file"; fi
	source=$(_binaryWrapperSource "$original" "$@") || exit 1
	mkdir -p "$(dirname "$wrapper")"
	rm -f "$wrapper"
	@cc@/bin/cc -Wall -Werror -Os -x c -o "$wrapper" - <<<"$source"
}

wrapProgramBinary() {
	local program=$1 hidden
	if [ ! -f "$program" ] || [ ! -x "$program" ]; then _binaryWrapperFail "'$program' is not an executable file"; fi
	hidden=$(dirname "$program")/.$(basename "$program")-wrapped
	while [ -e "$hidden" ]; do hidden+=_; done
	mv "$program" "$hidden"
	makeBinaryWrapper "$hidden" "$program" --inherit-argv0 "${@:2}"
}
