# shellcheck shell=bash
# The install phase of a package of Debian's whose files a recipe changes: the tree as it is, with the place
# that it refers to as its own moved; see change.nix.
runHook preInstall
cp -r --preserve=mode,timestamps --no-dereference --reflink=auto -- "$original/." "$out"
chmod -R u+w -- "$out"
[ ${#original} = ${#out} ] || die "'$out' is not as long as '$original', whose place it takes"
grep -rlF --null -- "$original" "$out" >changed || true
while IFS= read -r -d '' file; do
	LC_ALL=C sed -i "s|${original//./\\.}|$out|g" -- "$file"
done <changed
find "$out" -type l -lname "$original*" -print0 >changed
while IFS= read -r -d '' file; do
	target=$(readlink -- "$file")
	ln -sfn -- "$out${target#"$original"}" "$file"
done <changed
runHook postInstall
