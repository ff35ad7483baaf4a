# Puts manual pages, completions and programs where they belong.

# installBin FILE…
installBin() {
	local file
	for file in "$@"; do install -Dm755 -- "$file" "${!outputBin}/bin/$(basename "$file")"; done
}

# installManPage FILE…: by section, the part after the last dot (before .gz).
installManPage() {
	local page name section
	for page in "$@"; do
		name=$(basename "$page")
		section=${name%.gz}
		section=${section##*.}
		[[ $section == [0-9a-z]* ]] || die "installManPage: '$page' has no section"
		install -Dm644 -- "$page" "${!outputMan}/share/man/man${section:0:1}/$name"
	done
}

# installShellCompletion [--cmd NAME] [--bash|--zsh|--fish [FILE…]] [--name NAME] FILE…: the shell is
# told by an option or the suffix; --cmd names the files as each shell wants it.
installShellCompletion() {
	local shell='' command='' name='' file target
	while [ $# -gt 0 ]; do
		case $1 in
		--bash | --zsh | --fish) shell=${1#--} ;;
		--cmd) command=$2 && shift ;;
		--cmd=*) command=${1#*=} ;;
		--name) name=$2 && shift ;;
		--name=*) name=${1#*=} ;;
		--) ;;
		-*) die "installShellCompletion: unknown option '$1'" ;;
		*)
			file=$1
			target=$(_completionTarget "$file" "${shell:-${file##*.}}" "$command" "$name")
			install -Dm644 -- "$file" "${!outputBin}/share/$target"
			name=
			;;
		esac
		shift
	done
}
_completionTarget() {
	local base
	base=$(basename "$1")
	# a pipe has no name of its own
	if [ -p "$1" ] && [ -z "$3$4" ]; then die "installShellCompletion: '$1' needs --cmd or --name"; fi
	if [ -n "$4" ]; then
		base=$4
	elif [ -n "$3" ]; then
		case $2 in
		zsh) base=_$3 ;;
		fish) base=$3.fish ;;
		*) base=$3 ;;
		esac
	fi
	case $2 in
	bash) printf 'bash-completion/completions/%s' "$base" ;;
	zsh) printf 'zsh/site-functions/%s' "$base" ;;
	fish) printf 'fish/vendor_completions.d/%s' "$base" ;;
	*) die "installShellCompletion: '$1': say --bash, --zsh or --fish" ;;
	esac
}
