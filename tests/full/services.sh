#!/bin/sh
# Services, long: kill -9 of the service, its supervisor and both while it prints, a hundred cycles,
# twenty at once, a gigabyte of log, a reboot, a port that another has. Each time the state is right,
# no process is left and no line is lost. KILN_KILLS says how many kills of each kind there are.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../lib-services.sh"
kills=${KILN_KILLS:-5}
plan $((29 + 15 * kills))
DIR="$T/project"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
{
	cat <<END
version = 1
[services.writer]
command = '''
i=0
setsid -f sleep 2000.1
(while :; do sleep 2000.2; done) &
while :; do i=\$((i + 1)); echo "line \$KILN_SERVICE_RUN \$i"; echo \$i >"$T/count.new"; mv "$T/count.new" "$T/count"; done
'''
[services.big]
command = "head -c 1073741824 /dev/zero | tr '\\\\0' 'x' | fold -w 1023; echo; echo the last line"
[services.web]
command = "exec python3 -m http.server $port --bind 127.0.0.1"
[services.web2]
command = "python3 -m http.server $port --bind 127.0.0.1 || exec sleep 2000.3"
[kiln.services.web]
ready = "http://127.0.0.1:$port/"
[kiln.services.web2]
ready = "http://127.0.0.1:$port/"
ready-timeout-seconds = 2
END
	i=0
	while [ $i -lt 20 ]; do
		i=$((i + 1))
		echo "[services.many$i]
command = \"echo up \$FLOX_PROCESS_PID; exec sleep 2001.$i\""
	done
} | environment "$DIR"
many=$(seq -f many%g 1 20)
running() { kiln services status -d "$DIR" --json | grep -c '"Running"'; }
supervisors() { pgrep -fc "^kiln-supervisor $DIR"; }

# ---- kill -9 ----
# Of this run, lines 1 to the last that the service knew to be printed are there, each once, in order.
whole() {
	run=$1 last=$2
	kiln services logs -d "$DIR" writer | awk -v run="$run" -v last="$last" '
		$1 == "line" && $2 == run { n++; if ($3 != n) bad++ }
		END { exit n >= last && !bad ? 0 : 1 }'
}
left() { echo "$(how_many 2000.1) $(how_many 2000.2)"; }
killed() {
	whom=$1 want=$2
	rm -f "$T/count"
	ok "start" kiln services start -d "$DIR" writer
	sleep "0.$(awk -v s="$round$whom" 'BEGIN { srand(length(s) * 7 + substr(s, 1, 1)); print int(rand() * 8) + 1 }')"
	run=$(tr '\0' '\n' <"/proc/$(of writer pid)/environ" | sed -n 's/^KILN_SERVICE_RUN=//p')
	case $whom in
	service) set -- "$(of writer pid)" ;;
	supervisor) set -- "$(of writer supervisor)" ;;
	both) set -- "$(of writer supervisor)" "$(of writer pid)" ;;
	esac
	kill9 "$@"
	ok "$whom killed: $want" until_is 10 "$want" state writer
	ok "stop" kiln services stop -d "$DIR" writer
	is "nothing is left" "$(left)" "0 0"
	ok "no line is lost" whole "$run" "$(cat "$T/count" 2>/dev/null || echo 0)"
	# Two files of 4 MiB hold a run; a log that was set aside is no loss.
	rm -f "$DIR"/.flox/run/services/writer/log*
}
round=0
while [ $round -lt "$kills" ]; do
	round=$((round + 1))
	killed service Failed
	killed supervisor Running
	killed both Stopped
done

# ---- cycles ----
i=0 bad=0
while [ $i -lt 100 ]; do
	i=$((i + 1))
	kiln services start -d "$DIR" many1 2>/dev/null && [ "$(state many1)" = Running ] || bad=$((bad + 1))
	kiln services stop -d "$DIR" many1 2>/dev/null && [ "$(state many1)" = Stopped ] || bad=$((bad + 1))
done
is "a hundred cycles" "$bad" 0
is "leave nothing" "$(how_many 2001.1) $(supervisors)" "0 0"
is "and a hundred lines" "$(kiln services logs -d "$DIR" many1 | grep -c '^up ')" 100

# ---- twenty ----
# shellcheck disable=SC2086
ok "twenty at once" kiln services start -d "$DIR" $many
is "run" "$(running)" 20
is "each once" "$(seq -f 2001.%g 1 20 | while read -r w; do how_many "$w"; done | sort | uniq -c | tr -d ' \n')" 201
echo "# memory of their supervisors and logs' writers, KiB: $(for pid in $(pgrep -f "^kiln-supervisor $DIR"); do
	awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup" 2>/dev/null; done | awk '{ s += $1 } END { print s, "in", NR }')"
for i in 1 2 3 4 5; do kiln services restart -d "$DIR" many$i 2>/dev/null & done
wait
is "five restarts at once" "$(running)" 20
# shellcheck disable=SC2046
kill9 $(pgrep -f "^kiln-supervisor $DIR")
is "all supervisors and writers killed" "$(running)" 20
ok "stop" kiln services stop -d "$DIR"
is "nothing is left" "$(running) $(supervisors) $(seq -f 2001.%g 1 20 | while read -r w; do marked "$w"; done | wc -l)" "0 0 0"

# ---- a gigabyte ----
kiln services start -d "$DIR" big 2>/dev/null
ok "a gigabyte of log" until_is 120 Completed state big
size=$(du -sk "$DIR/.flox/run/services/big" | cut -f1)
ok "takes 17 MiB at most ($size KiB)" test "$size" -le 17408
is "its last line is there" "$(kiln services logs -d "$DIR" big -n 1)" "the last line"
is "and whole lines before" "$(kiln services logs -d "$DIR" big | awk '{ print length($0) }' | sort -u | tr '\n' ' ')" "1 1023 13 "

# ---- a reboot ----
echo first >"$T/boot"
KILN_BOOT_ID_FILE="$T/boot"
export KILN_BOOT_ID_FILE
ok "start" kiln services start -d "$DIR" many2 many3
old=$(of many2 pid)
# shellcheck disable=SC2046
kill9 $(pgrep -f "^kiln-supervisor $DIR") "$(of many3 pid)"
echo second >"$T/boot"
is "after a reboot all are stopped" "$(state many2) $(state many3)" "Stopped Stopped"
like "which is told" "$(of many2 message)" "machine"
ok "start" kiln services start -d "$DIR" many2
is "who has an old number is left alone" "$(here "$old")" 1
kill9 "$old"
ok "stop" kiln services stop -d "$DIR"
unset KILN_BOOT_ID_FILE

# ---- a port ----
ok "start, until it is ready" kiln services start -d "$DIR" web
is "ready" "$(of web ready)" true
fails_like "another at the same port is not" "service 'web2' runs but is not ready: port $port is taken by process" \
	kiln services start -d "$DIR" web2
like "which status tells" "$(of web2 message)" "port $port is taken by process $(of web pid), which is not of this"
like "and the log" "$(kiln services logs -d "$DIR" web2)" "kiln: port $port is taken"
ok "stop" kiln services stop -d "$DIR"

# ---- no network ----
if unshare -rn true 2>/dev/null; then
	ok "in an empty network" unshare -rn "$KILN_BUILD/kiln" services start -d "$DIR" many4
	ok "stop" kiln services stop -d "$DIR"
else
	n=$((n + 2))
fi
is "no supervisor is left" "$(supervisors)" 0
