# The build environment: $stdenv/setup. A builder sources this file, which finds the inputs, and
# calls genericBuild, which runs the phases. Names and meanings are nixpkgs', so that a recipe's
# phases run unchanged. Nothing here may depend on time, locale, user or the number of cores.
set -e
set -o pipefail
shopt -s inherit_errexit nullglob

export LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=315532800
export CONFIG_SHELL=$SHELL
: "${NIX_BUILD_TOP:=$PWD}" "${NIX_STORE:=/nix/store}"
: "${NIX_DEBUG:=0}"
export TMPDIR=${TMPDIR:-$NIX_BUILD_TOP}
umask 022
[ "$NIX_DEBUG" -lt 6 ] || set -x

_isArray() { [[ $(declare -p "$1" 2>/dev/null) == 'declare -a'* ]]; }
_isTable() { [[ $(declare -p "$1" 2>/dev/null) == 'declare -A'* ]]; }

# of __structuredAttrs a table, which has no value of its own
_isTable outputs || : "${outputs:=out}"

######################################################################
# Hooks

# _eval CODE_OR_FUNCTION: hooks are names of functions or pieces of shell.
_eval() {
	if declare -F -- "$1" >/dev/null 2>&1; then
		"$@"
	else
		eval "$1"
	fi
}

# _implicitHook NAME: the variable's text or the function of that name.
_implicitHook() {
	local name=$1
	if declare -F "$name" >/dev/null; then
		_eval "$name"
	elif [ -n "${!name:-}" ]; then
		_eval "${!name}"
	fi
}

# runHook preX: the recipe's own hook and every registered one; pre* before, post* after.
runHook() {
	local name=$1 array hook
	shift
	if [ "${name%Hook}" != "$name" ]; then array="${name}s[@]"; else array="${name}Hooks[@]"; fi
	_implicitHook "$name"
	if declare -p "${array%\[@\]}" >/dev/null 2>&1; then
		for hook in "${!array}"; do _eval "$hook" "$@"; done
	fi
}

# runOneHook NAME ARG…: the recipe's own hook, else the first registered one that succeeds.
runOneHook() {
	local name=$1 array hook
	shift
	if declare -F "$name" >/dev/null || [ -n "${!name:-}" ]; then
		_implicitHook "$name"
		return
	fi
	array="${name}Hooks[@]"
	if declare -p "${name}Hooks" >/dev/null 2>&1; then
		for hook in "${!array}"; do
			if _eval "$hook" "$@"; then return 0; fi
		done
	fi
	return 1
}

######################################################################
# Small tools

nixErrorLog() { printf 'error: %s\n' "$*" >&2; }
nixWarnLog() { printf 'warning: %s\n' "$*" >&2; }
nixInfoLog() { [ "$NIX_DEBUG" -lt 1 ] || printf '%s\n' "$*" >&2; }
# nixHintLog TEXT: what helps, below an error or warning.
nixHintLog() { printf 'hint: %s\n' "$*" >&2; }
die() {
	nixErrorLog "$@"
	exit 1
}

isELF() {
	local magic
	LANG=C IFS= read -r -n 4 magic <"$1" 2>/dev/null || return 1
	[ "$magic" = $'\177ELF' ]
}
isScript() {
	local magic
	LANG=C IFS= read -r -n 2 magic <"$1" 2>/dev/null || return 1
	[ "$magic" = '#!' ]
}

# stripHash PATH: the name without store folder and hash; also sets $strippedName.
stripHash() {
	strippedName=$(basename -- "$1")
	if [[ $strippedName =~ ^[a-z0-9]{32}- ]]; then strippedName=${strippedName:33}; fi
	printf '%s\n' "$strippedName"
}

addToSearchPathWithCustomDelimiter() {
	local delimiter=$1 var=$2 dir=$3
	[ -d "$dir" ] || return 0
	[[ $delimiter${!var:-}$delimiter != *"$delimiter$dir$delimiter"* ]] || return 0
	export "$var=${!var:+${!var}$delimiter}$dir"
}
addToSearchPath() { addToSearchPathWithCustomDelimiter : "$@"; }
prependToSearchPath() {
	[ ! -d "$2" ] || export "$1=$2${!1:+:${!1}}"
}

# Recipe lists are words of a variable or, with __structuredAttrs, arrays. The names of these
# functions' own variables are odd because a reference to a variable of the same name is an error.
appendToVar() {
	local -n _var=$1
	shift
	if _isArray "${!_var}"; then _var+=("$@"); else _var="${_var:-}${_var:+ }$*"; fi
}
prependToVar() {
	local -n _var=$1
	shift
	if _isArray "${!_var}"; then _var=("$@" "${_var[@]}"); else _var="$*${_var:+ }${_var:-}"; fi
}
# concatTo ARRAY VAR…: appends the words of each variable to an array; VAR=default is allowed. Words
# are no globs: a flag with a star must not become the files of some folder, or nothing.
concatTo() {
	local -n _to=$1
	local _item _name -
	set -f
	shift
	for _item in "$@"; do
		_name=${_item%%=*}
		if _isArray "$_name"; then
			local -n _from=$_name
			_to+=("${_from[@]}")
			unset -n _from
		elif [ -n "${!_name:-}" ]; then
			# shellcheck disable=SC2206 # words
			_to+=(${!_name})
		elif [ "$_item" != "$_name" ]; then
			# shellcheck disable=SC2206 # words
			_to+=(${_item#*=})
		fi
	done
}
# concatStringsSep SEP VAR: the words of a variable, joined.
concatStringsSep() {
	local _sep=$1 _word _text=
	local -a _words=()
	concatTo _words "$2"
	for _word in "${_words[@]}"; do _text+=${_text:+$_sep}$_word; done
	printf %s "$_text"
}

# A table of bash has no order: sorted, with `out` first.
getAllOutputNames() {
	local _name
	if ! _isTable outputs; then
		printf '%s ' $outputs
		return
	fi
	[ -z "${outputs[out]:-}" ] || printf 'out '
	for _name in $(printf '%s\n' "${!outputs[@]}" | sort); do
		[ "$_name" = out ] || printf '%s ' "$_name"
	done
}

######################################################################
# Text replacement

# _readFile VAR FILE: all bytes, final newlines included; NUL bytes cannot be held in a variable.
_readFile() {
	if IFS= read -r -d '' "$1" <"$2"; then die "substitute: '$2' has NUL bytes; only text can be changed"; fi
}

# _patternMissing LOG WHAT TEXT PATTERN: says so, and why where that can be seen.
_patternMissing() {
	local IFS=
	"$1" "substitute: pattern $(printf %q "$4") is not in $2"
	if [[ ${3//$'\r'/} == *"$4"* ]]; then
		nixHintLog "$2 has CRLF line ends, of which the pattern has none: sed -i 's/\r\$//' takes them out"
	elif [[ ${3//[$' \t\n\r']/} == *"${4//[$' \t\n\r']/}"* ]]; then
		nixHintLog "it is there with other blanks or line breaks"
	elif [ "$1" = nixErrorLog ]; then
		nixHintLog "is it another version of the source? --replace-warn goes on without it"
	fi
}

# substituteStream VAR WHAT OPTION…: changes the text in the variable VAR.
substituteStream() {
	local var=$1 what=$2 mode pattern replacement name
	shift 2
	while [ $# -gt 0 ]; do
		mode=$1
		case $mode in
		--replace | --replace-fail | --replace-warn | --replace-quiet)
			[ $# -ge 3 ] || die "substitute: $mode needs a pattern and a replacement"
			pattern=$2 replacement=$3
			shift 3
			if [ -z "$pattern" ]; then die "substitute: $mode has an empty pattern"; fi
			if [[ ${!var} != *"$pattern"* ]]; then
				case $mode in
				--replace-fail)
					_patternMissing nixErrorLog "$what" "${!var}" "$pattern"
					exit 1
					;;
				--replace | --replace-warn) _patternMissing nixWarnLog "$what" "${!var}" "$pattern" ;;
				esac
			fi
			;;
		--subst-var)
			name=$2
			shift 2
			[[ $name =~ ^[a-zA-Z_][a-zA-Z0-9_]*$ ]] || die "substitute: '$name' is not a variable's name"
			[ -n "${!name+set}" ] || die "substitute: variable '$name' is unset"
			pattern="@$name@" replacement=${!name}
			;;
		--subst-var-by)
			pattern="@$2@" replacement=$3
			shift 3
			;;
		*) die "substitute: unknown option '$mode'" ;;
		esac
		printf -v "$var" %s "${!var//"$pattern"/"$replacement"}"
	done
}

# substitute IN OUT OPTION…
substitute() {
	local input=$1 output=$2 content=
	shift 2
	[ -f "$input" ] || die "substitute: '$input' is not a file"
	_readFile content "$input"
	substituteStream content "'$input'" "$@"
	if [ -e "$output" ] && [ ! -w "$output" ]; then chmod u+w "$output"; fi
	printf %s "$content" >"$output"
}

# substituteInPlace FILE… OPTION…
substituteInPlace() {
	local -a files=()
	local file
	while [ $# -gt 0 ] && [[ $1 != --* ]]; do
		files+=("$1")
		shift
	done
	[ ${#files[@]} -gt 0 ] || die "substituteInPlace: no file given"
	for file in "${files[@]}"; do substitute "$file" "$file" "$@"; done
}

_allSubstVars() {
	local name
	for name in $(compgen -e); do
		if [[ $name =~ ^[a-z][a-zA-Z0-9_]*$ ]]; then printf -- '--subst-var\n%s\n' "$name"; fi
	done
}
substituteAll() {
	local -a args
	mapfile -t args < <(_allSubstVars)
	substitute "$1" "$2" "${args[@]}"
}
substituteAllInPlace() { substituteAll "$1" "$1"; }

######################################################################
# Shebangs

# patchShebangs [--build|--host] [--update] [--] PATH…: `#!/usr/bin/env x` and `#!/bin/x` of
# executable files become the x that is on PATH (--host: among the inputs that the result runs with);
# those not found stay, and without --update those in the store already.
patchShebangs() {
	local where=PATH update= file line
	while [[ ${1:-} == -* ]]; do
		case $1 in
		--build) where=PATH ;;
		--host) where=HOST_PATH ;;
		--update) update=1 ;;
		--)
			shift
			break
			;;
		*) die "patchShebangs: unknown option '$1'" ;;
		esac
		shift
	done
	[ $# -gt 0 ] || die "patchShebangs: no path given"
	while IFS= read -r -d '' file; do
		isScript "$file" || continue
		# a script without a newline makes read fail, but has a line
		IFS= read -r line <"$file" || [ -n "$line" ]
		_patchShebang "$file" "$line" "${!where:-}" "$update"
	done < <(find "$@" -type f -perm -0100 -print0 | sort -z)
}

_patchShebang() {
	local file=$1 line=$2 path=$3 update=$4 program args found tool
	line=${line%$'\r'}
	read -r program args <<<"${line:2}"
	: "${program:=/bin/sh}"
	if [[ $program == "$NIX_STORE"/* && -z $update ]]; then return 0; fi
	if [[ $program != */bin/env ]]; then
		found=$(PATH=$path type -P "${program##*/}") || return 0
	elif [[ $args == '-S '* ]]; then
		found=$(PATH=$path type -P env) || return 0
		read -r tool args <<<"${args#-S }"
		tool=$(PATH=$path type -P "$tool") || return 0
		args="-S $tool${args:+ $args}"
	elif [[ $args == -* || ${args%% *} == *=* ]]; then
		die "patchShebangs: '$file': '$line' has options or variables of env; name the program, or say dontPatchShebangs = true"
	else
		read -r tool args <<<"$args"
		found=$(PATH=$path type -P "$tool") || return 0
	fi
	found+=${args:+ $args}
	[ "#!$found" = "$line" ] || _setShebang "$file" "$found"
}

# The file's mode and time stay.
_setShebang() {
	local file=$1 text=$2 mode time
	echo "$file: interpreter is now $text"
	mode=$(stat -c %a -- "$file")
	time=$(stat -c %y -- "$file")
	chmod u+w -- "$file"
	sed -i -e "1 s|.*|#!${text//\\/\\\\}|" -- "$file"
	chmod "$mode" -- "$file"
	touch --date "$time" -- "$file"
}

######################################################################
# Inputs

declare -a envHooks=() _inputs=()
declare -A _role=() _target=()

# addEnvHooks OFFSET FUNCTION…: called with each input; with strictDeps, with those of that host offset.
addEnvHooks() {
	local offset=$1 hook
	shift
	for hook in "$@"; do envHooks+=("$offset $hook"); done
}

# For setup hooks. Offsets: -1 is what runs here, 0 what the result runs with, 1 what it makes things for.
# All are one machine; names of variables still tell them apart, by their end $role_post.
_roleSuffix() {
	case $1 in
	-1) role_post=_FOR_BUILD ;;
	0) role_post= ;;
	1) role_post=_FOR_TARGET ;;
	*) die "setup hook: '$1' is no offset: expected -1, 0 or 1" ;;
	esac
}
getHostRole() { _roleSuffix "$hostOffset"; }
getTargetRole() { _roleSuffix "$targetOffset"; }
# getTargetRoleWrapper TOOL SALT: tells TOOL's wrapper whose variables it reads.
getTargetRoleWrapper() {
	case $targetOffset in
	-1) export "NIX_$1_WRAPPER_TARGET_BUILD_$2=1" ;;
	0) export "NIX_$1_WRAPPER_TARGET_HOST_$2=1" ;;
	1) export "NIX_$1_WRAPPER_TARGET_TARGET_$2=1" ;;
	esac
}

# _findInput PATH ROLE TARGET: the input and all that it propagates, depth first, once each. A role is
# `build` for what runs here, `host` for what the result runs with; what is both is host. TARGET is the
# offset of what it makes things for.
_findInput() {
	local pkg=$1 role=$2 target=$3 next
	[ "${_role[$pkg]:-}" != "$role" ] && [ "${_role[$pkg]:-}" != host ] || return 0
	if [ ! -e "$pkg" ]; then
		nixErrorLog "build input '$pkg' does not exist"
		case $pkg in
		/*) ;;
		*) nixHintLog "packages are named without quotes" ;;
		esac
		exit 1
	fi
	[ -n "${_role[$pkg]:-}" ] || _inputs+=("$pkg")
	_role[$pkg]=$role
	_target[$pkg]=$target
	if [ -f "$pkg/nix-support/propagated-native-build-inputs" ]; then
		for next in $(<"$pkg/nix-support/propagated-native-build-inputs"); do _findInput "$next" build "$target"; done
	fi
	if [ -f "$pkg/nix-support/propagated-build-inputs" ]; then
		for next in $(<"$pkg/nix-support/propagated-build-inputs"); do _findInput "$next" "$role" "$target"; done
	fi
}

_hostOffset() { if [ "${_role[$1]}" = host ]; then hostOffset=0; else hostOffset=-1; fi; }

# An input's programs are found here, unless strictDeps says that a host input's are not.
_activate() {
	local pkg=$1 role=${_role[$1]} hostOffset targetOffset=${_target[$1]}
	_hostOffset "$pkg"
	[ "$role" != host ] || addToSearchPath _HOST_PATH "$pkg/bin"
	if [ -f "$pkg" ]; then
		# shellcheck source=/dev/null
		source "$pkg"
		return
	fi
	if [ "$role" = build ] || [ -z "${strictDeps:-}" ] || [[ " ${_native[*]} " == *" $pkg "* ]]; then
		addToSearchPath _PATH "$pkg/bin"
		addToSearchPath XDG_DATA_DIRS "$pkg/share"
	fi
	if [ -f "$pkg/nix-support/setup-hook" ]; then
		# shellcheck source=/dev/null
		source "$pkg/nix-support/setup-hook"
	fi
}

_findInputs() {
	local role=$1 target=$2 pkg
	local -a list=()
	shift 2
	concatTo list "$@"
	for pkg in "${list[@]}"; do _findInput "$pkg" "$role" "$target"; done
	[ "$role" = host ] || _native+=("${list[@]}")
}

_runEnvHooks() {
	local pkg hook hostOffset
	for pkg in "${_inputs[@]}"; do
		for hook in "${envHooks[@]}"; do
			_hostOffset "$pkg"
			[ -z "${strictDeps:-}" ] || [ "${hook%% *}" = "$hostOffset" ] || continue
			hostOffset=${hook%% *}
			_eval "${hook#* }" "$pkg"
		done
	done
}

_setupInputs() {
	local -a _native=()
	local pkg
	PATH= _PATH= HOST_PATH= _HOST_PATH=
	for pkg in $initialPath; do addToSearchPath PATH "$pkg/bin"; done
	HOST_PATH=$PATH
	_findInputs build -1 depsBuildBuild depsBuildBuildPropagated
	_findInputs build 0 nativeBuildInputs propagatedNativeBuildInputs defaultNativeBuildInputs
	_findInputs build 1 depsBuildTarget depsBuildTargetPropagated
	_findInputs host 0 depsHostHost depsHostHostPropagated
	_findInputs host 1 buildInputs propagatedBuildInputs depsTargetTarget depsTargetTargetPropagated
	for pkg in "${_inputs[@]}"; do _activate "$pkg"; done
	PATH=${_PATH:+$_PATH:}$PATH
	HOST_PATH=${_HOST_PATH:+$_HOST_PATH:}$HOST_PATH
	export PATH HOST_PATH
	_runEnvHooks
}

######################################################################
# Outputs

_setOutputs() {
	local name
	if _isTable outputs; then
		for name in "${!outputs[@]}"; do export "$name=${outputs[$name]}"; done
	fi
	if _isTable env; then
		for name in "${!env[@]}"; do export "$name=${env[$name]}"; done
	fi
	if [ -z "${prefix:-}" ]; then
		# shellcheck disable=SC2046 # words
		set -- $(getAllOutputNames)
		if [[ " $* " == *' out '* ]]; then name=out; else name=$1; fi
		prefix=${!name}
	fi
	export prefix
}

# _chooseOutput VAR NAME…: which output gets a kind of file: what the recipe says, else the first of
# these that there is, else the first output.
_chooseOutput() {
	local var=$1 name
	shift
	for name in "${!var:-}" "$@" $allOutputs; do
		if [[ -n $name && " $allOutputs" == *" $name "* ]]; then
			printf -v "$var" %s "$name"
			return
		fi
	done
}
_chooseOutputs() {
	local allOutputs
	allOutputs=$(getAllOutputNames)
	_chooseOutput outputDev dev out
	_chooseOutput outputBin bin out
	_chooseOutput outputInclude "$outputDev"
	_chooseOutput outputLib lib out
	_chooseOutput outputDoc doc out
	_chooseOutput outputDevdoc devdoc "$outputDoc"
	_chooseOutput outputMan man "$outputBin"
	_chooseOutput outputDevman devman devdoc "$outputMan"
	_chooseOutput outputInfo info "$outputBin"
}

_addOutputsToPath() {
	local name
	for name in $(getAllOutputNames); do
		[ ! -d "${!name}/bin" ] || PATH=${!name}/bin:$PATH
	done
}

# moveToOutput GLOB TO: what matches, from every other output into the output folder TO; `REMOVE`
# deletes it.
moveToOutput() {
	local glob=$1 to=$2 name from found relative
	for name in $(getAllOutputNames); do
		from=${!name}
		[ "$from" != "$to" ] || continue
		for found in "$from"/$glob; do
			[ -e "$found" ] || [ -L "$found" ] || continue
			if [ "$to" = REMOVE ]; then
				echo "removing $found"
				rm -rf -- "$found"
				continue
			fi
			relative=${found#"$from"/}
			echo "moving $found to $to/$relative"
			mkdir -p "$(dirname "$to/$relative")"
			if [ -d "$found" ] && [ -d "$to/$relative" ]; then
				cp -a -- "$found/." "$to/$relative/"
				rm -rf -- "$found"
			else
				mv -- "$found" "$to/$relative"
			fi
			rmdir -p --ignore-fail-on-non-empty -- "$(dirname "$found")"
		done
	done
}

######################################################################
# Phases

# unpackFile SOURCE: into the current folder.
unpackFile() {
	curSrc=$1
	echo "unpacking source archive $curSrc"
	! runOneHook unpackCmd "$curSrc" || return 0
	nixErrorLog "do not know how to unpack source '$curSrc'"
	case $curSrc in
	*.zip | *.ZIP) nixHintLog "nativeBuildInputs = [ unzip ] unpacks it" ;;
	*.whl) nixHintLog "a wheel is installed by python3.pkgs.buildPythonPackage { format = \"wheel\"; … }" ;;
	*) nixHintLog "a file is no source tree: say dontUnpack = true and use \$src, or unpackCmd = \"…\"" ;;
	esac
	exit 1
}
_unpackFolder() {
	[ -d "$1" ] || return 1
	stripHash "$1" >/dev/null
	[ ! -e "$strippedName" ] || die "unpackPhase: '$1' would be unpacked over '$strippedName', which is there already"
	cp -r --preserve=mode,timestamps --reflink=auto -- "$1" "$strippedName"
}
_unpackArchive() {
	case $1 in
	*.tar | *.tar.* | *.tgz | *.tbz2 | *.tbz | *.txz) tar xf "$1" --mode=+w --warning=no-timestamp ;;
	*) return 1 ;;
	esac
}
unpackCmdHooks+=(_unpackFolder _unpackArchive)

# _noSourceRoot WHY: ends unpackPhase with what there is to choose from.
_noSourceRoot() {
	local -a there=(*)
	nixErrorLog "unpackPhase: $1; here are: ${there[*]:0:12}"
	nixHintLog "sourceRoot = \"FOLDER\" names the one to build in, sourceRoot = \".\" builds beside what was unpacked"
	exit 1
}

unpackPhase() {
	runHook preUnpack
	local -a sources=() before after
	local source dir found=
	concatTo sources srcs
	[ ${#sources[@]} -gt 0 ] || concatTo sources src
	[ ${#sources[@]} -gt 0 ] || die "unpackPhase: neither src nor srcs is set; say dontUnpack = true if there is nothing to unpack"
	before=(*/)
	for source in "${sources[@]}"; do unpackFile "$source"; done
	after=(*/)
	: "${sourceRoot:=}"
	if declare -F setSourceRoot >/dev/null || [ -n "${setSourceRoot:-}" ]; then
		_implicitHook setSourceRoot
	elif [ -z "$sourceRoot" ]; then
		for dir in "${after[@]}"; do
			[[ " ${before[*]:-} " != *" $dir "* ]] || continue
			[ -z "$found" ] || _noSourceRoot "the unpacker produced multiple directories ('$found' and '${dir%/}')"
			found=${dir%/}
		done
		[ -n "$found" ] || _noSourceRoot "the unpacker produced no directories"
		sourceRoot=$found
	fi
	[ -d "$sourceRoot" ] || _noSourceRoot "there is no folder '$sourceRoot' to build in"
	echo "source root is $sourceRoot"
	[ -n "${dontMakeSourcesWritable:-}" ] || chmod -R u+w -- "$sourceRoot"
	runHook postUnpack
}

patchPhase() {
	runHook prePatch
	local -a list=() flags=()
	local file
	concatTo list patches
	concatTo flags patchFlags=-p1
	for file in "${list[@]}"; do
		echo "applying patch $file"
		case $file in
		*.gz) gzip -dc <"$file" ;;
		*.bz2) bzip2 -dc <"$file" ;;
		*.xz) xz -dc <"$file" ;;
		*) cat "$file" ;;
		esac | patch "${flags[@]}" || {
			nixErrorLog "patch '$file' does not apply"
			nixHintLog "is it made for another version of the source, or from another folder (patchFlags)?"
			exit 1
		}
	done
	runHook postPatch
}

# Outputs other than the first get their folders by configure's own options.
_outputFlags() {
	[ "$(getAllOutputNames | wc -w)" -gt 1 ] && [ -n "${setOutputFlags-1}" ] || return 0
	flags+=(
		"--bindir=${!outputBin}/bin" "--sbindir=${!outputBin}/sbin" "--includedir=${!outputInclude}/include"
		"--mandir=${!outputMan}/share/man" "--infodir=${!outputInfo}/share/info"
		"--docdir=${!outputDoc}/share/doc/${shareDocName:-${pname:-${name%%-[0-9]*}}}"
		"--libdir=${!outputLib}/lib" "--libexecdir=${!outputLib}/libexec"
		"--localedir=${!outputLib}/share/locale"
	)
}

# A configure script is asked for what its kind can do.
_configureDefaults() {
	local script=${configureScript%% *}
	[ -f "$script" ] || return 0
	if [ -z "${dontAddDisableDepTrack:-}" ] && grep -q dependency-tracking "$script"; then
		flags+=(--disable-dependency-tracking)
	fi
	if [ -z "${dontDisableStatic:-}" ] && grep -q enable-static "$script"; then flags+=(--disable-static); fi
	! grep -q -e --libdir "$script" || _outputFlags
}

# libtool would search, and write down, the folders of the host.
_fixLibtool() {
	local file
	[ -z "${dontFixLibtool:-}" ] || return 0
	while IFS= read -r -d '' file; do
		echo "libtool searches no folder of its own: $file"
		sed -i 's|^eval \(sys_lib_.*search_path=\).*|\1|' "$file"
	done < <(find . -iname ltmain.sh -print0 | sort -z)
}

configurePhase() {
	runHook preConfigure
	local -a flags=()
	: "${configureScript:=}"
	if [ -z "$configureScript" ] && [ -x ./configure ]; then configureScript=./configure; fi
	if [ -n "$configureScript" ]; then
		_fixLibtool
		[ -n "${dontAddPrefix:-}" ] || flags+=("${prefixKey:---prefix=}$prefix")
		_configureDefaults
		concatTo flags configureFlags configureFlagsArray
		echo "configure flags: ${flags[*]}"
		# shellcheck disable=SC2086 # a script and its options
		$configureScript "${flags[@]}"
	else
		echo "no configure script, doing nothing"
	fi
	runHook postConfigure
}

# _make PARALLEL VAR…: PARALLEL is set when several jobs may run at once.
_make() {
	local -a flags=()
	if [ -n "$1" ]; then flags+=("-j${NIX_BUILD_CORES:-1}"); fi
	shift
	flags+=("SHELL=$SHELL")
	concatTo flags makeFlags makeFlagsArray "$@"
	make ${makefile:+-f "$makefile"} "${flags[@]}"
}
_hasMakefile() { [ -n "${makefile:-}" ] || [ -e Makefile ] || [ -e makefile ] || [ -e GNUmakefile ]; }

buildPhase() {
	runHook preBuild
	if [ -n "${makeFlags:-}" ] || _hasMakefile; then
		_make "${enableParallelBuilding:-}" buildFlags buildFlagsArray
	else
		echo "no Makefile or custom buildPhase, doing nothing"
	fi
	runHook postBuild
}

# The check target, or the test target, that there is.
_checkTarget() {
	local target
	[ -z "${checkTarget:-}" ] || return 0
	for target in check test; do
		make -n ${makefile:+-f "$makefile"} "$target" >/dev/null 2>&1 || continue
		checkTarget=$target
		return
	done
}
checkPhase() {
	runHook preCheck
	if _hasMakefile; then _checkTarget; fi
	if [ -n "${checkTarget:-}" ]; then
		_make "${enableParallelChecking:-}" checkFlags checkFlagsArray checkTarget
	else
		echo "no check or test target, doing nothing"
	fi
	runHook postCheck
}

installPhase() {
	runHook preInstall
	if _hasMakefile; then
		mkdir -p "$prefix"
		_make "${enableParallelInstalling:-}" installFlags installFlagsArray installTargets=install
	else
		echo "no Makefile or custom installPhase, doing nothing"
	fi
	runHook postInstall
}

installCheckPhase() {
	runHook preInstallCheck
	if _hasMakefile; then _make "${enableParallelChecking:-}" installCheckFlags installCheckTarget=installcheck; fi
	runHook postInstallCheck
}

distPhase() {
	runHook preDist
	_make "" distFlags distTarget=dist
	runHook postDist
}

# What every output gets; $output is its name, $prefix its path.
_moveInto() {
	local from=$1 to=$2
	[ -d "$prefix/$from" ] && [ ! -L "$prefix/$from" ] || return 0
	mkdir -p "$prefix/$to"
	cp -a "$prefix/$from/." "$prefix/$to/"
	rm -rf "${prefix:?}/$from"
}
_fixupFolders() {
	local name
	if [ -z "${dontMoveLib64:-}" ] && [ -d "$prefix/lib64" ] && [ ! -L "$prefix/lib64" ]; then
		_moveInto lib64 lib
		ln -s lib "$prefix/lib64"
	fi
	if [ -z "${dontMoveSbin:-}" ] && [ -d "$prefix/sbin" ] && [ ! -L "$prefix/sbin" ]; then
		_moveInto sbin bin
		ln -s bin "$prefix/sbin"
	fi
	for name in ${forceShare-man doc info}; do _moveInto "$name" "share/$name"; done
}
_fixupMan() {
	[ -z "${dontGzipMan:-}" ] && [ -d "$prefix/share/man" ] || return 0
	local page target
	find "$prefix/share/man" -type f ! -name '*.gz' ! -name '*.bz2' ! -name '*.xz' -print0 | sort -z | xargs -0 -r gzip -n -f
	# links to pages that have a new name now
	while IFS= read -r -d '' page; do
		target=$(readlink "$page")
		if [ ! -e "$page" ] && [ -e "$(dirname "$page")/$target.gz" ]; then
			ln -sfn "$target.gz" "$page"
			mv "$page" "$page.gz"
		fi
	done < <(find "$prefix/share/man" -type l ! -name '*.gz' -print0 | sort -z)
}
_fixupShebangs() {
	[ -z "${dontPatchShebangs:-}" ] || return 0
	if [ "$output" != out ] && [ "$output" = "$outputDev" ]; then
		patchShebangs --build "$prefix"
	else
		patchShebangs --host "$prefix"
	fi
}
fixupOutputHooks+=(_fixupFolders _fixupMan _fixupShebangs)

# Documentation and what only compiling needs go to the outputs that are for them.
_splitOutputs() {
	local glob
	local -a names
	# shellcheck disable=SC2207 # words
	names=($(getAllOutputNames))
	[ ${#names[@]} -gt 1 ] || return 0
	moveToOutput share/info "${!outputInfo}"
	moveToOutput share/doc "${!outputDoc}"
	moveToOutput share/gtk-doc "${!outputDevdoc}"
	moveToOutput share/man/man3 "${!outputDevman}"
	moveToOutput share/man "${!outputMan}"
	[ -z "${moveToDev+set}" ] || [ -n "$moveToDev" ] || return 0
	moveToOutput include "${!outputInclude}"
	for glob in lib/pkgconfig share/pkgconfig lib/cmake share/aclocal; do
		moveToOutput "$glob" "${!outputDev}"
	done
}
preFixupHooks+=(_splitOutputs)

# Whoever takes the dev output gets the programs and libraries, too.
_otherOutputs() {
	local name
	local -A seen=([$outputDev]=1)
	for name in $outputBin $outputInclude $outputLib; do
		[ -z "${seen[$name]:-}" ] || continue
		seen[$name]=1
		[ ! -e "${!name}" ] || printf '%s\n' "${!name}"
	done
}

_writePropagated() {
	local target=${!outputDev} pair var
	local -a list
	for pair in depsBuildBuildPropagated:propagated-build-build-deps \
		propagatedNativeBuildInputs:propagated-native-build-inputs \
		depsBuildTargetPropagated:propagated-build-target-deps \
		depsHostHostPropagated:propagated-host-host-deps \
		propagatedBuildInputs:propagated-build-inputs \
		depsTargetTargetPropagated:propagated-target-target-deps; do
		list=()
		var=${pair%%:*}
		concatTo list "$var"
		[ "$var" != propagatedBuildInputs ] || mapfile -t -O ${#list[@]} list < <(_otherOutputs)
		[ ${#list[@]} -gt 0 ] || continue
		mkdir -p "$target/nix-support"
		printf '%s\n' "${list[@]}" >"$target/nix-support/${pair##*:}"
	done
	if [ -n "${setupHook:-}" ]; then
		mkdir -p "$target/nix-support"
		substituteAll "$setupHook" "$target/nix-support/setup-hook"
	fi
	list=()
	concatTo list propagatedUserEnvPkgs
	if [ ${#list[@]} -gt 0 ]; then
		mkdir -p "${!outputBin}/nix-support"
		printf '%s\n' "${list[@]}" >"${!outputBin}/nix-support/propagated-user-env-packages"
	fi
}

fixupPhase() {
	local output prefix
	for output in $(getAllOutputNames); do
		[ -e "${!output}" ] && [ ! -L "${!output}" ] || continue
		chmod -R u+w,u-s,g-s -- "${!output}"
	done
	runHook preFixup
	for output in $(getAllOutputNames); do
		prefix=${!output}
		if [ -e "$prefix" ]; then runHook fixupOutput; fi
	done
	_writePropagated
	runHook postFixup
	runHook postAllFixup
}

definePhases() {
	_phases=()
	concatTo _phases phases
	[ ${#_phases[@]} -eq 0 ] || return 0
	local unpack='unpackPhase patchPhase' build='buildPhase checkPhase' finish='fixupPhase installCheckPhase'
	local configure=configurePhase install=installPhase dist=distPhase
	concatTo _phases prePhases unpack preConfigurePhases configure preBuildPhases build \
		preInstallPhases install preFixupPhases finish preDistPhases dist postPhases
}

# A phase can be left out (dontX) or asked for (doX).
_wanted() {
	case $1 in
	unpackPhase) [ -z "${dontUnpack:-}" ] ;;
	patchPhase) [ -z "${dontPatch:-}" ] ;;
	configurePhase) [ -z "${dontConfigure:-}" ] ;;
	buildPhase) [ -z "${dontBuild:-}" ] ;;
	checkPhase) [ -n "${doCheck:-}" ] ;;
	installPhase) [ -z "${dontInstall:-}" ] ;;
	fixupPhase) [ -z "${dontFixup:-}" ] ;;
	installCheckPhase) [ -n "${doInstallCheck:-}" ] ;;
	distPhase) [ -n "${doDist:-}" ] ;;
	*) true ;;
	esac
}

runPhase() {
	local phase=$1
	_wanted "$phase" || return 0
	echo "Running phase: $phase"
	if [ -n "${NIX_LOG_FD:-}" ]; then printf '@nix {"action":"setPhase","phase":"%s"}\n' "$phase" >&"$NIX_LOG_FD"; fi
	curPhase=$phase
	# A recipe's own text comes before the function of the same name.
	if [ -n "${!phase:-}" ]; then eval "${!phase}"; else "$phase"; fi
	if [ "$phase" = unpackPhase ]; then
		[ -z "${sourceRoot:-}" ] || cd -- "$sourceRoot" || _noSourceRoot "there is no folder '$sourceRoot' to build in"
	fi
}

# A recipe's `buildCommand` replaces all phases.
genericBuild() {
	local phase
	if [ -n "${buildCommandPath:-}" ]; then
		# shellcheck source=/dev/null
		source "$buildCommandPath"
		return
	fi
	if [ -n "${buildCommand:-}" ]; then
		eval "$buildCommand"
		return
	fi
	definePhases
	for phase in "${_phases[@]}"; do runPhase "$phase"; done
}

_onExit() {
	local status=$? cure='name the package of a program that is not found in nativeBuildInputs'
	set +e
	if [ "$status" != 0 ]; then
		# what kiln shell --failed goes on with; only of a failure, which gives no output
		export -p >"$NIX_BUILD_TOP/env-vars" 2>/dev/null
		[ -n "${NIX_CC:-}" ] || cure+='; the compiler is in stdenv and runCommandCC, not in stdenvNoCC and runCommand'
		[ -z "${curPhase:-}" ] || nixErrorLog "$curPhase failed with exit status $status"
		if [ "$status" = 127 ]; then nixHintLog "$cure"; fi
		runHook failureHook
	else
		runHook exitHook
	fi
	exit "$status"
}
trap _onExit EXIT

# The environment is complete only with the inputs on PATH; sort and the like are in initialPath.
for _dir in $initialPath; do addToSearchPath PATH "$_dir/bin"; done
_setOutputs
_chooseOutputs
_setupInputs
_addOutputsToPath
runHook preHook
