#!/bin/sh
# The verbs of `nix`, nix-hash and nix-prefetch-url beside real Nix: the same answers and exit statuses on a store
# that both use, at its own place, as builds without a sandbox need it.
# shellcheck disable=SC2016,SC2086 # an expression's dollar; lists of words split
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../lib-nix.sh"
command -v nix >/dev/null || skip_all "no nix (Debian's nix-bin)"
need_2_8
plan 103
cd "$T" || exit 1

unset KILN_STORE
export NIX_STORE_DIR="$T/st" NIX_STATE_DIR="$T/var" NIX_LOG_DIR="$T/log" NIX_REMOTE=local
mkdir -p "$NIX_CONF_DIR"
cat >"$NIX_CONF_DIR/nix.conf" <<'END'
substitute = false
substituters =
sandbox = false
build-users-group =
experimental-features = nix-command flakes
END
cat >d.nix <<'END'
let
  d = name: deps: derivation {
    inherit name deps;
    system = builtins.currentSystem;
    builder = "/bin/sh";
    PATH = "/bin:/usr/bin";
    args = [ "-c" ''
      mkdir -p $out/bin $out/very/deep
      echo hi >$out/file
      echo "exec ${builtins.concatStringsSep " " (map toString deps)}" >$out/bin/run
      chmod +x $out/bin/run
      ln -s bin/run $out/lnk
      ${if deps == [ ] then "" else "ln -s ${builtins.head deps}/file $out/very/deep/other"}
      echo log of ${name}
    '' ];
  };
  c = d "c-1.0" [ ];
  c2 = d "c-2.0" [ ];
  b = d "b" [ c ];
  b2 = d "b2" [ c ];
in {
  inherit b c;
  a = d "a" [ b b2 c ];
  a2 = d "a" [ b2 c2 ];
  list = [ c b ];
  number = 3;
  outs = derivation {
    name = "outs";
    system = builtins.currentSystem;
    builder = "/bin/sh";
    outputs = [ "out" "dev" ];
    args = [ "-c" "echo $out >$dev; echo >$out" ];
  };
}
END
printf 'some bytes\n' >bytes
tar czf t.tgz d.nix bytes

theirs() { command "$@"; }
# same COMMAND…: both answer alike.
same() {
	compat "$@" >"$T/a" 2>"$T/a.err"
	a=$?
	theirs "$@" 2>"$T/b.err" >"$T/b.raw"
	b=$?
	# Nix colours even files.
	sed 's/\x1b\[[0-9;]*m//g' "$T/b.raw" >"$T/b"
	what=$(printf '%s ' "$@" | sed "s,$T/st/[a-z0-9]*-,,g; s,$T/,,g")
	if [ "$a" != "$b" ]; then
		fail "$what" "status $a, Nix: $b" "$(cat "$T/a.err" "$T/b.err")"
	elif cmp -s "$T/a" "$T/b"; then
		pass "$what"
	else
		fail "$what" "$(diff "$T/a" "$T/b" | head -20)"
	fi
}

# ---- build ----
is "nix build of several" "$(compat nix build -f d.nix a a2 outs^out,dev 2>build.err; ls)" "$(printf '%s\n' build.err bytes d.nix home log nix-conf result result-1 result-2 result-2-dev st t.tgz var)"
rm -f result*
A=$(compat nix build -f d.nix a --no-link --print-out-paths)
A2=$(compat nix build -f d.nix a2 --no-link --print-out-paths)
C=$(compat nix build -f d.nix c --no-link --print-out-paths)
D=$(compat nix path-info --derivation "$A")
like "prints paths" "$A" "^$T/st/[a-z0-9]{32}-a$"
same nix build -f d.nix a --no-link --json
same nix build "$A" --json --no-link
same nix build "$D" --json --no-link
same nix build -f d.nix a b --no-link --json
same nix build -f d.nix list --no-link
same nix build -f d.nix number
same nix build -f d.nix absent
same nix build --impure --expr '{ n }: (import ./d.nix).${n}' --argstr n c --no-link --json
compat nix build -f d.nix c -o named >/dev/null 2>&1
is "-o" "$(readlink named)" "$C"
rm named

# ---- what is in it ----
for args in "ls -lR $A" "ls -R $A" "ls --json -R $A" "ls --json $A" "ls -d -l $A" "ls -l $A/file" "ls -l $A/lnk" \
	"ls --json $A/lnk" "ls $A/none" "ls -R $A/very" "cat $A/file" "cat $A/lnk" "cat $A" "cat $A/none" \
	"dump-path $A" "diff-closures $A $A2" "diff-closures $A $C" "diff-closures $A $A"; do
	same nix store $args
done
fails_like "what is useless is said" "useless with '--json'" compat nix store ls --json -d "$A"

# ---- who needs whom ----
for args in "$A $C" "--precise $A $C" "--all $A $C" "--all --precise $A $C" "$C $A" "-f d.nix a c" "--derivation $D $D" \
	"--precise --all --derivation -f d.nix a c" "-f d.nix b b" "--precise $A2 $C"; do
	same nix why-depends $args
done

# ---- what is known of it ----
none=$T/st/00000000000000000000000000000000-x
for args in "$A" "-rsSh $A" "--json -S $A" "--sigs $A" "-r -S $A" "$none" "--json $none" "--derivation $A" "--all -s" \
	"-f d.nix a b" "--json --all" "-f d.nix a c --json -r" "$D" "-S $A $C $A2"; do
	same nix path-info $args
done
fails_like "all and some are not both" "does not expect arguments" compat nix path-info --all "$A"
is "log" "$(compat nix log "$A")" "log of a"
is "log of an attribute" "$(compat nix log -f d.nix b)" "log of b"
same nix store verify "$A"
same nix store verify --all
same nix store gc --dry-run

# ---- hashes ----
hex=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
n32=0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73
sri=sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
for args in "path d.nix" "path --base32 $A" "file --sri bytes" "file --type md5 --base16 bytes" "path --type sha512 --base16 bytes" \
	"file none" "file $A" "to-base32 $sri" "to-base16 --type sha256 $n32" "to-sri $hex" "to-sri --type sha256 $hex" \
	"to-base64 --type md5 d41d8cd98f00b204e9800998ecf8427e" "to-base16 sha256:$n32"; do
	same nix hash $args
done
is "the newer spelling" "$(compat nix hash convert --hash-algo sha256 $hex; compat nix hash convert --to nix32 $sri)" "$sri
$n32"
fails_like "is checked" "not written as --from says" compat nix hash convert --hash-algo sha256 --from nix32 $hex
for args in bytes "--flat bytes" "--flat --type sha256 --base32 d.nix bytes" "--type sha512 --truncate --base32 bytes" \
	"--type sha256 --to-base32 $hex" "--type sha256 --to-base16 $n32" "--to-base16 none" "" "--type sha256 --truncate bytes" \
	"--type sha1 --truncate bytes" "--type sha1 $A" "--flat none"; do
	same nix-hash $args
done

# ---- adding ----
for args in "add-path bytes" "add-file bytes -n foo" "add-path d.nix --dry-run -n bar" "add-file d.nix --dry-run" "add-path none"; do
	same nix store $args
done
file=file://$T/bytes
flat=$(compat nix-hash --type sha256 --flat --base32 bytes)
same nix-prefetch-url "$file"
same nix-prefetch-url --print-path "$file"
same nix-prefetch-url --type sha1 --print-path "$file"
same nix-prefetch-url --type md5 --name named --print-path "$file"
same nix-prefetch-url --unpack --print-path "file://$T/t.tgz"
same nix-prefetch-url --print-path "$file" "$flat"
same nix-prefetch-url --print-path --name foo "file://$T/none" "$flat"
same nix-prefetch-url "file://$T/none"
fails_like "another hash is an error" "hash mismatch in file downloaded from '$file'" compat nix-prefetch-url "$file" $n32

# ---- calls that are told ----
cat >calls.nix <<'END'
let f = x: x + 1; g = { a, b ? f 2 }: f a + b; in
[ (f 1) (g { a = 1; }) (map f [ 1 2 ]) (builtins.foldl' (a: b: a + b) 0 [ 1 2 ])
  ({ __functor = self: x: x; } 3) (builtins.add 1 2) ((x: y: x + y) 1 2) ]
END
calls() { "$@" --eval --strict --trace-function-calls calls.nix 2>&1 | sed 's/ at [0-9]\{19\}$//'; }
is "trace-function-calls" "$(calls compat nix-instantiate)" "$(calls theirs nix-instantiate)"

# ---- links of equal files, by both ----
compat nix store optimise 2>/dev/null
is "the pool has Nix's names" "$(find st/.links -type f | wc -l; theirs nix store optimise 2>&1; theirs nix-store --verify --check-contents 2>&1 | grep -v ing)" \
	"$(find st/.links -type f | wc -l)
0.00 MiB freed by hard-linking 0 files"
