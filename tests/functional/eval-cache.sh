#!/bin/sh
# Kept evaluations: an unchanged project answers without evaluating, and whatever changes is seen.
# What is answered from the cache must at all times be what an evaluation answers.
# shellcheck disable=SC2016
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
plan 80
KILN_DATA_DIR=$(cd "$(dirname "$0")/../.." && pwd)
export KILN_DATA_DIR
cd "$T" || exit 1
cache=$XDG_CACHE_HOME/kiln/eval

# ask WORD…: sets $out, $status and $how (hit, miss, none).
ask() {
	out=$(kiln build -n --json -v "$@" 2>err)
	status=$?
	how=none
	if grep -q '^evaluating' err; then how=miss; fi
	if grep -q '^not evaluating' err; then how=hit; fi
}
# The same by evaluation; sets $fresh.
evaluate() {
	fresh=$(kiln build -n --json --no-eval-cache "$@" 2>fresh-err)
	fresh="$fresh $?"
}
# expect WHAT hit|miss WORD…: so it answers, and right.
expect() {
	what=$1 wanted=$2
	shift 2
	ask "$@"
	evaluate "$@"
	if [ "$how" != "$wanted" ]; then
		fail "$what" "a $how" "$(cat err)"
	elif [ "$out $status" != "$fresh" ]; then
		fail "$what" "got: $out $status" "evaluation says: $fresh"
	else
		pass "$what"
	fi
}
# missed WHY WHAT WORD…: a miss for that reason, and a hit afterwards.
missed() {
	why=$1 what=$2
	shift 2
	ask "$@"
	reason=$(cat err)
	evaluate "$@"
	first="$out $status $how"
	ask "$@"
	if [ "$first" != "$fresh miss" ]; then
		fail "$what" "got: $first" "evaluation says: $fresh" "$reason"
	elif [ "$how" != hit ]; then
		fail "$what" "not kept afterwards" "$(cat err)"
	else
		like "$what" "$reason" "^evaluating again: .*$why"
	fi
}

p=$T/project
mkdir -p "$p/.flox/pkgs/nested" "$p/src/sub/deep" "$p/data" "$p/listed" "$p/v1" "$p/v2"
for i in 1 2 3; do echo "file $i" >"$p/src/f$i"; done
echo deep >"$p/src/sub/deep/x"
ln -s f1 "$p/src/link"
echo '{"version": "1.0"}' >"$p/data/info.json"
echo '"one"' >"$p/v1/value.nix"
echo '"two"' >"$p/v2/value.nix"
ln -s v1 "$p/current"
: >"$p/listed/a"
cat >"$p/.flox/pkgs/tree.nix" <<'NIX'
{ stdenv }: stdenv.mkDerivation { name = "tree"; src = ../../src; }
NIX
cat >"$p/.flox/pkgs/filtered.nix" <<'NIX'
{ stdenv }: stdenv.mkDerivation {
  name = "filtered";
  src = builtins.path { path = ../../src; name = "some"; filter = p: t: baseNameOf p != "f2" && !(t == "directory" && baseNameOf p == "deep"); };
}
NIX
cat >"$p/.flox/pkgs/nested/default.nix" <<'NIX'
{ stdenv, tree }: stdenv.mkDerivation { pname = "nested"; inherit (builtins.fromJSON (builtins.readFile ../../../data/info.json)) version; inherit tree; }
NIX
cat >"$p/.flox/pkgs/looks.nix" <<'NIX'
{ stdenv }: stdenv.mkDerivation {
  name = "looks";
  there = builtins.pathExists ../../data/maybe;
  names = builtins.attrNames (builtins.readDir ../../listed);
  kind = builtins.readFileType ../../listed/a;
  hash = builtins.hashFile "sha256" ../../src/f3;
  value = import ../../current/value.nix;
  variable = builtins.getEnv "SOME_VARIABLE";
}
NIX
set -- --project "$p"

expect "a first evaluation" miss "$@"
is "it found something" "$status $(printf '%s' "$out" | grep -c drvPath)" "0 4"
expect "an unchanged project answers at once" hit "$@"
like "it says so" "$(cat err)" '^not evaluating: nothing has changed since the last time$'
is "quietly without -v" "$(kiln build -n --json "$@" 2>&1 >/dev/null | grep -c evaluating)" 0
expect "other names are another request" miss "$@" tree
expect "with an entry of its own" hit "$@" tree
ask "$@" --no-eval-cache
is "--no-eval-cache" "$how" none
ask "$@" --option eval-cache false
is "the setting eval-cache" "$how" none
NIX_CONFIG='eval-cache = false' ask "$@"
is "in a configuration file, too" "$how" none

# ---- every kind of input ----
echo '{ stdenv }: stdenv.mkDerivation { name = "tree-2"; src = ../../src; }' >"$p/.flox/pkgs/tree.nix"
missed "tree.nix' changed" "an edited recipe" "$@"
echo '{ stdenv }: stdenv.mkDerivation { name = "added"; }' >"$p/.flox/pkgs/added.nix"
missed "pkgs' has other entries" "an added recipe" "$@"
rm "$p/.flox/pkgs/added.nix"
missed "(pkgs' has other entries|is gone)" "a removed recipe" "$@"
echo '{"version": "1.1"}' >"$p/data/info.json"
missed "info.json' changed" "a file that is read" "$@"
echo more >>"$p/src/sub/deep/x"
missed "src' changed" "a file deep in a copied tree" "$@"
: >"$p/src/sub/new"
missed "src' changed" "a file added to a copied tree" "$@"
chmod +x "$p/src/f1"
missed "src' changed" "a file made executable" "$@"
ln -sfn f2 "$p/src/link"
missed "src' changed" "a link of a tree that leads elsewhere" "$@"
rm "$p/src/sub/new"
missed "src' changed" "a file removed from a copied tree" "$@"
: >"$p/data/maybe"
missed "maybe' is there now" "a file where one was looked for in vain" "$@"
rm "$p/data/maybe"
missed "maybe' is gone" "and gone again" "$@"
: >"$p/listed/b"
missed "listed' has other entries" "a file in a listed folder" "$@"
rm "$p/listed/a"
mkdir "$p/listed/a"
missed "a' is something else now|listed' has other entries" "a file that became a folder" "$@"
ln -sfn v2 "$p/current"
missed "current' leads elsewhere" "a link to a folder on the way" "$@"
echo '"too"' >"$p/v2/value.nix"
missed "value.nix' changed" "an imported file behind it" "$@"
SOME_VARIABLE=x
export SOME_VARIABLE
missed "variable 'SOME_VARIABLE' changed" "a variable" "$@"
unset SOME_VARIABLE
missed "variable 'SOME_VARIABLE' changed" "a variable that is no longer set" "$@"

ask "$@" filtered
echo other >"$p/src/f2"
expect "what a filter leaves out does not matter" hit "$@" filtered
echo other >"$p/src/sub/deep/y"
expect "nor what is below it" hit "$@" filtered
: >"$p/src/f4"
missed "src' changed" "about a new name the filter is asked" "$@" filtered
echo other >"$p/src/f3"
missed "src' changed" "what it keeps matters" "$@" filtered

# ---- what only looks like a change, or not like one ----
ask "$@"
touch "$p/.flox/pkgs/tree.nix" "$p/data/info.json" "$p/src/f1"
expect "other dates are no change" hit "$@"
cp -a "$p/src" "$p/copy" && rm -rf "$p/src" && mv "$p/copy" "$p/src"
cp "$p/data/info.json" "$p/data/x" && mv "$p/data/x" "$p/data/info.json"
expect "nor are copies of the same content" hit "$@"
# From now on the entry's stamps are old enough to be believed.
sleep 2.2
expect "stamps are renewed" hit "$@"
expect "and believed" hit "$@"
for file in data/info.json src/f1 .flox/pkgs/tree.nix; do
	touch -r "$p/$file" ref
	tr 123 231 <"$p/$file" >new && mv new "$p/$file"
	touch -r ref "$p/$file"
	missed "changed" "same size and date, another file: $file" "$@"
done
sleep 2.2
ask "$@"
for file in data/info.json src/f1 .flox/pkgs/tree.nix; do
	touch -r "$p/$file" ref
	tr 123 231 <"$p/$file" >new
	cat new >"$p/$file"
	touch -r ref "$p/$file"
	missed "changed" "same size, date and inode: $file" "$@"
done

# ---- the rest of what decides ----
cat >f.nix <<'NIX'
{ x ? "none" }: let value = (import <some/value.nix>); in derivation { name = "f-${x}-${value}"; system = "builtin"; builder = "b"; }
NIX
mkdir -p i1/some i2/some i3
echo '"a"' >i2/some/value.nix
set -- -f "$T/f.nix" -I "$T/i1" -I "$T/i2"
expect "a file" miss "$@"
expect "once more" hit "$@"
echo '"b"' >i1/some/value.nix
missed "value.nix' is there now" "a file earlier on the search path" "$@"
expect "an argument is part of the request" miss "$@" --argstr x 1
expect "another" miss "$@" --argstr x 2
expect "the search path, too" miss -I "$T/i3" "$@"
rm i1/some/value.nix
missed "value.nix' is gone" "a search path entry that fell away" "$@"
set -- -E "let drv = derivation { name = \"relative\"; system = \"builtin\"; builder = \"b\"; src = ./f.nix; }; in drv"
expect "an expression" miss "$@"
expect "the same again" hit "$@"
printf 1 >argument
set -- -f "$T/f.nix" -I "$T/i2" --arg-from-file x argument
expect "an argument from a file" miss "$@"
printf 2 >argument
missed "argument' changed" "the file is an input" "$@"
set -- -E "let drv = derivation { name = \"relative\"; system = \"builtin\"; builder = \"b\"; src = ./f.nix; }; in drv"
mkdir -p elsewhere
echo other >elsewhere/f.nix
cd elsewhere || exit 1
expect "elsewhere it means something else" miss "$@"
cd .. || exit 1

set -- -E 'derivation { name = "t-${toString builtins.currentTime}"; system = "builtin"; builder = "b"; }'
ask "$@"
like "the time of day is not kept" "$(cat err)" 'not kept: builtins.currentTime was asked for'
ask "$@"
is "and asked for every time" "$how" miss
set -- -E 'builtins.trace "told" (derivation { name = "traced"; system = "builtin"; builder = "b"; })'
ask "$@"
ask "$@"
is "what was told is told again" "$how $(grep -c '^trace: told$' err)" "hit 1"
ask -E 'throw "no"'
ask -E 'throw "no"'
is "failures are not kept" "$how $status" "miss 1"

mkdir -p packed/top
echo '"in"' >packed/top/value.nix
tar -czf packed.tar.gz -C packed top
set -- -E "derivation { name = import \"\${builtins.fetchTarball \"file://$T/packed.tar.gz\"}/value.nix\"; system = \"builtin\"; builder = \"b\"; }"
ask "$@"
like "nor what was fetched without a hash" "$(cat err)" "not kept: .*packed.tar.gz' was fetched without a hash"
hash=$(compat nix-store --dump packed/top | sha256sum | cut -d' ' -f1)
set -- -E "derivation { name = import \"\${builtins.fetchTarball { url = \"file://$T/packed.tar.gz\"; sha256 = \"$hash\"; }}/value.nix\"; system = \"builtin\"; builder = \"b\"; }"
expect "with a hash it is kept" miss "$@"
expect "and needs no fetch" hit "$@"
# The fetcher remembers it; only the store does not have it any more.
tree=$(find "$KILN_STORE/nix/store" -maxdepth 1 -name '*-source' | sed "s|^$KILN_STORE||")
for path in $tree; do compat nix-store --delete --ignore-liveness "$path" >/dev/null 2>&1; done
missed "source' is not in the store any more" "unless it is collected" "$@"

# ---- the store ----
echo content >fetched
cat >ifd.nix <<NIX
let
  made = derivation {
    name = "made"; system = "builtin"; builder = "builtin:fetchurl"; url = "file://$T/fetched";
    outputHashAlgo = "sha256"; outputHash = "$(sha256sum fetched | cut -d' ' -f1)";
  };
in derivation { name = "of-made"; system = "builtin"; builder = "b"; text = builtins.readFile made; there = builtins.pathExists ./maybe; }
NIX
set -- -f "$T/ifd.nix"
expect "what is built while evaluating" miss "$@"
expect "is kept" hit "$@"
made=$(find "$KILN_STORE/nix/store" -maxdepth 1 -name '*-made' | sed "s|^$KILN_STORE||")
ok "and may be collected" compat nix-store --delete --ignore-liveness "$made"
missed "made' is not in the store any more" "then it is made again" "$@"
ask --project "$p"
ok "a collection takes the derivations" kiln gc
missed "is not in the store any more" "and they are written again" --project "$p"
(
	cp -R "$KILN_DATA_DIR/pkgs" pkgs
	chmod -R u+w pkgs
	KILN_DATA_DIR=$T
	ask --project "$p" tree
	sed -i 's/^{ dir /# changed\n&/' pkgs/project.nix
	ask --project "$p" tree
	grep -q "project.nix' changed" err && [ "$how" = miss ] && ask --project "$p" tree && [ "$how" = hit ]
)
is "the package set is an input like any other" $? 0
cp "$KILN_BUILD/kiln" other-kiln
./other-kiln build -n -v --project "$p" >/dev/null 2>err
like "another kiln evaluates for itself" "$(cat err)" '^evaluating again: it was another kiln$'

# ---- the cache's files ----
set -- --project "$p"
ask "$@"
entry() { grep -l 'nested-[0-9]' "$cache"/* | head -n 1; }
is "there are entries" "$(test -s "$(entry)" && stat -c %a "$(entry)" "$cache")" "600
700"
damaged=''
for how_damaged in 'truncate -s -1' 'truncate -s 0' 'truncate -s 20' 'sh -c "printf x | dd of=\$0 bs=1 seek=700 conv=notrunc"' \
	'chmod 666' 'truncate -s +1' 'sh -c "head -c 5000 /dev/urandom >\$0"' 'sh -c "rm \$0; mkdir \$0"'; do
	for file in "$cache"/*; do eval "$how_damaged \"$file\"" 2>/dev/null; done
	ask "$@"
	evaluate "$@"
	if [ "$how $out $status" != "miss $fresh" ]; then damaged="$damaged $how_damaged: $how"; fi
	find "$cache" -mindepth 1 -type d -exec rmdir {} +
	ask "$@"
	ask "$@"
	if [ "$how" != hit ]; then damaged="$damaged $how_damaged: not kept again"; fi
done
is "damaged entries count as none" "$damaged" ""
k=0
while [ $k -lt 300 ]; do
	: >"$cache/old-$k"
	k=$((k + 1))
done
touch -d '2020-01-01' "$cache"/old-*
rm "$(entry)"
ask "$@"
is "there are never too many" "$(find "$cache" -type f | wc -l) $(test -e "$(entry)" && echo kept)" "200 kept"
rm -rf "$XDG_CACHE_HOME"
: >"$XDG_CACHE_HOME"
ask "$@"
evaluate "$@"
is "without a place for them it works, too" "$how $out $status" "miss $fresh"
like "and tells why" "$(cat err)" 'not kept: '
rm "$XDG_CACHE_HOME"
if [ "$(id -u)" != 0 ]; then
	mkdir -p "$cache"
	chmod 555 "$cache"
	ask "$@"
	is "nor a read-only folder" "$how $out $status" "miss $fresh"
	chmod 755 "$cache"
else
	pass "nor a read-only folder # SKIP root may write everywhere"
fi
for k in 1 2 3 4; do kiln build -n --json "$@" >"both-$k" 2>/dev/null & done
wait
is "several at once" "$(cat both-1 both-2 both-3 both-4)" "$out
$out
$out
$out"
expect "leave one entry that holds" hit "$@"
(cd "$p" && compat flox build -n -v >/dev/null 2>"$T/err")
like "flox build answers from it, too" "$(cat err)" '^not evaluating'

# ---- at random ----
seed=${KILN_TEST_SEED:-1}
rounds=${KILN_TEST_ROUNDS:-60}
rand() {
	seed=$(((seed * 1103515245 + 12345) & 2147483647))
	r=$((seed / 65536 % $1))
}
# A file of the project; sets $f.
some_file() {
	find "$p" -type f ! -name 'result*' | LC_ALL=C sort >files
	rand "$(wc -l <files)"
	f=$(sed -n "$((r + 1))p" files)
}
mutate() {
	some_file
	rand 13
	case $r in
	0) echo '# edited' >>"$f" ;;
	1) touch "$f" ;;
	2) chmod +x "$f" ;;
	3) chmod -x "$f" ;;
	4) mv "$f" "$f.away" && cp "$f.away" "$f" && rm "$f.away" ;;
	5) touch -r "$f" ref && tr 123 231 <"$f" >new && mv new "$f" && touch -r ref "$f" ;;
	6) touch -r "$f" ref && tr 123 231 <"$f" >new && cat new >"$f" && touch -r ref "$f" ;;
	7) if [ "$(readlink "$p/current")" = v1 ]; then ln -sfn v2 "$p/current"; else ln -sfn v1 "$p/current"; fi ;;
	8) rand 4 && echo new >"$p/src/sub/new-$r" ;;
	9) rand 4 && rm -f "$p/src/sub/new-$r" ;;
	10) rand 3 && SOME_VARIABLE=$r && export SOME_VARIABLE ;;
	11) if [ -e "$p/data/maybe" ]; then rm "$p/data/maybe"; else : >"$p/data/maybe"; fi ;;
	12) rand 2 && if [ "$r" = 0 ]; then mv "$p/src" "$p/src2" && mv "$p/src2" "$p/src"; else rm -rf "$p/listed/a" && : >"$p/listed/a"; fi ;;
	esac
	did="$r $f"
}
wrong='' hits=0 k=0
while [ "$k" -lt "$rounds" ]; do
	mutate
	ask "$@"
	evaluate "$@"
	if [ "$out $status" != "$fresh" ]; then wrong="$wrong round $k ($did) gave $how: $out $status"; fi
	if [ "$how" = hit ]; then hits=$((hits + 1)); fi
	k=$((k + 1))
done
is "whatever happens, the answer is that of an evaluation" "$wrong" ""
ok "and some of it needs none" test "$hits" -gt 5
