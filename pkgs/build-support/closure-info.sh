# Builds closureInfo from .attrs.json, where Nix tells the closure as `"closure":[{…},…]`: objects of
# plain fields and one list of strings, in no order that one can rely on.
mkdir -p "$out"
touch "$out/registration"
total=0

# _field NAME PATTERN: of $object.
_field() {
	[[ $object =~ \"$1\":($2) ]] || die "closureInfo: a path's $1 is missing in: $object"
	printf %s "${BASH_REMATCH[1]}"
}

json=$(<"${NIX_ATTRS_JSON_FILE:-.attrs.json}")
closure=${json#*\"closure\":\[\{}
[ "$closure" != "$json" ] || die "closureInfo: the builder was told no closure"
declare -A objects=()
while IFS= read -r object; do
	path=$(_field path '"[^"]*"')
	objects[${path//\"/}]=$object
done < <(printf '%s\n' "${closure%%\}]*}" | sed 's/},{/\n/g')

printf '%s\n' "${!objects[@]}" | sort >"$out/store-paths"
while IFS= read -r path; do
	object=${objects[$path]}
	hash=$(_field narHash '"[^"]*"')
	size=$(_field narSize '[0-9]+')
	mapfile -t references < <(_field references '\[[^]]*\]' | tr -d '[]"' | tr , '\n' | sed '/^$/d' | sort)
	printf '%s\n' "$path" "${hash//\"/}" "$size" "" "${#references[@]}" "${references[@]}" >>"$out/registration"
	total=$((total + size))
done <"$out/store-paths"
echo "$total" >"$out/total-nar-size"
