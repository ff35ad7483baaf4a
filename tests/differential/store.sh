#!/bin/sh
# The store beside real Nix: the same NARs, paths, database rows, answers and garbage, on stores
# that each made and on one that both use.
# shellcheck disable=SC2016,SC2086 # odd names are meant as they stand; lists of store paths split
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../lib-nix.sh"
command -v nix-store >/dev/null || skip_all "no nix-store (Debian's nix-bin)"
need_2_8
plan 56
cd "$T" || exit 1

ours() { compat nix-store "$@"; }
theirs() { nix-store --store "$KILN_STORE" "$@" 2>"$T/nix.err"; }
apart() { nix-store --store "$T/apart" "$@" 2>"$T/nix.err"; }
# same WHAT ARGUMENTS…: both answer alike on the store that both use.
same() {
	what=$1
	shift
	ours "$@" >"$T/a" 2>"$T/a.err"
	a=$?
	theirs "$@" >"$T/b"
	b=$?
	if [ "$a" != "$b" ]; then
		fail "$what" "status $a, Nix: $b" "$(cat "$T/a.err" "$T/nix.err")"
	elif cmp -s "$T/a" "$T/b"; then
		pass "$what"
	else
		fail "$what" "$(diff "$T/a" "$T/b" | head -20)"
	fi
}
# same_set …: the order is free.
same_set() {
	what=$1
	shift
	is "$what" "$(ours "$@" 2>&1 | sort)" "$(theirs "$@" | sort)"
}

# ---- trees ----
mkdir -p trees/odd trees/modes/sub trees/deep trees/empty
for name in 'a b' -x .hidden '~' 'ä' "$(printf 'new\nline')" "$(printf '\377\001')" 'a$b' "q'\"" '*' Z z \
	"$(printf '%0255d' 7)"; do
	printf '%s' "$name" >"trees/odd/./$name"
done
ln -s 'no where' trees/odd/link
ln -s /etc/passwd trees/odd/absolute
printf '' >trees/modes/empty
printf 'x' >trees/modes/run && chmod 711 trees/modes/run
printf 'y' >trees/modes/group && chmod 654 trees/modes/group
printf 'z' >trees/modes/sub/secret && chmod 600 trees/modes/sub/secret
for size in 1 7 8 9 65535 65536 65537 131071 131072 131073 300000; do
	yes "line of size $size" | head -c "$size" >"trees/modes/sub/$size"
done
(cd trees/deep && for i in 1 2 3 4 5 6 7 8 9; do for j in 1 2 3 4 5 6 7 8 9; do mkdir -p "d$i$j" && cd "d$i$j" || exit; done; done && echo end >end)
echo flat >trees/file
ln -s target trees/link

for t in odd modes deep empty file link; do
	ours --dump "trees/$t" >a.nar && nix-store --dump "trees/$t" >b.nar
	ok "$t: the same NAR" cmp a.nar b.nar
	rm -rf a.out b.out
	ours --restore a.out <b.nar && nix-store --restore b.out <a.nar
	is "$t: the same tree again" "$(nix-store --dump a.out | sha256sum)" "$(nix-store --dump b.out | sha256sum)"
	is "$t: the same hash as nix-hash's" "$(sha256sum <a.nar | cut -c1-64)" "$(nix-hash --type sha256 "trees/$t" 2>/dev/null)"
done

# ---- adding ----
for t in odd modes deep empty file link; do
	ours --add "trees/$t"
	for algo in md5 sha1 sha256 sha512; do
		ours --add-fixed --recursive $algo "trees/$t"
		[ $t != file ] || ours --add-fixed $algo "trees/$t"
	done
done >a 2>&1
for t in odd modes deep empty file link; do
	apart --add "trees/$t"
	for algo in md5 sha1 sha256 sha512; do
		apart --add-fixed --recursive $algo "trees/$t"
		[ $t != file ] || apart --add-fixed $algo "trees/$t"
	done
done >b
is "adding gives the same $(wc -l <b) paths" "$(cat a)" "$(cat b)"
is "with the same registrations" "$(ours --dump-db | sort)" "$(apart --dump-db | sort)"
ok "Nix finds them unharmed" theirs --verify --check-contents
ok "and so do we what Nix made" compat nix-store --store "$T/apart" --verify --check-contents
is "--print-fixed-path" "$(ours --print-fixed-path --recursive sha256 1rsv7kag23nvdpy4500mv2m0b4sm4c8fkgqrfsrmv1kgk77bi81c x)" \
	"$(theirs --print-fixed-path --recursive sha256 1rsv7kag23nvdpy4500mv2m0b4sm4c8fkgqrfsrmv1kgk77bi81c x)"

# ---- derivations ----
cat >graph.nix <<'EOF'
let
  d = a: derivation ({ system = "x86_64-linux"; builder = "/bin/sh"; } // a);
  zeros = n: builtins.concatStringsSep "" (builtins.genList (_: "0") n);
  fixed = n: algo: mode: d { name = "fixed-${algo}-${mode}"; outputHash = zeros n; outputHashAlgo = algo; outputHashMode = mode; };
  sources = [ (fixed 32 "md5" "flat") (fixed 40 "sha1" "recursive") (fixed 64 "sha256" "flat") (fixed 64 "sha256" "recursive") (fixed 128 "sha512" "flat") ];
  multi = d { name = "multi"; outputs = [ "out" "dev" "lib" ]; inherit sources; quoted = "a\n\t\r\"\\ ''\${x}"; };
  text = builtins.toFile "text" "refers to nothing";
  chain = n: if n == 0 then multi else d { name = "chain-${toString n}"; before = chain (n - 1); inherit (multi) dev; args = [ "-c" "true ${text}" ]; };
in builtins.listToAttrs (map (n: { name = "n${toString n}"; value = d { name = "top-${toString n}"; x = chain (n * 5); }; }) (builtins.genList (x: x) 12))
EOF
tops=$(nix-instantiate --store "$T/apart" graph.nix 2>/dev/null)
all=$(apart -qR $tops)
is "$(echo "$all" | wc -l) derivations and sources come over by --export and --import" \
	"$(apart --export $all | ours --import)" "$all"
is "and back" "$(ours --export $all | sha256sum)" "$(apart --export $all | sha256sum)"
is "with the same registrations" "$(ours --dump-db $all)" "$(apart --dump-db $all)"
db() { sqlite3 "$1/nix/var/nix/db/db.sqlite" 'select v.path, d.id, d.path from DerivationOutputs d join ValidPaths v on d.drv = v.id order by 1, 2' 2>&1; }
if command -v sqlite3 >/dev/null; then
	is "and the same outputs in the database" "$(db "$KILN_STORE")" "$(db "$T/apart")"
else
	[ -z "${MUST_WORK:-}" ] || skip_all "no sqlite3"
	pass "and the same outputs in the database # SKIP no sqlite3"
fi

# ---- outputs, registered by hand with their derivers ----
i=0 last=
for drv in $tops; do
	i=$((i + 1))
	[ $i -le 6 ] || break
	out=$(theirs -q --outputs "$drv")
	echo "$out $last" >"$KILN_STORE$out"
	chmod 444 "$KILN_STORE$out" && touch -h -d @1 "$KILN_STORE$out"
	hash=$(nix-store --dump "$KILN_STORE$out" | sha256sum | cut -c1-64)
	size=$(nix-store --dump "$KILN_STORE$out" | wc -c)
	printf '%s\n%s\n%s\n%s\n' "$out" "$hash" "$size" "$drv"
	if [ -n "$last" ]; then printf '2\n%s\n%s\n' "$last" "$out"; else printf '0\n'; fi
	last=$out
done >registration
ok "--load-db" sh -c '"$0" --load-db <registration' "$KILN_BUILD/compat/nix-store"

# ---- queries ----
set -- $tops
for query in -R '-R --include-outputs' --references --referrers --referrers-closure --outputs --hash --size --deriver \
	--tree --graph '--binding system' '-b x' --resolve '--use-output --hash'; do
	case $query in
	'--use-output --hash') same "-q $query" -q $query "$1" "$2" ;;
	--deriver) same "-q $query" -q --deriver "$last" "$1" ;;
	*) same "-q $query" -q $query "$1" "$5" "${12}" ;;
	esac
done
same "-qR of an output" -qR "$last"
same_set "--referrers of a source" -q --referrers "$(echo "$all" | grep -- -text$)"
same "--check-validity of what is valid" --check-validity "$1" "$last"
same "--print-invalid" --check-validity --print-invalid "$1" /nix/store/00000000000000000000000000000000-x
same "-qR of what is not" -qR /nix/store/00000000000000000000000000000000-x
same "--print-env" --print-env "$(echo "$all" | grep multi)"

# ---- both add to one store ----
echo more >addition
more=$(theirs --add addition)
is "we see at once what Nix adds" "$(ours -q --hash "$more")" "$(theirs -q --hash "$more")"
echo again >again
again=$(ours --add again)
is "and Nix what we do" "$(theirs -q --size "$again")" "$(ours -q --size "$again")"

# ---- garbage ----
theirs --realise --add-root "$T/root-of-theirs" "$last" >/dev/null
ours --realise --add-root "$T/root-of-ours" "$more" >/dev/null 2>&1
same "the roots" --gc --print-roots
same_set "what is alive" --gc --print-live
same_set "what is dead" --gc --print-dead
cp -a "$KILN_STORE" "$T/second"
ours --gc >/dev/null 2>"$T/a.err"
nix-store --store "$T/second" --gc >/dev/null 2>&1
# Each collector keeps a pool or lock of its own beside the objects.
list() { find "$1/nix/store" -mindepth 1 -maxdepth 1 ! -name '.*' -printf '%f\n' | sort; }
is "collections leave the same" "$(list "$KILN_STORE")" "$(list "$T/second")"
ok "and a store that Nix finds clean" theirs --verify --check-contents
