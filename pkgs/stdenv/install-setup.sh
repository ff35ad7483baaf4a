# Builds $stdenv: setup.sh with the set's own programs and shell filled in.
export PATH=$coreutils/bin
mkdir -p "$out"
{
	printf 'export SHELL=%q\n' "$shell"
	printf 'initialPath=%q\n' "$initialPath"
	cat "$setup"
} >"$out/setup"
