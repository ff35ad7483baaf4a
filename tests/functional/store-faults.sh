#!/bin/sh
# Every call that changes the disk fails once: a command that could not do its work says so, one
# that says it could has done it, and the store always verifies clean. The job loop's part of it is
# build-faults.sh.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../lib-inject.sh"
bin="$KILN_BUILD/compat/nix-store"
plan 20
cd "$T" || exit 1
mkdir -p src/a/b
echo 1 >src/a/x && chmod +x src/a/x
echo 2 >src/a/b/y
ln -s nowhere src/l
path=$("$bin" --add src)
"$bin" --export "$path" >src.export
input=src.export

fresh() {
	chmod -R u+w "$KILN_STORE"
	rm -rf "$KILN_STORE"
}
filled() { "$bin" --add src >/dev/null; }
is_there() { "$bin" --check-validity "$path"; }
is_gone() { [ "$("$bin" --check-validity --print-invalid "$path")" = "$path" ]; }
harmless() {
	ok "$1 has $calls calls to fail" test "$calls" -gt "$2"
	is "and none does harm" "$(cat wrong)" ""
}

every fresh is_there "$bin" --add src
harmless adding 40
every fresh is_there "$bin" --import
harmless importing 60
every filled is_gone "$bin" --gc
harmless collecting 30
# The addition is the last thing that the command does.
text=$(compat nix-instantiate --eval --read-write-mode -E 'builtins.toFile "t" "t"' | tr -d '"')
text_is_there() { "$bin" --check-validity "$text"; }
every fresh text_is_there "$KILN_BUILD/compat/nix-instantiate" --eval --read-write-mode -E 'builtins.toFile "t" "t"'
harmless evaluating 40

# placed but not registered
"$bin" --add src >/dev/null
"$bin" --dump-db >registration
placed() {
	fresh
	filled
	rm "$KILN_STORE"/nix/var/nix/db/*
}
input=registration
every placed is_there "$bin" --load-db
harmless registering 30
input=
mkdir -p same/a && cp src/a/b/y same/a/y
doubled() {
	fresh
	"$bin" --add src same >/dev/null
}
# A folder may have no room for more names; then it is told.
is_linked() { grep -q "^warning: cannot link '.*' to the pool: No space" err || [ "$(stat -c %h "$KILN_STORE$path/a/b/y")" -ge 3 ]; }
every doubled is_linked "$bin" --optimise
harmless optimising 5

# Killed at a call instead, it leaves a store that verifies as well. All of these, always.
step=$KILN_FAULTS_STEP
KILN_FAULTS_STEP=1 INJECT_ERROR=KILL
export INJECT_ERROR
every doubled is_linked "$bin" --optimise
is "being killed at any of $calls calls of optimising does no harm" "$(cat wrong)" ""
KILN_FAULTS_STEP=$step
every fresh is_there "$bin" --add src
is "nor of adding" "$(cat wrong)" ""
every filled is_gone "$bin" --gc
is "nor of collecting" "$(cat wrong)" ""
input=src.export
every fresh is_there "$bin" --import
is "nor of importing" "$(cat wrong)" ""
input=

# Calls that are interrupted, and writes that take less than they are given, are no failures.
one_more() {
	INJECT_ERROR=EINTR every "$@"
	[ "$calls" -gt 0 ] || echo "nothing was interrupted" >>wrong
}
one_more fresh is_there "$bin" --add src
is "none of $calls interruptions does harm" "$(cat wrong)" ""
unset INJECT_ERROR
INJECT_SHORT=1
export INJECT_SHORT
fresh
input=src.export
ok "writes may be short: adding" injected "$bin" --add src
fresh
ok "importing" injected "$bin" --import
i=short
: >wrong
clean "short"
is "and all is whole" "$(cat wrong)" ""
