# The install phase of a component: what is in its $wheels, as one tree. Each has a folder nvidia/NAME,
# or one of its own name, with include, lib and bin; licences go where nobody else's are.
runHook preInstall

_cudaUnpack() {
	local status
	[ -p /proc/self/fd/250 ] || die "wheels are unpacked by kiln itself, which does not run this build"
	printf '%s\0' builtin:kiln-unpack-1 "archive=$1" "out=$2" '' >&250
	IFS= read -r -u 251 status || status=1
	return "$status"
}

_cudaTree() {
	local wheel=$1 name=$2 top=$NIX_BUILD_TOP/wheel-$2 folder
	_cudaUnpack "$wheel" "$top"
	for folder in "$top"/nvidia/*/ "$top"/*/; do
		case $folder in
		*/nvidia/) ;;
		*.dist-info/)
			for license in "$folder"licenses/* "$folder"[Ll][Ii][Cc][Ee][Nn][Ss][Ee]*; do
				[ -f "$license" ] && install -Dm644 -- "$license" "$out/share/doc/$name/${license##*/}"
			done
			;;
		*) cp -r --no-preserve=ownership -- "$folder." "$out/" ;;
		esac
	done
	rm -rf "$top"
}

mkdir -p "$out"
read -ra names <<<"$projects"
read -ra files <<<"$wheels"
for i in "${!names[@]}"; do _cudaTree "${files[i]}" "${names[i]}"; done
for folder in $linked; do
	for name in lib nvvm; do
		[ ! -d "$folder/$name" ] || linkTree "$folder/$name" "$out/$name"
	done
done
find "$out" \( -name '__init__.py' -o -name '__pycache__' \) -prune -exec rm -rf {} +

# Linkers ask for names without versions.
for file in "$out"/lib/lib*.so.*; do
	link=${file%%.so.*}.so
	[ -e "$link" ] || ln -s "${file##*/}" "$link"
done
if [ -d "$out/lib" ]; then ln -s lib "$out/lib64"; fi
for file in "$out"/bin/* "$out"/nvvm/bin/*; do
	if [ -f "$file" ] && [ ! -L "$file" ] && isELF "$file"; then chmod +x "$file"; fi
done
if [ -n "$noCompiler" ]; then
	mkdir -p "$out/bin"
	printf '#!%s\necho "error: nvcc: %s" >&2\nexit 1\n' "$SHELL" "$noCompiler" >"$out/bin/nvcc"
	chmod +x "$out/bin/nvcc"
fi
runHook postInstall
