# The build environment: $stdenv/setup. A builder sources this file, which finds the inputs, and
# calls genericBuild, which runs the phases. Names and meanings are nixpkgs', so that a recipe's
# phases run unchanged. Nothing here may depend on time, locale, user or the number of cores.
set -e
set -o pipefail
shopt -s inherit_errexit nullglob

export LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=315532800
export CONFIG_SHELL=$SHELL
: "${NIX_BUILD_TOP:=$PWD}" "${NIX_STORE:=/nix/store}" "${outputs:=out}"
: "${NIX_DEBUG:=0}"
export TMPDIR=${TMPDIR:-$NIX_BUILD_TOP}
umask 022
[ "$NIX_DEBUG" -lt 6 ] || set -x

######################################################################
# Hooks

# _eval CODE_OR_FUNCTION: hooks are names of functions or pieces of shell.
_eval() {
	if declare -F "$1" >/dev/null; then
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

# runOneHook NAME ARG…: the first hook that succeeds.
runOneHook() {
	local name=$1 array hook
	shift
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

# Recipe lists are words of a variable or, with __structuredAttrs, arrays.
appendToVar() {
	local -n ref=$1
	shift
	if [[ $(declare -p "${!ref}" 2>/dev/null) == 'declare -a'* ]]; then ref+=("$@"); else ref="${ref:-}${ref:+ }$*"; fi
}
prependToVar() {
	local -n ref=$1
	shift
	if [[ $(declare -p "${!ref}" 2>/dev/null) == 'declare -a'* ]]; then ref=("$@" "${ref[@]}"); else ref="$*${ref:+ }${ref:-}"; fi
}
# concatTo ARRAY VAR…: appends the words of each variable to an array; VAR=default is allowed.
concatTo() {
	local -n target=$1
	local item name
	shift
	for item in "$@"; do
		name=${item%%=*}
		if [[ $(declare -p "$name" 2>/dev/null) == 'declare -a'* ]]; then
			local -n list=$name
			target+=("${list[@]}")
			unset -n list
		elif [ -n "${!name:-}" ]; then
			# shellcheck disable=SC2206 # words
			target+=(${!name})
		elif [ "$item" != "$name" ]; then
			# shellcheck disable=SC2206 # words
			target+=(${item#*=})
		fi
	done
}

getAllOutputNames() {
	if [[ $(declare -p outputs) == 'declare -A'* ]]; then
		printf '%s ' "${!outputs[@]}"
	else
		printf '%s ' $outputs
	fi
}

######################################################################
# Text replacement

# _readFile VAR FILE: all bytes, final newlines included; NUL bytes cannot be held in a variable.
_readFile() {
	if IFS= read -r -d '' "$1" <"$2"; then die "substitute: '$2' has NUL bytes; only text can be changed"; fi
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
				--replace-fail) die "substitute: pattern $(printf %q "$pattern") is not in $what" ;;
				--replace | --replace-warn) nixWarnLog "substitute: pattern $(printf %q "$pattern") is not in $what" ;;
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

# patchShebangs [--build|--host|--update] PATH…: `#!/usr/bin/env x` and `#!/bin/x` of executable
# files become the x that is on PATH; those not found, or in the store already, stay.
patchShebangs() {
	local update= file line words interpreter found
	while [[ ${1:-} == --* ]]; do
		[ "$1" != --update ] || update=1
		shift
	done
	[ $# -gt 0 ] || die "patchShebangs: no path given"
	while IFS= read -r -d '' file; do
		isScript "$file" || continue
		IFS= read -r line <"$file" || [ -n "$line" ]
		line=${line%$'\r'}
		read -r -a words <<<"${line#\#!}"
		[ ${#words[@]} -gt 0 ] || continue
		if [[ ${words[0]} == */bin/env ]]; then
			if [ "${words[1]:-}" = -S ]; then
				found=$(type -P env) || continue
				_setShebang "$file" "$found ${words[*]:1}"
				continue
			fi
			[ -n "${words[1]:-}" ] || die "patchShebangs: '$file': env without a program"
			if [[ ${words[1]} == -* || ${words[1]} == *=* ]]; then
				die "patchShebangs: '$file': '$line' has options or variables; name the program directly"
			fi
			interpreter=${words[1]}
			words=("${words[@]:2}")
		else
			interpreter=$(basename "${words[0]}")
			if [[ ${words[0]} == "$NIX_STORE"/* && -z $update ]]; then continue; fi
			words=("${words[@]:1}")
		fi
		found=$(type -P "$interpreter") || continue
		_setShebang "$file" "$found${words[*]:+ ${words[*]}}"
	done < <(find "$@" -type f -perm -0100 -print0 | sort -z)
}

_setShebang() {
	local file=$1 text=$2 writable=1
	echo "$file: interpreter is now $text"
	if [ ! -w "$file" ]; then
		writable=
		chmod u+w "$file"
	fi
	sed -i -e "1 s|.*|#!$text|" "$file"
	[ -n "$writable" ] || chmod u-w "$file"
}

######################################################################
# Inputs

declare -a envHooks=()
declare -a _inputs=()
declare -A _seen=()

# addEnvHooks OFFSET FUNCTION…: called with each input; offsets mean nothing without crossing.
addEnvHooks() {
	shift
	envHooks+=("$@")
}

# _findInput PATH: the input, its setup hook and all that it propagates, depth first, once each.
_findInput() {
	local pkg=$1 file next
	[ -z "${_seen[$pkg]:-}" ] || return 0
	_seen[$pkg]=1
	[ -e "$pkg" ] || die "build input '$pkg' does not exist"
	_inputs+=("$pkg")
	for file in propagated-build-inputs propagated-native-build-inputs; do
		[ -f "$pkg/nix-support/$file" ] || continue
		for next in $(<"$pkg/nix-support/$file"); do _findInput "$next"; done
	done
}

_activate() {
	local pkg=$1
	if [ -f "$pkg" ]; then
		# shellcheck source=/dev/null
		source "$pkg"
		return
	fi
	addToSearchPath _PATH "$pkg/bin"
	addToSearchPath XDG_DATA_DIRS "$pkg/share"
	if [ -f "$pkg/nix-support/setup-hook" ]; then
		# shellcheck source=/dev/null
		source "$pkg/nix-support/setup-hook"
	fi
}

_setupInputs() {
	local -a all=()
	local pkg hook
	PATH= _PATH=
	for pkg in $initialPath; do addToSearchPath PATH "$pkg/bin"; done
	concatTo all nativeBuildInputs buildInputs propagatedNativeBuildInputs propagatedBuildInputs
	for pkg in "${all[@]}"; do _findInput "$pkg"; done
	for pkg in "${_inputs[@]}"; do _activate "$pkg"; done
	PATH=${_PATH:+$_PATH:}$PATH
	export PATH
	for pkg in "${_inputs[@]}"; do
		for hook in "${envHooks[@]}"; do _eval "$hook" "$pkg"; done
	done
}

_setOutputs() {
	local name
	if [[ $(declare -p outputs) == 'declare -A'* ]]; then
		for name in "${!outputs[@]}"; do export "$name=${outputs[$name]}"; done
	fi
	for name in $(getAllOutputNames); do
		: "${prefix:=${!name}}"
	done
	export prefix
}

_addOutputsToPath() {
	local name
	for name in $(getAllOutputNames); do
		[ ! -d "${!name}/bin" ] || PATH=${!name}/bin:$PATH
	done
}

######################################################################
# Phases

# unpackFile SOURCE: into the current folder.
unpackFile() {
	local source=$1
	echo "unpacking source archive $source"
	runOneHook unpackCmd "$source" || die "do not know how to unpack source '$source'"
}
_unpackFolder() {
	[ -d "$1" ] || return 1
	stripHash "$1" >/dev/null
	cp -r --preserve=mode,timestamps --reflink=auto -- "$1" "$strippedName"
}
_unpackArchive() {
	case $1 in
	*.tar | *.tar.* | *.tgz | *.tbz2 | *.tbz | *.txz) tar xf "$1" --mode=+w --warning=no-timestamp ;;
	*) return 1 ;;
	esac
}
unpackCmdHooks+=(_unpackFolder _unpackArchive)

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
	if [ -n "${setSourceRoot:-}" ]; then
		_eval setSourceRoot
	elif [ -z "$sourceRoot" ]; then
		for dir in "${after[@]}"; do
			[[ " ${before[*]:-} " != *" $dir "* ]] || continue
			[ -z "$found" ] || die "unpackPhase: more than one folder came out ('$found' and '${dir%/}'); set sourceRoot"
			found=${dir%/}
		done
		[ -n "$found" ] || die "unpackPhase: no folder came out; set sourceRoot"
		sourceRoot=$found
	fi
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
		esac | patch "${flags[@]}"
	done
	runHook postPatch
}

configurePhase() {
	runHook preConfigure
	local -a flags=()
	: "${configureScript:=}"
	if [ -z "$configureScript" ] && [ -x ./configure ]; then configureScript=./configure; fi
	if [ -n "$configureScript" ]; then
		[ -n "${dontAddPrefix:-}" ] || flags+=("${prefixKey:---prefix=}$prefix")
		concatTo flags configureFlags configureFlagsArray
		echo "configure flags: ${flags[*]}"
		$configureScript "${flags[@]}"
	else
		echo "no configure script, doing nothing"
	fi
	runHook postConfigure
}

_make() {
	local -a flags=()
	concatTo flags makeFlags makeFlagsArray "$@"
	make ${makefile:+-f "$makefile"} "SHELL=$SHELL" "${flags[@]}"
}
_hasMakefile() { [ -n "${makefile:-}" ] || [ -e Makefile ] || [ -e makefile ] || [ -e GNUmakefile ]; }

buildPhase() {
	runHook preBuild
	if [ -n "${makeFlags:-}" ] || _hasMakefile; then
		_make buildFlags buildFlagsArray
	else
		echo "no Makefile or custom buildPhase, doing nothing"
	fi
	runHook postBuild
}

checkPhase() {
	runHook preCheck
	if _hasMakefile; then
		_make checkFlags checkFlagsArray checkTarget=check
	else
		echo "no Makefile or custom checkPhase, doing nothing"
	fi
	runHook postCheck
}

installPhase() {
	runHook preInstall
	_hasMakefile || die "no Makefile and no custom installPhase: say installPhase how to fill \$out"
	[ -z "$prefix" ] || mkdir -p "$prefix"
	_make installFlags installFlagsArray installTargets=install
	runHook postInstall
}

installCheckPhase() {
	runHook preInstallCheck
	if _hasMakefile; then _make installCheckFlags installCheckTarget=installcheck; fi
	runHook postInstallCheck
}

distPhase() {
	runHook preDist
	_make distFlags distTarget=dist
	runHook postDist
}

# What every output gets.
_moveInto() {
	local from=$1 to=$2
	[ -d "$prefix/$from" ] && [ ! -L "$prefix/$from" ] || return 0
	mkdir -p "$prefix/$to"
	cp -a "$prefix/$from/." "$prefix/$to/"
	rm -rf "${prefix:?}/$from"
}
_fixupFolders() {
	[ -n "${dontMoveLib64:-}" ] || _moveInto lib64 lib
	if [ -z "${dontMoveSbin:-}" ] && [ -d "$prefix/sbin" ] && [ ! -L "$prefix/sbin" ]; then
		_moveInto sbin bin
		ln -s bin "$prefix/sbin"
	fi
	local name
	for name in ${forceShare:-man doc info}; do _moveInto "$name" "share/$name"; done
}
_fixupMan() {
	[ -z "${dontGzipMan:-}" ] && [ -d "$prefix/share/man" ] || return 0
	find "$prefix/share/man" -type f ! -name '*.gz' ! -name '*.bz2' -print0 | sort -z | xargs -0 -r gzip -n -f
}
_fixupShebangs() {
	[ -n "${dontPatchShebangs:-}" ] || patchShebangs "$prefix"
}
fixupOutputHooks+=(_fixupFolders _fixupMan _fixupShebangs)

_writePropagated() {
	local target=${!outputDev:-$out} file
	local -a list
	for file in propagatedBuildInputs:propagated-build-inputs propagatedNativeBuildInputs:propagated-native-build-inputs; do
		list=()
		concatTo list "${file%%:*}"
		[ ${#list[@]} -gt 0 ] || continue
		mkdir -p "$target/nix-support"
		printf '%s\n' "${list[@]}" >"$target/nix-support/${file##*:}"
	done
	if [ -n "${setupHook:-}" ]; then
		mkdir -p "$target/nix-support"
		substituteAll "$setupHook" "$target/nix-support/setup-hook"
	fi
	if [ -n "${propagatedUserEnvPkgs:-}" ]; then
		mkdir -p "$target/nix-support"
		printf '%s\n' "$propagatedUserEnvPkgs" >"$target/nix-support/propagated-user-env-packages"
	fi
}

fixupPhase() {
	local name prefix
	for name in $(getAllOutputNames); do
		[ -e "${!name}" ] || continue
		[ -L "${!name}" ] || chmod -R u+w,u-s,g-s -- "${!name}"
	done
	runHook preFixup
	for name in $(getAllOutputNames); do
		prefix=${!name}
		if [ -d "$prefix" ]; then runHook fixupOutput; fi
	done
	_writePropagated
	runHook postFixup
}

definePhases() {
	[ -z "${phases:-}" ] || return 0
	phases="${prePhases:-} unpackPhase patchPhase ${preConfigurePhases:-} configurePhase ${preBuildPhases:-} buildPhase checkPhase ${preInstallPhases:-} installPhase ${preFixupPhases:-} fixupPhase installCheckPhase ${preDistPhases:-} distPhase ${postPhases:-}"
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
	# A recipe's own text comes before the function of the same name.
	if [ -n "${!phase:-}" ]; then eval "${!phase}"; else "$phase"; fi
	if [ "$phase" = unpackPhase ]; then
		[ -z "${sourceRoot:-}" ] || cd -- "$sourceRoot"
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
	for phase in $phases; do runPhase "$phase"; done
}

_onExit() {
	local status=$?
	set +e
	if [ "$status" != 0 ]; then _implicitHook failureHook; else _implicitHook exitHook; fi
	exit "$status"
}
trap _onExit EXIT

_setOutputs
: "${outputBin:=bin}" "${outputDev:=dev}" "${outputLib:=lib}"
for _o in outputBin outputDev outputLib; do
	[ -n "${!_o:+${!_o}}" ] && [ -n "$(eval "printf %s \"\${${!_o}:-}\"")" ] || printf -v "$_o" out
done
_setupInputs
_addOutputsToPath
runHook preHook
