#!/bin/sh
# Binary caches beside real Nix: each reads what the other wrote, and both write the same.
. "$(dirname "$0")/../lib.sh"
command -v nix-store >/dev/null || skip_all "no nix-store (Debian's nix-bin)"
plan 31
cd "$T" || exit 1
export NIX_CONFIG='experimental-features = nix-command
substituters =
build-users-group ='
mkdir -p "$KILN_STORE/nix/store"
d=/nix/store/3jmiqxxd2z4ypk8am71rc6kffqzgma57-d t=/nix/store/2jmiqxxd2z4ypk8am71rc6kffqzgma57-t
mkdir "$KILN_STORE$d"
echo dep >"$KILN_STORE$d/file"
seq 100000 >"$KILN_STORE$d/numbers"
ln -s numbers "$KILN_STORE$d/link"
printf '#!/bin/sh\necho %s\n' "$d" >"$KILN_STORE$t"
chmod +x "$KILN_STORE$t"
# t refers to d and to itself, and came from a derivation.
printf '%s\n\n0\n%s\n%s\n2\n%s\n%s\n' $d $t /nix/store/4jmiqxxd2z4ypk8am71rc6kffqzgma57-t.drv $d $t | kiln store --register-validity
text=$(kiln eval -E 'builtins.toFile "text" "named after its content"' | tr -d '"')
nix-store --generate-binary-cache-key k-1 key key.pub
public=$(cat key.pub)
apart() {
	chmod -R u+w apart 2>/dev/null
	rm -rf apart
	mkdir apart
}
same() { [ "$(kiln store --query --hash "$1")" = "$(KILN_STORE=$T/apart kiln store --query --hash "$1")" ]; }
kiln_pulls() {
	apart
	KILN_STORE=$T/apart kiln cache pull --from "$1" --trusted-public-keys "$public" $t >/dev/null && same $t && same $d &&
		KILN_STORE=$T/apart kiln store --verify --check-contents
}
nix_pulls() {
	apart
	nix-store --store "$T/apart" -r $t --option substituters "$1" --option trusted-public-keys "$public" && same $t && same $d
}
theirs() { nix copy --store "$KILN_STORE" --to "file://$T/theirs-$1?compression=$1&secret-key=$T/key" $t; }
rest() { grep -v '^URL\|^File\|^Compression' "$1"/*.narinfo | sed 's/.*narinfo://'; }

for packing in zstd xz br gzip bzip2 none; do
	ok "Nix writes a cache packed as $packing" theirs $packing
	ok "kiln reads it" kiln_pulls "file://$T/theirs-$packing"
done
for packing in zstd none; do
	ok "kiln writes a cache packed as $packing" kiln cache push --to "file://$T/ours-$packing?compression=$packing&secret-key=$T/key" $t
	ok "Nix reads it" nix_pulls "file://$T/ours-$packing"
	is "both say the same of each path" "$(rest ours-$packing)" "$(rest theirs-$packing)"
done
is "without packing all is the same" "$(cat ours-none/*.narinfo)" "$(cat theirs-none/*.narinfo)"
ok "Nix adds to kiln's" nix copy --store "$KILN_STORE" --to "file://$T/ours-zstd" "$text"
is "kiln has nothing to add" "$(kiln cache push --json --to "file://$T/ours-zstd" "$text" 2>/dev/null | grep -o '"there": 1')" '"there": 1'
apart
ok "and takes it without a signature, as its content proves it" env KILN_STORE="$T/apart" "$KILN_BUILD/kiln" cache pull --from "file://$T/ours-zstd" "$text"
sed -i 's/^NarHash: .*/NarHash: sha256:1s0b3fhyzg8fnjd5gxpns214d1m6kmmyk9000465glap5g7nc6zz/' "ours-zstd/$(basename "$text" | cut -c1-32).narinfo"
apart
fails_like "but not of other content" "hash mismatch" env KILN_STORE="$T/apart" "$KILN_BUILD/kiln" cache pull --from "file://$T/ours-zstd" "$text"
printf '%s\n' "StoreDir: /nix/store" >bare-info
mkdir bare && mv bare-info bare/nix-cache-info
ok "kiln fills a cache that only says whose it is" kiln cache push --to "file://$T/bare?secret-key=$T/key" $t
ok "nix copy by kiln, into a cache" compat nix copy --to "file://$T/copied?secret-key=$T/key" $t
is "writes what kiln cache push does" "$(cat copied/*.narinfo)" "$(cat ours-zstd/2*.narinfo ours-zstd/3*.narinfo)"
apart
ok "and out of one" env KILN_STORE="$T/apart" "$KILN_BUILD/compat/nix" copy --from "file://$T/copied" --option trusted-public-keys "$public" $t
ok "is whole" same $t
apart
fails_like "a stranger's is refused" "has 0 of 1 signatures" env KILN_STORE="$T/apart" "$KILN_BUILD/compat/nix" copy --from "file://$T/copied" $t
ok "unless nobody asks" env KILN_STORE="$T/apart" "$KILN_BUILD/compat/nix" copy --no-check-sigs --from "file://$T/copied" $t
fails_like "one way has to be said" "one of '--from' and '--to'" compat nix copy $t
