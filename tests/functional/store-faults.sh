#!/bin/sh
# Every call that changes the disk fails once: a command that could not do its work says so, one
# that says it could has done it, and the store always verifies clean.
. "$(dirname "$0")/../lib.sh"
bin="$KILN_BUILD/compat/nix-store"
inject="$KILN_BUILD/tests/functional/libinject.so"
[ -e "$inject" ] || skip_all "no $inject"
plan 8
cd "$T" || exit 1
mkdir -p src/a/b
echo 1 >src/a/x && chmod +x src/a/x
echo 2 >src/a/b/y
ln -s nowhere src/l
path=$("$bin" --add src)
"$bin" --export "$path" >src.export

# every PREPARE CHECK COMMAND…: until an injection comes too late to hit.
every() {
	prepare=$1 check=$2
	shift 2
	i=0 spared=0
	: >wrong
	while [ $spared -lt 8 ] && [ $i -lt 400 ]; do
		i=$((i + 1))
		$prepare
		# verify_asan_link_order: this library comes before a sanitizer's.
		INJECT_NTH=$i LD_PRELOAD=$inject ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 "$@" <src.export >out 2>err
		status=$?
		if [ $status = 0 ]; then
			spared=$((spared + 1))
			$check || echo "call $i: it says that it succeeded" >>wrong
		else
			spared=0
			grep -q '^error:' err || echo "call $i: status $status without a word" >>wrong
		fi
		"$bin" --verify --check-contents >out 2>&1 || echo "call $i: $(cat out)" >>wrong
	done
}
fresh() {
	chmod -R u+w "$KILN_STORE"
	rm -rf "$KILN_STORE"
}
filled() { "$bin" --add src >/dev/null; }
is_there() { "$bin" --check-validity "$path"; }
is_gone() { [ "$("$bin" --check-validity --print-invalid "$path")" = "$path" ]; }

every fresh is_there "$bin" --add src
ok "adding has $i calls to fail" test $i -gt 50
is "and none does harm" "$(cat wrong)" ""
every fresh is_there "$bin" --import
ok "importing has $i calls to fail" test $i -gt 50
is "and none does harm" "$(cat wrong)" ""
every filled is_gone "$bin" --gc
ok "collecting has $i calls to fail" test $i -gt 20
is "and none does harm" "$(cat wrong)" ""
# The addition is the last thing that the command does.
text=$(compat nix-instantiate --eval --read-write-mode -E 'builtins.toFile "t" "t"' | tr -d '"')
text_is_there() { "$bin" --check-validity "$text"; }
every fresh text_is_there "$KILN_BUILD/compat/nix-instantiate" --eval --read-write-mode -E 'builtins.toFile "t" "t"'
ok "evaluating has $i calls to fail" test $i -gt 40
is "and none does harm" "$(cat wrong)" ""
