# shellcheck shell=bash
# Of the linker's wrapper: libraries of the inputs, and the tools' names.
_ldLibraries() {
	local role_post folder
	local -a libraries
	getHostRole
	for folder in "$1/lib64" "$1/lib"; do
		[ ! -L "$folder" ] || continue
		libraries=("$folder"/lib*)
		[ ${#libraries[@]} -eq 0 ] || export "NIX_LDFLAGS$role_post+= -L$folder"
	done
}
getTargetRole
getTargetRoleWrapper BINTOOLS @salt@
addEnvHooks "$targetOffset" _ldLibraries
export "NIX_BINTOOLS$role_post=@out@"
for _name in AR AS LD NM OBJCOPY OBJDUMP RANLIB READELF SIZE STRINGS STRIP; do
	export "$_name$role_post=${_name,,}"
done
unset _name role_post
: "${NIX_HARDENING_ENABLE=@hardening@}"
export NIX_HARDENING_ENABLE
