#!/bin/sh
# What was deleted or altered by hand comes back: by fetching, by building, under each of the names for
# it; and what cannot come back is told, with nothing lost.
. "$(dirname "$0")/../lib.sh"
plan 49
cd "$T" || exit 1
unset KILN_STORE
export NIX_STORE_DIR="$T/st" NIX_STATE_DIR="$T/var" NIX_LOG_DIR="$T/log"
mkdir -p "$NIX_CONF_DIR"
echo 'sandbox = false' >"$NIX_CONF_DIR/nix.conf"
echo source >file
hash=$(compat nix-hash --flat --type sha256 --base32 file)
cat >d.nix <<END
let
  src = derivation {
    name = "src";
    system = "builtin";
    builder = "builtin:fetchurl";
    url = "file://$T/file";
    outputHash = "$hash";
    outputHashAlgo = "sha256";
    outputHashMode = "flat";
  };
in derivation {
  name = "out";
  system = builtins.currentSystem;
  builder = "/bin/sh";
  args = [ "-c" "read x <\${src}; echo \$x \${src} >\$out" ];
}
END
kiln build -f d.nix >/dev/null 2>&1
made=$(readlink result)
src=$(kiln store -q --references "$made")
echo text >text
txt=$(kiln store add text)
alter() {
	chmod u+w "$1"
	echo other >"$1"
	chmod a-w "$1"
}
verified() { kiln store --verify --check-contents; }

# ---- a source that was altered ----
for command in "kiln store repair $src" "compat nix store repair $src" "compat nix-store --repair-path $src" \
	"compat nix-store --verify --check-contents --repair" "kiln store repair --all" "kiln build -f d.nix --repair" \
	"compat nix-build d.nix --repair" "compat nix-store --realise $(kiln store -qd "$made") --repair"; do
	alter "$src"
	# shellcheck disable=SC2086 # words
	ok "$(echo "$command" | sed "s,$T/,,g; s,[a-z0-9]\{32\}-,,g")" $command
	is "brings it back" "$(cat "$src")" source
done
ok "and the store verifies" verified
like "what is whole is left alone" "$(kiln store repair "$src" 2>&1 | grep -c repaired)" '^0$'

# ---- what is gone ----
rm -f "$made"
ok "a build that is gone" kiln store repair ./result
is "is there again" "$(cat "$made")" "source $src"
rm -f "$made" "$src"
ok "with what it needs" compat nix-build d.nix --repair
is "too" "$(cat "$src" "$made")" "source
source $src"

# ---- what cannot come back ----
alter "$src"
echo changed >file
fails_like "a source that is another now" "hash mismatch" kiln store repair "$src"
is "stays as it was" "$(cat "$src")" other
echo source >file
kiln store repair "$src" >/dev/null 2>&1
alter "$txt"
fails_like "what nothing makes" "no derivation that makes it is in the store" kiln store repair "$txt"
compat nix-store --repair-path "$txt" >/dev/null 2>&1
is "is a failure" $? 1
alter "$made"
ok "a build without a sandbox" kiln store repair "$made"
like "brings it back" "$(cat "$made")" "^source "
alter "$made"
like "without --repair it is told" "$(verified 2>&1)" "2 paths are damaged; --repair brings back what it can"
fails_like "what is named or all" "name paths or recipes, or say --all" kiln store repair

# ---- what is added again ----
is "telling a path's name changes nothing" "$(kiln store add --dry-run text >/dev/null; cat "$txt")" other
like "adding again tells" "$(kiln store add text 2>&1)" "^repaired '$txt'"
is "and brings back" "$(cat "$txt")" text
is "where it is whole nothing is told" "$(kiln store add text 2>&1 | plain)" "$txt"
rm -f "$txt" && mkdir "$txt"
is "a folder in its place, too" "$(compat nix-store --add text 2>/dev/null; cat "$txt")" "$txt
text"
seq 1 1000000 >big
big=$(kiln store add big)
alter "$big"
ok "a big one" sh -c "'$KILN_BUILD/kiln' store add big && cmp '$big' big"
# A tree that is too big to be kept in memory is compared while its source is read.
mkdir -p tree/a/b tree/c
cp big tree/a/numbers
seq 1 200000 >tree/a/b/others
echo small >tree/c/small
ln -s a/numbers tree/link
tree=$(kiln store add tree)
is "a big tree that is whole is left alone" "$(kiln store add tree 2>&1 | plain)" "$tree"
quietly_altered() { # what was written is seen by neither size nor time nor mode
	chmod u+w "$tree/$1" && printf X | dd of="$tree/$1" conv=notrunc status=none && touch -d @1 "$tree/$1" &&
		chmod 444 "$tree/$1"
}
added_again() {
	is "adding it again brings back: $1" "$(kiln store add tree 2>&1 | grep -c "^repaired '$tree'"; diff -r tree "$tree")" 1
}
for file in a/numbers c/small; do
	quietly_altered $file
	added_again "bytes of $file"
done
chmod u+w "$tree/c" && touch "$tree/c/more"
added_again "a file more"
chmod u+w "$tree/c" && rm -f "$tree/c/small"
added_again "a file less"
chmod u+w "$tree" && ln -sfn a/b "$tree/link"
added_again "another link"
chmod 555 "$tree/c/small"
added_again "another mode"
chmod u+w "$tree/c" && rm -f "$tree/c/small" && mkdir "$tree/c/small"
added_again "a folder for a file"
is "and it is the source's again" "$(diff -r tree "$tree" && kiln store add tree 2>&1 | plain)" "$tree"
echo more >>tree/c/small
is "another tree of that name is another path" "$(kiln store add tree | grep -c "$tree")" 0
# shellcheck disable=SC2016
echo 'derivation { name = "uses"; system = builtins.currentSystem; builder = "/bin/sh"; t = ./text; args = [ "-c" "echo 1 >$out" ]; }' >uses.nix
kiln build --no-link -f uses.nix >/dev/null 2>&1
for build in "kiln build --no-link -f uses.nix" "compat nix-build --no-out-link uses.nix" "compat nix build --no-link -f uses.nix"; do
	alter "$txt"
	$build --repair >/dev/null 2>&1
	is "a recipe's source: ${build%% --no*}" "$(cat "$txt")" text
done
