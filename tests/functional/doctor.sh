#!/bin/sh
# kiln doctor: each part's findings, their verdicts and cures, and that looking changes nothing.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
plan 38
cd "$T" || exit 1
unset KILN_CONF KILN_SLOT_PATH http_proxy https_proxy all_proxy no_proxy TMPDIR
export NIX_STORE_DIR="$T/st" NIX_STATE_DIR="$T/var" NIX_LOG_DIR="$T/log"
unset KILN_STORE
mkdir -p "$NIX_CONF_DIR" "$XDG_CONFIG_HOME/kiln" pypi debian
printf 'mirror.pypi = file://%s/pypi\nmirror.debian = file://%s/debian\n' "$T" "$T" >"$XDG_CONFIG_HOME/kiln/kiln.conf"
doctor() {
	kiln doctor "$@" 2>&1
	echo "exit $?"
}

# ---- a machine on which all is well ----
said=$(doctor)
like "nothing is bad" "$said" '^exit 0$'
is "each part says something" "$(printf '%s\n' "$said" | sed '$d' | cut -c6-13 | sort -u | tr -s ' \n' ' ')" "python sandbox settings sources store "
like "an interpreter that is not there yet" "$said" '^note python   python3-[0-9.]+ is not in the store yet: the first build brings it$'
like "a store that is not there yet" "$said" "^note store    '$T/st' is not there yet: the first build makes it$"
ok "looking changes nothing" test ! -e st -a ! -e var -a ! -e log
like "a mirror that is a folder" "$said" "^good sources  Python packages: 'file://$T/pypi' answers, after [0-9]+ ms$"
is "verdict, part, text" "$(printf '%s\n' "$said" | sed '$d' | grep -vcE '^(good|note|warn|bad ) (python  |store   |sandbox |settings|sources ) |^              hint: ')" 0

# ---- store ----
echo one >one && echo two >two
one=$(kiln store add one) && two=$(kiln store add two)
said=$(doctor store)
like "its owner" "$said" "^good store    it belongs to $(id -un) and can be written$"
like "the room" "$said" '^good store    [0-9.]+ GiB are free$|^warn store    [01].[0-9] GiB are free$'
like "a sample" "$said" '^good store    2 paths are registered; of 2 that were read, 0.0 MiB, 2 are whole$'
is "one part alone" "$(printf '%s\n' "$said" | sed '$d' | cut -c6-13 | sort -u)" "store   "
chmod u+w "$one" && echo other >"$one"
chmod u+w "$T/st" && rm -f "$two"
said=$(doctor store)
like "what was altered" "$said" "^bad  store    '$one' was altered$"
like "what is gone" "$said" "^bad  store    '$two' is registered, but gone$"
like "with the cure" "$said" '^              hint: kiln store repair$'
like "which is a failure" "$said" '^exit 1$'
like "and counted" "$said" '2 that were read, .* 0 are whole$'
kiln doctor --json store >json
is "as JSON, the status" $? 1
is "the worst" "$(kiln eval --raw -E "(builtins.fromJSON (builtins.readFile $T/json)).verdict")" bad
is "what helps" "$(kiln eval --json -E "map (f: f.cure) (builtins.filter (f: f.verdict == \"bad\") (builtins.fromJSON (builtins.readFile $T/json)).findings)")" '["kiln store repair","kiln store repair"]'
if [ "$(id -u)" != 0 ]; then
	chmod a-w st
	like "a store that cannot be written" "$(doctor store)" "^bad  store    it belongs to $(id -un) and cannot be written by $(id -un): Permission denied$"
	chmod u+w st
elif command -v setpriv >/dev/null; then
	chmod 755 "$T"
	mkdir -p "$T/rooted/nix/store"
	# the checkout may be where nobody else gets to
	cp "$KILN_BUILD/kiln" "$T/kiln"
	like "a store that cannot be written" "$(env -u NIX_STORE_DIR -u NIX_STATE_DIR -u NIX_LOG_DIR setpriv --reuid 65534 --clear-groups env HOME="$T/nobody" "$T/kiln" doctor --store "$T/rooted" store 2>&1)" "^bad  store    it belongs to root and cannot be written by nobody: Permission denied$"
else
	pass "a store that cannot be written # SKIP no setpriv"
fi

# ---- settings ----
printf 'max-jobs = 3\ncores = 2\ninclude more.conf\naccess-tokens = example.org=hidden\n' >"$NIX_CONF_DIR/nix.conf"
printf 'cores = 4\nbuilders = ssh://far\nmin-free = 0\n' >"$NIX_CONF_DIR/more.conf"
printf 'tarball-ttl = 7\naccess-tokens = example.org=hidden\n' >>"$XDG_CONFIG_HOME/kiln/kiln.conf"
said=$(NIX_CONFIG='keep-failed = true' NIX_PATH=a=/b doctor --timeout 9 settings)
like "a file's" "$said" "^good settings max-jobs = 3, from '?$NIX_CONF_DIR/nix.conf'?$"
like "an included file's, which came later" "$said" "^good settings cores = 4, from '?$NIX_CONF_DIR/more.conf'?$"
like "the environment's" "$said" "^good settings keep-failed = true, from NIX_CONFIG$"
like "the search path's" "$said" "^good settings nix-path = a=/b, from NIX_PATH$"
like "the command line's" "$said" "^good settings timeout = 9, from the command line$"
like "one that does nothing here" "$said" "^warn settings builders = ssh://far, from .*more.conf, does nothing in kiln$"
like "kiln.conf's" "$said" "^good settings tarball-ttl = 7, from $XDG_CONFIG_HOME/kiln/kiln.conf:3$"
like "a variable" "$said" "^good settings NIX_STORE_DIR = $T/st, from the environment$"
is "tokens are not shown" "$(printf '%s\n' "$said" | grep -c hidden)" 0
like "warnings are no failure" "$said" '^exit 0$'
echo 'max-jobs = many' >"$NIX_CONF_DIR/nix.conf"
like "a setting that is none ends it" "$(doctor settings)" "^error: .*'max-jobs'"
rm "$NIX_CONF_DIR/nix.conf"

# ---- sandbox, sources ----
said=$(doctor --no-sandbox sandbox)
like "a sandbox that is off" "$said" "^warn sandbox  the setting sandbox is 'false', from the command line$"
printf 'mirror.pypi = http://127.0.0.1:1/simple\nmirror.debian = file://%s/nowhere\nsource-dirs = %s/pypi %s/none\n' "$T" "$T" "$T" >"$XDG_CONFIG_HOME/kiln/kiln.conf"
said=$(doctor sources)
like "a mirror that does not answer" "$said" '^warn sources  Python packages: no mirror is reached$'
like "why" "$said" "^note sources  Python packages: .*127.0.0.1:1/simple/pip/"
like "folders of vendored files" "$said" "^warn sources  the folder of vendored files '$T/none' cannot be read$"
# A mirror that looks at what was printed when it is asked.
cat >late.py <<'PY'
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        open("seen", "w").write(open("said").read())
        self.send_error(404)
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
open("port.new", "w").write(str(server.server_port))
os.rename("port.new", "port")
server.handle_request()
PY
if command -v python3 >/dev/null; then
	timeout 60 python3 late.py &
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do [ -s port ] || sleep 0.3; done
	printf 'mirror.pypi = http://127.0.0.1:%s/simple\nmirror.debian = file://%s/nowhere\n' "$(cat port)" "$T" >late.conf
	KILN_CONF="$T/late.conf" no_proxy='*' kiln doctor store sources >said 2>&1
	wait
	is "each finding is printed when it is known" "$(grep -v "^ " seen | cut -c6-12 | sort -u)" "store  "
else
	pass "each finding is printed when it is known # SKIP no python3"
fi
like "--offline asks none" "$(doctor --offline sources)" "^note sources  Python packages: 'http://127.0.0.1:1/simple', not asked$"
like "what is no part" "$(doctor nothing)" "^error: 'nothing' is nothing that is looked at$"
