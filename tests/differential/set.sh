#!/bin/sh
# Real Nix evaluates the package set and the project to the same derivations, byte for byte (a drv
# path is the hash of all that is in it). The list comes from one expression, seen by both.
. "$(dirname "$0")/../lib.sh"
command -v nix-instantiate >/dev/null || skip_all "no nix-instantiate (Debian's nix-bin)"
root=$(cd "$(dirname "$0")/../.." && pwd)
plan 4

ask() { "$@" --eval --strict --json "$root/tests/differential/set.nix" --arg root "$root" | tr , '\n' | tr -d '[]"' | grep .; }
ask nix-instantiate --store dummy:// >"$T/nix" 2>"$T/nix.err" || sed 's/^/# /' "$T/nix.err"
ask compat nix-instantiate >"$T/kiln" 2>"$T/kiln.err" || sed 's/^/# /' "$T/kiln.err"

count=$(grep -c '\.drv$' "$T/nix")
if [ "$count" -gt 300 ]; then pass "Nix finds $count derivations"; else fail "Nix finds $count derivations, expected hundreds"; fi
if diff=$(diff "$T/nix" "$T/kiln"); then pass "kiln finds the same paths"; else fail "kiln finds the same paths" "$(echo "$diff" | head -n 20)"; fi

# What paths cannot show: the bytes that are written.
expr='(import ./pkgs { system = "x86_64-linux"; }).stdenv'
cd "$root" || exit 1
ours=$(compat nix-instantiate -E "$expr" 2>"$T/err") || sed 's/^/# /' "$T/err"
theirs=$(nix-instantiate --store "$T/theirs" -E "$expr" 2>/dev/null)
is "both write the same derivation" "$ours" "$theirs"
ok "with the same bytes" cmp "$T/root$ours" "$T/theirs$theirs"
