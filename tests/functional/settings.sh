#!/bin/sh
# Settings: flags, --option, nix.conf files and the environment read one table, the later above the
# earlier; what is unknown or does not fit is told.
. "$(dirname "$0")/../lib.sh"
root=$(cd "$(dirname "$0")/../.." && pwd)
plan 68
pipe='1 |> (x: x + 1)'
export XDG_CONFIG_DIRS="$T/dirs" NIX_CONF_DIR="$T/etc"
mkdir -p "$T/etc" "$T/dirs/nix" "$T/config/nix"

# ---- the table ----
names=$(sed -n 's/^X([a-z0-9_]*, [A-Z_]*, "\([^"]*\)".*/\1/p' "$root/src/project/settings.def")
is "the table is sorted" "$names" "$(echo "$names" | sort)"
followed=$(sed -n '/SKIPPED\|UNMET/!s/^X([a-z0-9_]*, [A-Z_]*, "\([^"]*\)".*/\1/p' "$root/src/project/settings.def")
missing=
for name in $followed; do grep -q "\*$name\*" "$root/docs/man/kiln-settings.5.scd" || missing="$missing $name"; done
is "the manual page has what is followed" "$missing" ""
ok "and is valid" sh -c "scdoc <'$root/docs/man/kiln-settings.5.scd'"

# ---- the command line ----
fails_like "pipe operators are off" "'pipe-operators' is disabled" kiln eval -E "$pipe"
is "a list is set by its flag" "$(kiln eval --experimental-features pipe-operators -E "$pipe")" 2
is "and appended to" "$(kiln eval --extra-experimental-features pipe-operators -E "$pipe")" 2
is "with '=', too" "$(kiln eval --extra-experimental-features=pipe-operators -E "$pipe")" 2
is "--option does both" "$(kiln eval --option extra-experimental-features pipe-operators -E "$pipe")" 2
fails_like "setting replaces, appending does not" "'pipe-operators' is disabled" \
	kiln eval --experimental-features pipe-operators --experimental-features flakes -E "$pipe"
is "appending keeps" "$(kiln eval --experimental-features pipe-operators \
	--extra-experimental-features flakes -E "$pipe")" 2
like "an unknown feature is told" "$(kiln eval --experimental-features nonsense -E 1 2>&1)" \
	"^warning: unknown experimental feature 'nonsense'"
like "an unknown setting is told" "$(kiln eval --option nonsense 1 -E 1 2>&1)" "^warning: unknown setting 'nonsense'"
is "one that only Nix has is not" "$(kiln eval --option narinfo-cache-positive-ttl 0 --no-substitute --builders '' -E 1 2>&1 | plain)" 1
like "one that asks for what is not done is" "$(kiln eval --post-build-hook /bin/true -E 1 2>&1)" \
	"^warning: setting 'post-build-hook' does nothing in kiln"
like "appended words, too" "$(kiln eval --option extra-sandbox-paths /usr -E 1 2>&1)" "^warning: setting 'sandbox-paths' does"
like "a file's" "$(NIX_CONFIG='use-cgroups = true' kiln eval -E 1 2>&1)" "^warning: setting 'use-cgroups' does nothing"
like "what is on unless it is switched off" "$(kiln eval --no-keep-build-log -E 1 2>&1)" "^warning: setting 'keep-build-log' does"
is "values that ask for nothing are quiet" "$(kiln eval --sandbox-paths '' --min-free 0 --builders @/machines --no-use-cgroups \
	--keep-build-log --post-build-hook x --post-build-hook '' -E 1 2>&1 | plain)" 1
is "it is told once" "$(kiln eval --sandbox-paths /a --extra-sandbox-paths /b -E 1 2>&1 | grep -c sandbox-paths)" 1
fails_like "an unknown flag is an error" "unknown option '--nonsense'" kiln eval --nonsense -E 1
fails_like "a flag's bad value is an error" "option '--max-call-depth' has invalid value '1x'" \
	kiln eval --max-call-depth 1x -E 1
for flag in -j --max-jobs --build-max-jobs; do
	fails_like "$flag is called as it was typed" "^error: option '$flag' has invalid value 'many'$" kiln build "$flag" many x
done
fails_like "nix-build's, too" "option '-j' has invalid value 'many'" compat nix-build -j many x
like "and another name of a setting" "$(kiln eval --option build-max-jobs many -E 1 2>&1)" \
	"^warning: 'build-max-jobs': setting 'max-jobs' has invalid value 'many'"
like "an option's bad value is a warning" "$(kiln eval --option pure-eval maybe -E 1 2>&1)" \
	"^warning: Boolean setting 'pure-eval' has invalid value 'maybe'"
fails_like "numbers have units" "max-call-depth exceeded" \
	kiln eval --max-call-depth 1K -E 'let f = n: if n == 0 then 0 else f (n - 1) + 1; in f 2000'
fails_like "numbers have a limit" "invalid value '99999999999'" kiln eval --max-call-depth 99999999999 -E 1
fails_like "and so have their units" "invalid value '4T'" kiln eval --max-call-depth 4T -E 1
is "two systems" "$(kiln eval --system a-b -E builtins.currentSystem; kiln eval --system a-b --eval-system c-d -E builtins.currentSystem)" '"a-b"
"c-d"'
fails_like "pure-eval" "undefined variable|attribute 'currentTime' missing" kiln eval --pure-eval -E builtins.currentTime
is "and back" "$(kiln eval --pure-eval --no-pure-eval -E 'builtins ? currentTime'; kiln eval --pure-eval --impure -E 'builtins ? currentTime')" 'true
true'
fails_like "restrict-eval" "forbidden in restricted mode" kiln eval --restrict-eval -E 'builtins.readFile /etc/passwd'
fails_like "a URL that is not allowed" "access to URI 'http://127.0.0.1:9/x' is forbidden" \
	kiln eval --restrict-eval --allowed-uris 'http://127.0.0.1:9/y' -E 'builtins.fetchurl "http://127.0.0.1:9/x"'
fails_like "one that is" "127.0.0.1" \
	kiln eval --restrict-eval --allowed-uris http://b --extra-allowed-uris http://127.0.0.1:9/ \
	-E 'builtins.fetchurl "http://127.0.0.1:9/x"'
case $out in *forbidden*) fail "it is asked for" "$out" ;; *) pass "it is asked for" ;; esac
fails_like "import from derivation" "'allow-import-from-derivation' is disabled" \
	kiln eval --no-allow-import-from-derivation \
	-E 'import (derivation { name = "x"; system = builtins.currentSystem; builder = "/bin/sh"; })'
like "trace-verbose" "$(kiln eval --trace-verbose -E 'builtins.traceVerbose "said" 1' 2>&1)" "^trace: said"
is "is off" "$(kiln eval -E 'builtins.traceVerbose "said" 1' 2>&1 | plain)" 1
is "trace-function-calls" "$(kiln eval --trace-function-calls -E 'let f = x: x; in f (f 1)' 2>&1 >/dev/null | plain | sed 's/ at [0-9]\{19\}$//')" \
	"function-trace entered «string»:1:18
function-trace entered «string»:1:21
function-trace exited «string»:1:21
function-trace exited «string»:1:18"
like "of a failure, too" "$(kiln eval --trace-function-calls -E '(x: throw "no") 1' 2>&1)" '^function-trace exited «string»:1:1 at '
head -c 100000 /dev/zero >"$T/big"
is "auto-optimise-store" "$(kiln store add --name one "$T/big" --auto-optimise-store >/dev/null; kiln store add --option auto-optimise-store true --name two "$T/big" | sed "s,^,$KILN_STORE," | xargs stat -c %h)" 3
is "only when it is set" "$(kiln store add --name three "$T/big" | sed "s,^,$KILN_STORE," | xargs stat -c %h)" 1
fails_like "abort-on-warn" "aborting to reveal stack trace" kiln eval --abort-on-warn -E 'builtins.warn "w" 1'
fails_like "a lint" "URL literals are disallowed" kiln eval --lint-url-literals fatal -E 'http://x'
like "as a warning" "$(kiln eval --lint-short-path-literals warn -E 'a/b' 2>&1)" "^warning: relative path literal 'a/b'"
fails_like "a lint's value" "it takes 'ignore', 'warn' or 'fatal'" kiln eval --lint-url-literals no -E 1
is "TOML's timestamps" "$(kiln eval --extra-experimental-features parse-toml-timestamps --json --strict \
	-E 'builtins.fromTOML "t = 1979-05-27"')" '{"t":{"_type":"timestamp","value":"1979-05-27"}}'

# ---- the search path ----
first='(builtins.head builtins.nixPath).path'
is "nix-path" "$(kiln eval --nix-path 'a=/p/a b=/p/b' -E "$first")" '"/p/a"'
is "NIX_PATH" "$(NIX_PATH=a=/p/n:b=http://h/x:c kiln eval --json --strict -E 'map (x: x.path) builtins.nixPath' | cut -d, -f1-3)" \
	'["/p/n","http://h/x","c"'
is "the flag is above it, -I above both" "$(NIX_PATH=a=/p/n kiln eval --nix-path a=/p/a -E "$first"
	NIX_PATH=a=/p/n kiln eval -I a=/p/i --nix-path a=/p/a -E "$first")" '"/p/a"
"/p/i"'

# ---- which store ----
# elsewhere COMMAND…: the drv is written below $T/elsewhere, where KILN_STORE does not say.
elsewhere() {
	rm -rf "$T/elsewhere"
	(unset KILN_STORE && "$@") >/dev/null 2>&1 && ls "$T"/elsewhere/nix/store/*-where.drv
}
set -- "$KILN_BUILD/compat/nix-instantiate" -E 'derivation { name = "where"; system = "s"; builder = "b"; }'
ok "NIX_REMOTE is a folder" elsewhere env NIX_REMOTE="$T/elsewhere" "$@"
ok "or Nix's way to name one" elsewhere env NIX_REMOTE="local?root=$T/elsewhere" "$@"
fails_like "another machine is refused" "NIX_REMOTE names: 'ssh://x' is not a folder" env -u KILN_STORE NIX_REMOTE=ssh://x "$@"
ok "the setting is above it" elsewhere env NIX_REMOTE=ssh://x NIX_CONFIG="store = $T/elsewhere" "$@"
ok "KILN_STORE above both" env NIX_REMOTE=ssh://x NIX_CONFIG="store = ssh://y" "$@"
cd "$T" || exit 1
ok "a daemon's store is the machine's own" env -u KILN_STORE NIX_STORE_DIR="$T/own/store" NIX_STATE_DIR="$T/own/var" \
	NIX_LOG_DIR="$T/own/log" "$@" --store daemon
ok "no folder is made of its name" test ! -e daemon

# ---- files and the environment ----
cat >"$T/etc/nix.conf" <<'END'
# the system's
eval-system = system-file
nix-path = a=/p/file	# the end of a line
!include absent.conf
include more.conf
END
echo "max-call-depth = 50" >"$T/etc/more.conf"
is "the system's file" "$(kiln eval -E builtins.currentSystem; kiln eval -E "$first")" '"system-file"
"/p/file"'
fails_like "what it includes" "max-call-depth exceeded" kiln eval -E 'let f = n: if n == 0 then 0 else f (n - 1) + 1; in f 100'
is "NIX_PATH is above a file" "$(NIX_PATH=a=/p/n kiln eval -E "$first")" '"/p/n"'
echo "eval-system = dirs-file" >"$T/dirs/nix/nix.conf"
is "the user's files are above the system's" "$(kiln eval -E builtins.currentSystem)" '"dirs-file"'
echo "eval-system = user-file" >"$T/config/nix/nix.conf"
is "the nearest counts most" "$(kiln eval -E builtins.currentSystem
	NIX_USER_CONF_FILES="$T/absent:$T/dirs/nix/nix.conf:$T/config/nix/nix.conf" kiln eval -E builtins.currentSystem)" '"user-file"
"dirs-file"'
is "NIX_CONFIG is above files, the command line above all" "$(NIX_CONFIG='eval-system = env' kiln eval -E builtins.currentSystem
	NIX_CONFIG='eval-system = env' kiln eval --eval-system flag -E builtins.currentSystem)" '"env"
"flag"'
fails_like "a line that is none" "syntax error in configuration line 'nonsense' in 'NIX_CONFIG'" \
	env NIX_CONFIG=nonsense "$KILN_BUILD/kiln" eval -E 1
echo "include more.conf" >>"$T/etc/more.conf"
fails_like "a file that includes itself" "includes itself" kiln eval -E 1
i=0
while [ $i -lt 40 ]; do
	printf 'include %s.conf\ninclude %s.conf\n' $((i + 1)) $((i + 1)) >"$T/etc/$i.conf"
	i=$((i + 1))
done
: >"$T/etc/40.conf"
echo "include 0.conf" >"$T/etc/more.conf"
fails_like "files that include a thousand thousand million" "more than 64 files" timeout 20 "$KILN_BUILD/kiln" eval -E 1
