# shellcheck shell=sh
# The tree that the cases beside this file look at. restrict_tree DIR makes it.
restrict_tree() {
	mkdir -p "$1/open/sub" "$1/closed/sub" "$1/openly"
	echo '"open"' >"$1/open/value.nix"
	echo '"sub"' >"$1/open/sub/default.nix"
	echo text >"$1/open/text"
	echo '"closed"' >"$1/closed/value.nix"
	echo '"closed default"' >"$1/closed/default.nix"
	echo secret >"$1/closed/text"
	echo secret >"$1/closed/sub/text"
	echo '"openly"' >"$1/openly/value.nix"
	echo 'import ../closed/value.nix' >"$1/open/imports.nix"
	ln -sfn ../closed "$1/open/out"
	ln -sfn ../closed/value.nix "$1/open/out.nix"
	ln -sfn "$1/closed" "$1/open/absolute"
	ln -sfn .. "$1/open/up"
	ln -sfn sub/../../closed/text "$1/open/dots"
	# Up from where the link leads, not from where it is.
	ln -sfn ../closed/sub "$1/open/deep"
	ln -sfn deep/../text "$1/open/round"
	ln -sfn sub "$1/open/inside"
	ln -sfn open "$1/in"
	ln -sfn secret-target "$1/innocent"
}
