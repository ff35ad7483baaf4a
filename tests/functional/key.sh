#!/bin/sh
# Keys: making them, whose count in a project, and signatures of store paths. Nothing that this
# prints is ever a secret.
. "$(dirname "$0")/../lib.sh"
plan 42
cd "$T" || exit 1
mkdir -p p/.flox/pkgs
git init -q p
keys=$XDG_CONFIG_HOME/kiln/keys

# ---- making ----
public=$(kiln key generate ci-1 2>"$T/err")
like "a public key is printed" "$public" '^ci-1:[A-Za-z0-9+/]{43}=$'
is "the secret is for its owner alone" "$(stat -c '%a' "$keys/ci-1.secret" "$keys" | tr '\n' ' ')" "600 700 "
secret=$(cut -d: -f2 "$keys/ci-1.secret")
is "it is 64 bytes as base64, without a newline" "$(printf %s "$secret" | base64 -d | wc -c) $(wc -l <"$keys/ci-1.secret")" "64 0"
is "its second half is the public key" "$(printf %s "$secret" | base64 -d | tail -c 32 | base64)" "${public#*:}"
fails_like "a key is never overwritten" 'never overwritten' kiln key generate ci-1
is "and stays" "$(cut -d: -f2 "$keys/ci-1.secret")" "$secret"
is "no temporary file is left" "$(ls "$keys")" ci-1.secret
for name in '' 'a b' 'a:b' 'a/b' "$(printf 'a\tb')" "$(printf '\377')"; do
	fails_like "'$name' is no name" "key's name has|an empty word" kiln key generate "$name"
done
ok "a name that is not ASCII" kiln key generate -o "$T/o" 'schlüssel-ä'
fails_like "an unwritable place" "writing '$T/none/x'" kiln key generate -o "$T/none/x" n

# ---- trust ----
cat >p/.flox/kiln.toml <<'EOF'
# mine
[slots.rays] # kept
projects = [ "x" ]

   modules=["y"]
EOF
cp p/.flox/kiln.toml before
cd p || exit 1
ok "a key is trusted by its name" kiln key trust ci-1 --from 2026-01-01 --until 2999-01-01T00:00:00Z --gate build --gate check
is "what was there stays" "$(head -c "$(wc -c <../before)" .flox/kiln.toml | cmp - ../before && echo same)" same
is "what is added" "$(tail -n +7 .flox/kiln.toml)" "[keys.ci-1]
public = \"$public\"
from = 2026-01-01T00:00:00Z
until = 2999-01-01T00:00:00Z
gates = [\"build\", \"check\"]"
like "list" "$(kiln key list)" '^ci-1 +trusted from 2026-01-01T00:00:00Z until 2999-01-01T00:00:00Z for build, check \[its secret is here\]$'
fails_like "twice is refused" "has this key, as 'ci-1'" kiln key trust "$public"
fails_like "another key of that name, too" "has another key 'ci-1'" kiln key trust "$(kiln key generate -o "$T/o2" ci-1 2>/dev/null)"
fails_like "a secret key is no public one" 'is it a secret key' kiln key trust "ci-9:$secret"
if kiln key trust "ci-9:$secret" 2>&1 | grep -qF "$secret"; then fail "nor is it repeated"; else pass "nor is it repeated"; fi
fails_like "a date that is none" "takes a date" kiln key trust ci-1 --from 2026-02-30
# shellcheck disable=SC2016 # the inner shell's
ok "CRLF files" sh -c 'printf "# a\r\n[slots]\r\n" >.flox/k && cp .flox/kiln.toml .flox/keep && mv .flox/k .flox/kiln.toml && "$0" key trust "$1" && test "$(grep -c "$(printf "\r")$" .flox/kiln.toml)" = 5; s=$?; mv .flox/keep .flox/kiln.toml; exit $s' "$KILN_BUILD/kiln" "$public"

# ---- retiring ----
fails_like "a reason is needed" "'--reason' is missing" kiln key retire ci-1
fails_like "a key that nobody trusts" "trusts no key 'nobody'" kiln key retire nobody --reason x
ok "retire" kiln key retire ci-1 --reason 'laptop "sold"' --on 2026-11-29
like "it is told" "$(kiln key list)" '^ci-1 +retired on 2026-11-29T00:00:00Z \(laptop "sold"\)'
like "as JSON" "$(kiln key list --json | python3 -c 'import json,sys; k=json.load(sys.stdin)[0]; print(k["standing"], k["reason"], k["gates"])')" "^retired laptop \"sold\" \['build', 'check'\]$"
fails_like "twice is refused" 'retired already' kiln key retire ci-1 --reason again
# shellcheck disable=SC2016 # the inner shell's
ok "a compromised one" sh -c '"$0" key trust "$("$0" key generate lost 2>/dev/null)" && "$0" key retire lost --reason stolen --compromised && "$0" key list | grep -q "^lost *compromised"' "$KILN_BUILD/kiln"
cp .flox/kiln.toml ../good
for bad in 'retierd = 2026-01-01' 'from = 5' 'gates = []' 'from = 2026-02-30' 'compromised = "yes"'; do
	printf '[keys.ci-1]\npublic = "%s"\n%s\n' "$public" "$bad" >.flox/kiln.toml
	fails_like "'$bad' is refused with its place" 'kiln.toml:3:[0-9]+: ' kiln key list
done
cp ../good .flox/kiln.toml

# ---- paths ----
mkdir -p "$KILN_STORE/nix/store"
d=/nix/store/3jmiqxxd2z4ypk8am71rc6kffqzgma57-d t=/nix/store/2jmiqxxd2z4ypk8am71rc6kffqzgma57-t
echo dep >"$KILN_STORE$d"
echo hi >"$KILN_STORE$t"
printf '%s\n\n0\n%s\n\n1\n%s\n' $d $t $d | kiln store --register-validity
ok "sign a closure" kiln key sign -r --key "$T/o2" $t
ok "verify it" kiln key verify -r --key "$(kiln key generate -o "$T/x" x 2>/dev/null)" --key "ci-1:$(cut -d: -f2 "$T/o2" | base64 -d | tail -c 32 | base64)" $t
same=$(cut -d: -f2 "$T/o2" | base64 -d | tail -c 32 | base64)
fails_like "one key given twice is one" '1 of 2 signatures that count' kiln key verify -n 2 --key "ci-1:$same" --key "ci-1:$same" $t
fails_like "another key did not sign it" '1 of 1 paths are not signed' kiln key verify --key "$public" $t
chmod 644 "$T/o2"
fails_like "a secret that others may read is not used" 'may be read by others' kiln key sign --key "$T/o2" $t
