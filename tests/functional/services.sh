#!/bin/sh
# shellcheck disable=SC2016 # for the shell of services and activations
# kiln services: started, looked at, stopped; what they leave, how they end, and what is wrong.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../lib-services.sh"
plan 126
DIR="$T/a project"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
environment "$DIR" <<END
version = 1
[vars]
COLOUR = "green"
[services.plain]
command = 'echo "\$COLOUR \$SHAPE \$PWD"; echo "\$FLOX_PROCESS_PID \$\$"; exec sleep 1000.1'
vars.SHAPE = "round \$HOME"
[services.fails]
command = "echo first; echo why >&2; exit 7"
[services.ends]
command = "echo done"
[services.forks]
command = "setsid -f sh -c 'echo up; trap \\"echo down; exit 3\\" TERM; while :; do sleep 0.05; done'"
is-daemon = true
shutdown.command = 'echo "told to end"; kill \$FLOX_PROCESS_PID'
[services.stubborn]
command = "trap '' TERM; setsid -f sleep 1000.2; setsid -f env -i sleep 1000.2; while :; do sleep 1; done"
[services.foreground]
command = "exec sleep 1000.3"
is-daemon = true
shutdown.command = 'kill \$FLOX_PROCESS_PID'
[services."odd name's\\né"]
command = "exec sleep 1000.4"
[services.elsewhere]
command = "true"
systems = ["aarch64-darwin"]
END

# ---- nothing yet ----
is "before the first start" "$(kiln services status -d "$DIR" | sed -n 's/^plain  *//p' | tr -d ' ')" "Stopped"
is "there is no log" "$(kiln services logs -d "$DIR" plain)" ""
fails_like "a name that there is not" "no service 'plian'" kiln services start -d "$DIR" plain plian
is "then nothing is started" "$(state plain)" "Stopped"
fails_like "what may have been meant" "did you mean 'plain'" kiln services stop -d "$DIR" plian
fails_like "one of another system" "'elsewhere' is not for this machine" kiln services start -d "$DIR" elsewhere

# ---- a plain one ----
like "is started" "$(kiln services start -d "$DIR" plain 2>&1)" "service 'plain' started"
is "runs" "$(state plain)" "Running"
pid=$(of plain pid)
is "its process is what it became" "$(tr '\0' ' ' <"/proc/$pid/cmdline")" "sleep 1000.1 "
is "with variables, the service's as they stand, in the project" "$(kiln services logs -d "$DIR" plain | head -1)" \
	"green round \$HOME $DIR"
is "it knows its own process" "$(kiln services logs -d "$DIR" plain | sed -n 2p)" "$pid $pid"
like "again" "$(kiln services start -d "$DIR" plain 2>&1)" "'plain' is already running"
is "is no second one" "$(marked 1000.1)" "$pid"
is "the lines of status" "$(kiln services status -d "$DIR" plain | tr -s ' ' | sed 's/ [0-9]* s$//')" "NAME STATUS PID
plain Running $pid"
supervisor=$(of plain supervisor)
is "restart" "$(kiln services restart -d "$DIR" plain 2>&1)" "service 'plain' started"
ok "is another process" test "$(of plain pid)" != "$pid"
is "and another supervisor" "$(here "$pid" "$supervisor")" 0
pid=$(of plain pid)
like "is stopped" "$(kiln services stop -d "$DIR" plain 2>&1)" "service 'plain' stopped"
is "is gone" "$(here "$pid")" 0
is "and told so" "$(state plain)" "Stopped"
like "again" "$(kiln services stop -d "$DIR" plain 2>&1)" "'plain' is not running"
is "both runs are in the log" "$(kiln services logs -d "$DIR" plain | grep -c green)" 2

# ---- ends ----
out=$(kiln services start -d "$DIR" fails 2>&1)
is "one that fails is a failure" $? 1
is "told with the end of its log" "$out" "error: service 'fails' exited with status 7
  first
  why
  kiln: exited with status 7
hint: 'kiln services logs fails' shows all that it printed"
is "its status is kept" "$(state fails) $(of fails exit_code)" "Failed 7"
like "one that ends well is none" "$(kiln services start -d "$DIR" ends 2>&1)" "'ends' started, and has ended with status 0"
is "and completed" "$(state ends) $(of ends exit_code)" "Completed 0"

# ---- daemons ----
ok "a daemon" kiln services start -d "$DIR" forks
is "runs though its command ended" "$(state forks)" "Running"
pid=$(of forks pid)
ok "is stopped" kiln services stop -d "$DIR" forks
is "by its command" "$(kiln services logs -d "$DIR" forks)" "up
told to end
down"
is "its own status is kept" "$(here "$pid") $(of forks exit_code)" "0 3"
ok "one that stays in the foreground" kiln services start -d "$DIR" foreground
pid=$(of foreground pid)
ok "is stopped by its command, too" kiln services stop -d "$DIR" foreground
is "at once" "$(here "$pid") $(of foreground exit_signal)" "0 15"

# ---- whole trees ----
cat >>"$DIR/.flox/env/manifest.toml" <<'END'
[services.stubborn.shutdown]
timeout-seconds = 1
END
sed -i 's/^version = 1$/schema-version = "1.19.0"/' "$DIR/.flox/env/manifest.toml"
ok "one that ignores SIGTERM, with two that left its session" kiln services start -d "$DIR" stubborn
ok "they are there" until_is 5 2 how_many 1000.2
ok "is stopped" kiln services stop -d "$DIR" stubborn
is "they, too" "$(marked 1000.2)" ""
is "by SIGKILL" "$(of stubborn exit_signal)" 9
like "which is told" "$(of stubborn message)" "did not end within 1 s"
name="odd name's
é"
ok "a name of any bytes" kiln services start -d "$DIR" "$name"
is "runs" "$(state "$name")" "Running"
ok "and is stopped" kiln services stop -d "$DIR" "$name"

running() { kiln services status -d "$DIR" --json | grep -c '"Running"'; }

# ---- kill -9 ----
lines() { kiln services logs -d "$DIR" plain | grep -c green; }
before=$(lines)
ok "start" kiln services start -d "$DIR" stubborn
ok "two left its session, one of them with nothing in its environment" until_is 5 2 how_many 1000.2
kill9 "$(of stubborn supervisor)" "$(of stubborn pid)"
is "the supervisor and the service killed" "$(how_many 1000.2) $(state stubborn)" "2 Stopped"
ok "stop" kiln services stop -d "$DIR" stubborn
is "they are gone, too" "$(how_many 1000.2)" 0
ok "start" kiln services start -d "$DIR" plain
kill9 "$(of plain pid)"
ok "the service killed" until_is 5 Failed state plain
is "the signal is kept" "$(of plain exit_signal)" 9
ok "start" kiln services start -d "$DIR" plain
pid=$(of plain pid)
kill9 "$(of plain supervisor)"
is "its supervisor killed" "$(state plain) $(of plain pid)" "Running $pid"
like "is told" "$(of plain message)" "supervisor is gone"
like "the next start" "$(kiln services start -d "$DIR" plain 2>&1)" "ran without its supervisor"
is "ends what was left" "$(marked 1000.1)" "$(of plain pid)"
kill9 "$(of plain supervisor)"
ok "a stop does so, too" kiln services stop -d "$DIR" plain
is "nothing is left" "$(marked 1000.1)" ""
ok "start" kiln services start -d "$DIR" plain
kill9 "$(of plain supervisor)" "$(of plain pid)"
is "both killed" "$(state plain)" "Stopped"
ok "start" kiln services start -d "$DIR" plain
ok "stop" kiln services stop -d "$DIR" plain
is "no line is lost" "$(lines)" $((before + 5))

# ---- two at once ----
for i in 1 2 3 4; do kiln services start -d "$DIR" plain >"$T/start.$i" 2>&1 & done
wait
is "four starts at once are one" "$(marked 1000.1 | wc -l)" 1
is "and three are told" "$(cat "$T"/start.* | grep -c 'already running')" 3
is "stopped by name of all" "$(kiln services stop -d "$DIR" 2>&1)" "service 'plain' stopped"

# ---- logs ----
is "the last lines" "$(kiln services logs -d "$DIR" fails -n 2)" "why
kiln: exited with status 7"
is "of several" "$(kiln services logs -d "$DIR" --tail 1 ends fails)" "ends: done
fails: kiln: exited with status 7"
"$KILN_BUILD/kiln" services logs -d "$DIR" -f -n 0 ends >"$T/followed" &
follower=$!
sleep 0.3
kiln services start -d "$DIR" ends 2>/dev/null
ok "are followed" until_is 5 "done" cat "$T/followed"
kill $follower
timeout --preserve-status -s INT 1 "$KILN_BUILD/kiln" services logs -d "$DIR" -f ends >"$T/followed"
is "until ^C" "$? $(tail -1 "$T/followed")" "130 done"
fails_like "a number that is none" "'-n x' is no number of lines" kiln services logs -d "$DIR" -n x ends

# ---- control groups ----
# In a mount namespace there is a version 2 of them, where this machine has none for us.
cat >>"$DIR/.flox/env/manifest.toml" <<'END'
[services.hides]
command = "setsid -f env -i sleep 1000.11 </dev/null >/dev/null 2>&1; exec sleep 1000.10"
END
cat >"$T/group.sh" <<'SH'
mount -t cgroup2 none /sys/fs/cgroup && [ -w /sys/fs/cgroup/cgroup.procs ] || exit 77
"$KILN_BUILD/kiln" services start -d "$1" hides 2>/dev/null
SH
KILN_BUILD=$KILN_BUILD unshare --mount sh "$T/group.sh" "$DIR" >/dev/null 2>&1
if [ "$(state hides)" = Running ]; then
	group=$(sed -n 's/^0:://p' "/proc/$(of hides pid)/cgroup")
	like "a service has a control group of its own" "$group" "/kiln-[0-9a-f]*$"
	kill9 "$(of hides supervisor)" "$(of hides pid)"
	is "one has hidden all that it could" "$(how_many 1000.11)" 1
	unshare --mount sh -c 'mount -t cgroup2 none /sys/fs/cgroup; exec "$0" services stop -d "$1" hides' "$KILN_BUILD/kiln" "$DIR" 2>/dev/null
	is "it is ended all the same" "$(how_many 1000.11)" 0
	is "the group is gone" "$(unshare --mount sh -c 'mount -t cgroup2 none /sys/fs/cgroup; ls -d "/sys/fs/cgroup$0" 2>/dev/null' "$group")" ""
else
	for i in 1 2 3 4; do pass "control groups # SKIP only root may make them"; done
fi

# ---- a full disk ----
cat >"$T/full.sh" <<'SH'
mount -t tmpfs -o size=512k none "$1" && cd "$1" || exit 77
cp -r "$2/.flox" . && rm -rf .flox/run
services() { verb=$1; shift; "$KILN_BUILD/kiln" services "$verb" -d . "$@" 2>&1; }
# What is freed later is enough, however much of the rest its log takes.
head -c 300000 /dev/zero >big
services start loud
head -c 1000000 /dev/zero >>big 2>/dev/null
sleep 0.5
services stop loud
echo "stop $?"
services status loud | sed -n 's/^loud *\([A-Za-z]*\).*/\1/p'
services start plain
rm big
services start loud
sleep 0.5
services stop loud
SH
cat >>"$DIR/.flox/env/manifest.toml" <<'END'
[services.loud]
command = "while :; do echo a line of many; done"
END
mkdir "$T/full"
full=$(KILN_BUILD=$KILN_BUILD unshare --user --map-root-user --mount sh "$T/full.sh" "$T/full" "$DIR")
if [ $? = 77 ] || [ -z "$full" ]; then
	for i in 1 2 3 4; do pass "a full disk # SKIP no namespaces"; done
else
	is "on a full disk one is stopped" "$(echo "$full" | grep -c '^stop 0')" 1
	is "and known to be" "$(echo "$full" | grep -cx 'Stopped')" 1
	like "one that cannot be kept is not started" "$full" "keeping the service 'plain'.*No space left"
	is "with room again it is" "$(echo "$full" | grep -c "service 'loud' started")" 2
fi

# ---- as long as somebody is in ----
inside=$(kiln activate -s -d "$DIR" -- sh -c '"$0" services status -d "$1" foreground' "$KILN_BUILD/kiln" "$DIR" 2>"$T/err")
like "services of an activation run in it" "$inside" "^foreground +Running"
like "those that fail are told, and it is entered" "$(cat "$T/err")" "service 'fails' exited with status 7"
ok "and are stopped behind it" until_is 10 0 running
ok "start" kiln services start -d "$DIR" plain
kiln activate -s -d "$DIR" -- sh -c 'touch "$0"; while [ -e "$0" ]; do sleep 0.05; done' "$T/first" 2>/dev/null &
ok "two activations" until_is 10 "$T/first" ls "$T/first"
kiln activate -s -d "$DIR" -- sh -c 'rm "$0"; sleep 0.5' "$T/first" 2>/dev/null
wait
ok "what was started for them ends with the last" until_is 10 1 running
is "what ran before goes on" "$(state plain)" "Running"
sed -i 's/^\[services.plain\]/[services]\nauto-start = true\n&/' "$DIR/.flox/env/manifest.toml"
kiln services stop -d "$DIR" 2>/dev/null
is "auto-start" "$(kiln activate -d "$DIR" -- sh -c '"$0" services status -d "$1" plain | cut -c13-19' "$KILN_BUILD/kiln" "$DIR" 2>/dev/null | tail -1)" "Running"
is "or not" "$(kiln activate --no-start-services -d "$DIR" -- sh -c 'echo $FLOX_ACTIVATE_START_SERVICES')" "false"
until_is 10 0 running
sed -i '/^auto-start/d' "$DIR/.flox/env/manifest.toml"

# ---- what others' trackers tell ----
cat >>"$DIR/.flox/env/manifest.toml" <<END
[services.clean]
command = """
umask; grep -E 'Sig(Ign|Blk)' /proc/self/status; ls /proc/self/fd; cat; echo told >/dev/stderr
echo \$FLOX_ACTIVATE_START_SERVICES \$FLOX_ENV_PROJECT
exec sleep 1000.5
"""
[services.speaks]
command = 'while :; do echo word; sleep 0.05; done'
[services.serves]
command = "exec python3 -u -m http.server $port --bind 127.0.0.1"
[services.first]
command = "sleep 0.3; echo first >>order; exit 0"
[services.second]
command = "echo second >>order; exec sleep 1000.6"
depends-on.first.condition = "process_completed_successfully"
[services.third]
command = "exec sleep 1000.7"
depends-on.fails.condition = "process_started"
[services.nowhere]
command = "true"
[services.always]
command = "trap 'exit 1' TERM; while :; do sleep 0.05; done; : 1000.8"
[kiln.services.always]
restart = "always"
[kiln.services.serves]
ready = "http://localhost:$port/"
[kiln.services.nowhere]
ready = "http://example.org/"
END
(umask 027; ok "one that looks around" kiln services start -d "$DIR" clean)
n=$((n + 1))
is "nothing of the one who starts it is in it" "$(kiln services logs -d "$DIR" clean)" "0027
SigBlk:	0000000000000000
SigIgn:	0000000000000000
0
1
2
3
told
false $DIR"
ok "stop" kiln services stop -d "$DIR" clean
ok "one that is always started again" kiln services start -d "$DIR" always
pid=$(of always pid)
ok "is stopped" kiln services stop -d "$DIR" always
sleep 1.2
is "and stays so, though it failed" "$(state always) $(of always exit_code) $(here "$pid")" "Stopped 1 0"
for i in 1 2 3 4; do kiln services restart -d "$DIR" plain >/dev/null 2>&1 & done
wait
is "four restarts at once are one service" "$(state plain) $(how_many 1000.1)" "Running 1"
ok "stop" kiln services stop -d "$DIR" plain
ok "one whose log is taken away" kiln services start -d "$DIR" speaks
rm "$DIR"/.flox/run/services/speaks/log
ok "has another" until_is 10 word kiln services logs -d "$DIR" -n 1 speaks
kill -STOP "$(of speaks pid)"
start=$(date +%s)
ok "one that is stopped with ^Z" kiln services stop -d "$DIR" speaks
ok "ends at once" test $(($(date +%s) - start)) -lt 5
ok "one that is asked whether it is ready" kiln services start -d "$DIR" serves
sleep 1
is "is asked no more behind that" "$(kiln services logs -d "$DIR" serves | grep -c 'GET / ')" 1
is "what needs another's end" "$(kiln services start -d "$DIR" second 2>&1)" "service 'first' started
service 'second' started"
is "comes behind it" "$(paste -sd ' ' "$DIR/order")" "first second"
fails_like "what needs one that fails" "'third' was not started: it depends on 'fails'" kiln services start -d "$DIR" third
fails_like "an address of another machine" "'http://example.org/' cannot tell whether" kiln services start -d "$DIR" nowhere
ok "stop" kiln services stop -d "$DIR"
mkdir -p "$T/obstacle/.flox/run"
: >"$T/obstacle/.flox/run/services"
cp -r "$DIR/.flox/env" "$DIR/.flox/env.json" "$T/obstacle/.flox/"
fails_like "no folder for the state" "making a service's folder: .*/.flox/run/services" kiln services start -d "$T/obstacle" plain

rm -f "$DIR/order"
sed -i 's/^command = "sleep 0.3; echo first/command = "sleep 1000.9; echo first/' "$DIR/.flox/env/manifest.toml"
kiln services start -d "$DIR" second >"$T/waits" 2>&1 &
until_is 10 Running state first
sleep 0.3
kiln services stop -d "$DIR" first 2>/dev/null
wait $!
like "what waits for one that is stopped is not started" "$? $(cat "$T/waits")" "'first', which it depends on, was stopped"

# ---- systemd ----
is "units" "$(kiln services export -d "$DIR" --systemd -o "$T/units" 2>/dev/null | wc -l)" "$(kiln services status -d "$DIR" | tail -n +2 | wc -l)"
fails_like "as nothing" "^hint: --systemd" kiln services export -d "$DIR"
if command -v systemd-analyze >/dev/null; then
	mkdir -p "$T/runtime"
	is "systemd accepts them" "$(XDG_RUNTIME_DIR="$T/runtime" systemd-analyze --user verify "$T"/units/*.service 2>&1)" ""
else
	pass "no systemd-analyze here (Debian's package systemd) # SKIP"
fi

# ---- collection ----
mkdir -p "$T/package/bin"
printf '#!/bin/sh\nexec sleep 1000.13\n' >"$T/package/bin/run-it"
chmod +x "$T/package/bin/run-it"
environment "$T/kept" <<END
version = 1
[install]
[services.plain]
command = "exec run-it"
END
ok "a package" kiln install -d "$T/kept" -i run-it "$(kiln store add "$T/package")"
kiln services start -d "$T/kept" 2>/dev/null
profile=$(readlink "$T/kept/.flox/run/current/profile")
kiln uninstall -d "$T/kept" run-it 2>/dev/null
for generation in "$T/kept/.flox/run/generations"/*; do
	[ "$(readlink "$generation/profile")" != "$profile" ] || rm -rf "$generation"
done
kiln gc >/dev/null 2>&1
ok "a generation that a service runs in outlives its collection" test -d "$KILN_STORE$profile"
ok "until that ends" kiln services stop -d "$T/kept"
kiln gc >/dev/null 2>&1
ok "and no longer" test ! -e "$KILN_STORE$profile"

# ---- from a hook ----
environment "$T/hook" <<END
version = 1
[hook]
on-activate = '"\$KILN_BUILD/kiln" services start; "\$KILN_BUILD/kiln" activate -- true; export HOOKED=\${_KILN_IN_HOOK:+in}'
[services.plain]
command = "exec sleep 1000.12"
END
export KILN_BUILD
said=$(cd "$T/hook" && timeout 20 "$KILN_BUILD/kiln" activate -- sh -c 'echo "$HOOKED ${_KILN_IN_HOOK:-over}"' 2>&1)
is "a hook that wants services or the environment does not wait for itself" "$(echo "$said" | grep -c 'cannot be entered from its own hook')" 2
is "and goes on" "$(echo "$said" | tail -1)" "in over"
ok "so it does when services are started" timeout 20 "$KILN_BUILD/kiln" services start -d "$T/hook"
ok "and they are" kiln services stop -d "$T/hook"

# ---- folders ----
ok "start" kiln services start -d "$DIR" plain
pid=$(of plain pid)
mv "$DIR" "$T/moved"
DIR="$T/moved"
is "a project that is moved has its service with it" "$(state plain) $(of plain pid)" "Running $pid"
rm -rf "$T/moved"
ok "one that is deleted ends it" until_is 5 0 here "$pid"
environment "$T/empty" <<END
version = 1
END
fails_like "an environment without services" "has no services" kiln services start -d "$T/empty"
fails_like "a folder that is no environment" "" kiln services status -d "$T"
