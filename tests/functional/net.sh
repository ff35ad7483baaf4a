#!/bin/sh
# Transfers against a server that misbehaves: resuming, hashes, retries, mirrors, vendored files.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

command -v python3 >/dev/null || skip_all "python3 is not installed"
driver=$KILN_BUILD/tests/functional/source_driver
here=$(dirname "$0")
D=$T/out
mkdir -p "$D"
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 KILN_CONF="$T/kiln.conf"
: >"$T/log"
python3 "$here/../server.py" "$T/port" "$T/log" &
server=$!
trap 'kill "$server" 2>/dev/null; finish' EXIT
tries=0
while [ ! -f "$T/port" ]; do
	tries=$((tries + 1))
	[ "$tries" -lt 100 ] || skip_all "the test's server does not start"
	sleep 0.1
done
U=http://127.0.0.1:$(cat "$T/port")
cat >"$KILN_CONF" <<END
mirror.pypi = $U/simple $U/json
mirror.own = $U/status/404 $U/file
END

plan 78

# The bytes that the server has for a number, and their SRI hash.
sri() {
	python3 -c 'import base64, hashlib, random, sys
n = int(sys.argv[1])
print("sha256-" + base64.b64encode(hashlib.sha256(random.Random(n).randbytes(n)).digest()).decode())' "$1"
}
# fetch REQUEST [ARGUMENT…]: the driver's output, and its errors in $T/err.
fetch() {
	request=$1
	shift
	printf '%s\n' "$request" | "$driver" pause_ms=20 "$@" 2>"$T/err"
}
result() { echo "$1" | cut -d' ' -f1; }
clean() { rm -rf "$D"; mkdir -p "$D"; : >"$T/log"; }
files() { find "$D" -mindepth 1 -printf '%f\n' | sort | tr '\n' ' '; }

# A file, its hash and nothing beside it.
h=$(sri 100000)
out=$(fetch "$D/a $U/file/100000 $h")
is "a file with a hash" "$out" "ok $D/a $h 100000 100000 0"
is "nothing else is left" "$(files)" "a "
is "mode does not depend on umask" "$(umask 077; rm "$D/a"; fetch "$D/a $U/file/100000" >/dev/null; stat -c %a "$D/a")" 644
out=$(fetch "$D/e $U/file/0")
is "an empty file" "$out" "ok $D/e $(sri 0) 0 0 0"
: >"$T/log"
out=$(fetch "$D/a $U/file/100000 $h")
is "a file that is there already is not fetched again" "$(result "$out") $(wc -l <"$T/log")" "ok 0"
clean

# Wrong bytes.
out=$(fetch "$D/a $U/wrong/5000 $(sri 5000)")
is "another hash is a mismatch" "$out" "fail $D/a MISMATCH"
like "it says what was specified" "$(cat "$T/err")" "^  specified: sha256:1fmx85si1lkvg98cic4r7gih9j3v3bkcqxgg6sy8jn00h9kc98lh$"
like "it says what came" "$(cat "$T/err")" "^  got:       sha256:0cmpqq7zq59gyvcrnn13iijxhf4pi5ifqs2k95y69li46z162hcz$"
is "no wrong file is left" "$(files)" ""
out=$(fetch "$D/a $U/wrong/5000|$U/file/5000 $(sri 5000)")
is "the next URL is tried" "$(result "$out")" ok
clean
out=$(fetch "$D/a $U/file/5000 - 4999")
is "another size is a mismatch" "$out" "fail $D/a MISMATCH"
is "it leaves nothing" "$(files)" ""
clean

# Broken connections: each try goes on where the last one ended.
out=$(fetch "$D/a $U/drop/30000/100000 $h")
is "a connection that keeps breaking" "$out" "ok $D/a $h 100000 100000 0"
is "each try asks for the rest" "$(cut -d' ' -f2 "$T/log" | tr '\n' ' ')" "- bytes=30000- bytes=60000- bytes=90000- "
like "on condition that the file is the same" "$(cat "$T/log")" 'bytes=60000- "100000"$'
clean
out=$(fetch "$D/a $U/drop/30000/100000")
is "the same without a hash to expect" "$out" "ok $D/a $h 100000 100000 0"
clean
out=$(fetch "$D/a $U/badrange/100000|$U/file/100000 $h")
is "a server that sends another range" "$(result "$out") $(sha256sum <"$D/a" | cut -c1-64)" \
	"ok $(python3 -c 'import hashlib, random; print(hashlib.sha256(random.Random(100000).randbytes(100000)).hexdigest())')"
clean

# A partial file of an earlier run.
part() { python3 -c 'import random, sys
sys.stdout.buffer.write(random.Random(100000).randbytes(100000)[:int(sys.argv[1])])' "$1" >"$D/a.part"; }
part 40000
out=$(fetch "$D/a $U/plain/100000 $h")
is "with a hash a partial file is used" "$out" "ok $D/a $h 100000 60000 40000"
clean
part 40000
out=$(fetch "$D/a $U/plain/100000")
is "without hash and validator it is not" "$out" "ok $D/a $h 100000 100000 0"
clean
part 40000
printf '%s\n"100000"\n\n' "$U/file/100000" >"$D/a.part.meta"
out=$(fetch "$D/a $U/file/100000")
is "without hash, but with a validator, it is" "$out" "ok $D/a $h 100000 60000 40000"
is "the notes are gone" "$(files)" "a "
clean
part 40000
printf '%s\n"old"\n\n' "$U/file/100000" >"$D/a.part.meta"
out=$(fetch "$D/a $U/file/100000")
is "a file that changed comes whole" "$out" "ok $D/a $h 100000 100000 0"
clean
head -c 40000 /dev/zero >"$D/a.part"
out=$(fetch "$D/a $U/plain/100000 $h")
is "a wrong partial file costs a second try" "$out" "ok $D/a $h 100000 160000 0"
clean
part 40000
out=$(fetch "$D/a $U/norange/100000 $h")
is "a server without ranges sends all" "$out" "ok $D/a $h 100000 100000 0"
clean
part 100000
out=$(fetch "$D/a $U/plain/100000 $h 100000")
is "a complete partial file needs no server" "$out $(wc -l <"$T/log")" "ok $D/a $h 100000 0 100000 0"
clean
part 100000
out=$(fetch "$D/a $U/plain/100000 $h")
is "also where its size is not known before" "$out" "ok $D/a $h 100000 0 100000"
clean
python3 -c 'import sys; sys.stdout.buffer.write(bytes(200000))' >"$D/a.part"
out=$(fetch "$D/a $U/plain/100000 $h")
is "a partial file that is too long" "$(result "$out") $(stat -c %s "$D/a")" "ok 100000"
clean

# kill -9 in the middle, at several moments.
big=8000000
hb=$(sri $big)
for moment in 0.3 0.5 0.9; do
	printf '%s\n' "$D/big $U/slow/2000000/$big $hb" | "$driver" >/dev/null 2>&1 &
	pid=$!
	sleep $moment
	kill -9 $pid
	wait $pid 2>/dev/null
	had=$(stat -c %s "$D/big.part" 2>/dev/null || echo 0)
	ok "killed, with something in hand" test "$had" -gt 0 -a ! -e "$D/big"
done
out=$(fetch "$D/big $U/file/$big $hb")
is "it goes on after kill -9" "$out" "ok $D/big $hb $big $((big - had)) $had"
clean
printf '%s\n' "$D/big $U/slow/2000000/$big" | "$driver" >/dev/null 2>&1 &
pid=$!
sleep 0.5
fetch "$D/big $U/file/$big $hb" >"$T/second" &
second=$!
sleep 0.7
is "a second process waits for the first" "$(cat "$T/second" "$T/err")" \
	"waiting: '$D/big' is being downloaded by another process"
kill -9 $pid
wait $pid 2>/dev/null
wait $second
like "and goes on where that was killed" "$(cat "$T/second")" '^ok .* [1-9][0-9]*$'
clean
printf '%s\n' "$D/big $U/slow/2000000/$big" | "$driver" >/dev/null 2>&1 &
pid=$!
sleep 0.5
kill -9 $pid
wait $pid 2>/dev/null
like "validators are kept beside it" "$(cat "$D/big.part.meta")" "^\"$big\"\$"
out=$(fetch "$D/big $U/slow/2000000/$big")
is "without a hash they are used after kill -9" "$(result "$out") $(echo "$out" | cut -d' ' -f3)" "ok $hb"
like "and save the part that was there" "$out" ' [1-9][0-9]*$'
clean

# Servers that fail.
out=$(fetch "$D/a $U/busy/2/5000 $(sri 5000)")
is "503 is tried again" "$(result "$out") $(wc -l <"$T/log")" "ok 3"
clean
out=$(fetch "$D/a $U/status/500/1" tries=3)
is "but not for ever" "$out $(wc -l <"$T/log")" "fail $D/a NETWORK 3"
is "a failure leaves nothing" "$(files)" ""
clean
out=$(fetch "$D/a $U/status/404/1" tries=3)
is "404 is not tried again" "$out $(wc -l <"$T/log")" "fail $D/a NOT_FOUND 1"
clean
out=$(fetch "$D/a $U/later/3600/1|$U/file/100")
is "a long Retry-After means the next URL" "$(result "$out") $(wc -l <"$T/log")" "ok 2"
clean
out=$(fetch "$D/a $U/status/404/1|$U/status/503/2|$U/status/403/3" tries=2)
like "each URL that failed is told" "$(cat "$T/err")" "tried '$U/status/503/2': HTTP status 503"
clean
out=$(fetch "$D/a $U/loop/1")
like "redirects end" "$out $(cat "$T/err")" "^fail $D/a NETWORK"
out=$(fetch "$D/a $U/redirect/redirect/file/700")
is "redirects are followed" "$(echo "$out" | cut -d' ' -f1,4)" "ok 700"
clean
out=$(fetch "$D/a $U/stall/400000|$U/file/400000 $(sri 400000)" stall_s=2 tries=1)
is "a stalled server is left" "$(result "$out")" ok
clean
out=$(fetch "$D/a http://127.0.0.1:1/x|$U/file/10" tries=1)
is "a refused connection" "$(result "$out")" ok
out=$(fetch "$D/b ftp://127.0.0.1/x")
like "other schemes are refused" "$(cat "$T/err")" "is not an http, https or file URL"
out=$(fetch "$D/none/b $U/file/10")
like "a folder that is not there" "$(cat "$T/err")" "cannot download into"
printf 'local' >"$T/local"
out=$(fetch "$D/l file://$T/local")
is "file:" "$(result "$out") $(cat "$D/l")" "ok local"
clean

# The environment: proxy, netrc.
out=$(http_proxy=$U fetch "$D/p http://far.invalid/file/321")
is "a proxy of the environment" "$(echo "$out" | cut -d' ' -f1,4) $(cut -d' ' -f1 "$T/log")" \
	"ok 321 http://far.invalid/file/321"
out=$(fetch "$D/n $U/auth/55")
is "no password" "$out" "fail $D/n DENIED"
echo "machine 127.0.0.1 login me password secret" >"$T/netrc"
out=$(NETRC=$T/netrc fetch "$D/n $U/auth/55")
is "a password from netrc" "$(result "$out")" ok
out=$(fetch "$D/g $U/agent")
is "we say who we are" "$(result "$out") $(cut -d/ -f1 "$D/g")" "ok kiln"
clean

# Mirrors and index pages.
hw=$(sri 1000)
out=$(fetch "$D/w mirror://pypi/Some.Project/some-project-1.0-py3-none-any.whl $hw
$D/v mirror://pypi/some_project/some-project-1.0-py3-none-any.whl $hw" | sort)
is "two files through an index page" "$out" "ok $D/v $hw 1000 1000 0
ok $D/w $hw 1000 1000 0"
is "each page is asked for once" "$(grep -c '^/simple/some-project/' "$T/log") $(grep -c '^/json/some-project/' "$T/log")" "1 1"
out=$(fetch "$D/x mirror://pypi/absent/x.whl")
like "a project that no index has" "$(cat "$T/err")" "no package index has the project 'absent'"
out=$(fetch "$D/x mirror://pypi/p/p-1.0-py3-none-any.whl $(sri 7)")
is "the index has another hash: nothing is fetched" "$out $(grep -c '^/file' "$T/log")" "fail $D/x MISMATCH 2"
compat nix-build --no-out-link -E "derivation { name = \"p.whl\"; system = \"builtin\"; builder = \"builtin:fetchurl\";
	url = \"mirror://pypi/p/p-1.0-py3-none-any.whl\"; outputHash = \"$(sri 7)\"; outputHashAlgo = \"sha256\"; }" >"$T/err" 2>&1
is "a build tells for what, what and where" "$(sed -e '/^error/!d; s/store.[a-z0-9]*-/store…-/' "$T/err") $(grep -A2 'specified:' "$T/err" | tr '\n' '|')" \
	"error: hash mismatch in fixed-output derivation '/nix/store…-p.whl.drv':   specified: $(sri 7)|     got:    $hw|  as the package index lists 'p-1.0-py3-none-any.whl'|"
out=$(fetch "$D/y mirror://own/600")
is "a mirror of kiln.conf, the second host" "$(echo "$out" | cut -d' ' -f1,4)" "ok 600"
clean

# Vendored files.
mkdir -p "$T/vendor"
printf 'vendored\n' >"$T/vendor/x.bin"
hv=sha256:$(sha256sum <"$T/vendor/x.bin" | cut -c1-64)
out=$(fetch "$D/a $U/status/500/x.bin $hv" "source=$T/vendor")
is "a vendored file needs no server" "$(result "$out") $(cat "$D/a") $(wc -l <"$T/log")" "ok vendored 0"
clean
echo "source-dirs = $T/vendor" >"$T/vendor.conf"
out=$(KILN_CONF=$T/vendor.conf fetch "$D/a $U/status/500/x.bin $hv")
is "so does one in kiln.conf's folders" "$(result "$out") $(wc -l <"$T/log")" "ok 0"
clean
out=$(fetch "$D/a $U/file/100/x.bin $(sri 100)" "source=$T/vendor")
is "a vendored file with another hash is passed over" "$(echo "$out" | cut -d' ' -f1,4)" "ok 100"
clean

# Sending: method and bytes; what may not be done twice is not.
send() { "$KILN_BUILD/tests/functional/send_driver" "$@" 2>"$T/err"; }
is "bytes are put" "$(send - "$U/echo" abc)" "ok 200 PUT:abc -"
is "or posted" "$(send POST "$U/echo" abc)" "ok 200 POST:abc -"
is "a POST of nothing" "$(send POST "$U/echo" -) $(tail -n 1 "$T/log")" "ok 200 POST: - POST /echo 0"
is "a DELETE" "$(send DELETE "$U/echo" -)" "ok 200 DELETE: -"
is "a HEAD has no content" "$(send HEAD "$U/echo" -)" "ok 200 - -"
is "something made tells where" "$(send POST "$U/made/a" -)" "ok 201 - $U/upload/1?x=y"
clean
is "a busy server is put to again" "$(send PUT "$U/busy/2/a" abc) $(wc -l <"$T/log")" "ok 200 PUT:abc - 3"
clean
is "not when the bytes cannot be read again" "$(send PUT "$U/busy/2/b" '!abc') $(wc -l <"$T/log")" "fail NETWORK 1"
clean
is "nor posted to again" "$(send POST "$U/busy/2/c" abc) $(wc -l <"$T/log")" "fail NETWORK 1"
clean
is "a connection that ends is tried again with PUT" "$(send PUT "$U/hangup" abc) $(wc -l <"$T/log")" "fail NETWORK 3"
clean
is "and never with POST" "$(send POST "$U/hangup" abc) $(wc -l <"$T/log")" "fail NETWORK 1"
clean
is "not even where the connection had served before" \
	"$(send GET "$U/file/1" - POST "$U/hangup" - | tail -n 1) $(grep -c hangup "$T/log")" "fail NETWORK 1"
clean
is "a server that is not there can be posted to again" "$(send POST http://127.0.0.1:1/ abc)" "fail NETWORK"
is "a redirect is not followed with bytes in hand" "$(send PUT "$U/redirect/echo" abc) $(wc -l <"$T/log")" "fail NETWORK 1"
is "a refusal is told" "$(send PUT "$U/status/403" abc)" "fail DENIED"
clean

# Waiting costs no processor time: 3 s of a slow file, and as long a pause before another try.
out=$(fetch "$D/a $U/slow/200000/600000
$D/b $U/later/3/1" processor tries=2 | sed -n 's/^processor \([0-9]*\) ms/\1/p')
if [ "$out" -lt 400 ]; then pass "waiting is idle"; else fail "waiting is idle" "$out ms of processor"; fi
