#!/bin/sh
# Import-from-derivation: what an evaluation has built on its way, in the sandbox, whose /bin/sh is
# itself the package set's.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/small-set.sh
. "$(dirname "$0")/../small-set.sh"
plan 6
cd "$T" || exit 1

# The value, or the error.
value() { kiln eval -E "let d = name: text: import ./made.nix name text [ \"out\" ]; in $1" 2>err || cat err; }
is "two in one evaluation, the store being empty" \
	"$(value 'import (d "a" "1") + import (d "b" "2")')" 3
rm -rf "$XDG_CACHE_HOME"
is "one inside another" \
	"$(value 'import (d "c" (toString (import (d "d" "4"))))')" 4
out=$(kiln build --no-link -E 'let d = name: text: import ./made.nix name text [ "out" ]; in d "e" (toString (import (d "f" "5")))' 2>err)
is "and a build afterwards" "$(cat "$KILN_STORE$out" 2>&1)" 5
fails_like "it can be switched off" "'allow-import-from-derivation' is disabled" \
	kiln eval --option allow-import-from-derivation false -E 'import (import ./made.nix "g" "6" [ "out" ])'
fails_like "and is, where nothing is written" "'allow-import-from-derivation' is disabled" \
	kiln eval --read-only -E 'import (import ./made.nix "g" "6" [ "out" ])'
ok "the store verifies" compat nix-store --verify --check-contents
