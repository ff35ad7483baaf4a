# shellcheck shell=sh
# For tests of services. Sourced behind lib.sh.

# environment DIR: a folder with an environment; its manifest is standard input.
environment() {
	mkdir -p "$1/.flox/env"
	cat >"$1/.flox/env/manifest.toml"
	echo '{ "name": "test", "version": 1 }' >"$1/.flox/env.json"
}
# of NAME MEMBER: a member of that service's status, in $DIR's environment.
of() {
	kiln services status -d "$DIR" --json "$1" |
		sed -n "s/.*\"$2\": \"\([^\"]*\)\".*/\1/p; t; s/.*\"$2\": \([^,}]*\).*/\1/p" | sed 's/^null$//'
}
state() { of "$1" status; }
# until_is SECONDS EXPECTED COMMAND…: waits for what it prints to be that.
until_is() {
	limit=$(($1 * 20)) expected=$2
	shift 2
	while [ $limit -gt 0 ] && [ "$("$@" 2>/dev/null)" != "$expected" ]; do
		sleep 0.05
		limit=$((limit - 1))
	done
	[ $limit -gt 0 ]
}
# here PID…: how many of these processes are there, the dead that nobody has waited for left out.
here() {
	count=0
	for pid in "$@"; do
		case $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) in
		'' | Z*) ;;
		*) count=$((count + 1)) ;;
		esac
	done
	echo $count
}
# marked WORD: the processes that were started with it as an argument.
marked() {
	for file in /proc/[0-9]*/cmdline; do
		pid=${file#/proc/}
		pid=${pid%/cmdline}
		if { tr '\0' '\n' <"$file"; } 2>/dev/null | grep -qxF -e "$1" && [ "$(here "$pid")" = 1 ]; then
			echo "$pid"
		fi
	done
}
how_many() { marked "$1" | wc -l; }
# kill9 PID…: kills, and waits until they are gone.
kill9() {
	kill -9 "$@" 2>/dev/null
	until_is 5 0 here "$@"
}
# Whatever a failed test left is not left to the machine.
stop_all() { [ ! -d "$DIR" ] || kiln services stop -d "$DIR" >/dev/null 2>&1; }
trap 'stop_all; finish' EXIT
