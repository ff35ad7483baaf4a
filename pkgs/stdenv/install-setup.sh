# Builds $stdenv: setup.sh with the set's own programs and shell filled in; with a compiler, objects.sh
# behind it.
export PATH=$coreutils/bin
mkdir -p "$out"
{
	printf 'export SHELL=%q\n' "$shell"
	printf 'initialPath=%q\n' "$initialPath"
	if [ -n "$objects" ]; then
		printf 'defaultNativeBuildInputs=%q\nbuildOnly=%q\n' "$defaultNativeBuildInputs" "$buildOnly"
		printf '_recipe=$(export -p)\n'
	fi
	cat "$setup" $objects
} >"$out/setup"
