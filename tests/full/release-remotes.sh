#!/bin/sh
# The whole way of five versions by kiln and by git's own commands, with remotes as people have them: over
# file://, git daemon, nginx with git http-backend (or a small server of this test's own) and sshd.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v git >/dev/null || skip_all "no git"
here=$(cd "$(dirname "$0")/.." && pwd)
plan 32
KILN_DATA_DIR=$(dirname "$here")
export KILN_DATA_DIR
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c@d
export no_proxy='*'
git config --global init.defaultBranch main
release() { kiln release "$@"; }
at() { export GIT_AUTHOR_DATE="$((1700000000 + $1)) +0000" GIT_COMMITTER_DATE="$((1700000000 + $1)) +0000"; }
refs() { git -C "$1" for-each-ref --format='%(refname) %(objectname) %(*objectname)' refs/heads refs/tags; }
version() {
	echo "{ release = \"$1\"; comfyui.version = \"$1\"; }" >versions.nix
	git add -A && git commit -qm "version $1"
}
pids=
stop() {
	# shellcheck disable=SC2086 # words
	[ -z "$pids" ] || kill $pids 2>/dev/null
}
trap 'stop; finish' EXIT
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
# listens PORT: somebody does, soon.
listens() {
	for _ in $(seq 50); do
		python3 -c "import socket; socket.create_connection(('127.0.0.1', $1), 1)" 2>/dev/null && return
		sleep 0.1
	done
	return 1
}
mkdir -p "$T/srv" "$T/nginx"

serve_file() { url="file://$T/srv"; }
serve_git() {
	port=$(free_port)
	git daemon --base-path="$T/srv" --export-all --enable=receive-pack --listen=127.0.0.1 --port="$port" 2>"$T/log" &
	pids="$pids $!"
	url="git://127.0.0.1:$port"
	listens "$port"
}
serve_http() {
	if command -v nginx >/dev/null && command -v fcgiwrap >/dev/null; then
		port=$(free_port)
		fcgiwrap -s "unix:$T/nginx/cgi" 2>>"$T/log" &
		pids="$pids $!"
		cat >"$T/nginx/conf" <<CONF
$([ "$(id -u)" != 0 ] || echo 'user root;')
daemon off; error_log $T/nginx/log; pid $T/nginx/pid;
events { }
http {
	access_log off; client_max_body_size 0; client_body_temp_path $T/nginx/body; fastcgi_temp_path $T/nginx/fastcgi;
	proxy_temp_path $T/nginx/proxy; uwsgi_temp_path $T/nginx/uwsgi; scgi_temp_path $T/nginx/scgi;
	server {
		listen 127.0.0.1:$port;
		location / {
			fastcgi_pass unix:$T/nginx/cgi;
			fastcgi_param SCRIPT_FILENAME $(git --exec-path)/git-http-backend;
			fastcgi_param GIT_PROJECT_ROOT $T/srv;
			fastcgi_param GIT_HTTP_EXPORT_ALL 1;
			fastcgi_param REMOTE_USER pusher;
			fastcgi_param PATH_INFO \$uri;
			fastcgi_param QUERY_STRING \$query_string;
			fastcgi_param REQUEST_METHOD \$request_method;
			fastcgi_param CONTENT_TYPE \$content_type;
			fastcgi_param CONTENT_LENGTH \$content_length;
			fastcgi_param HTTP_CONTENT_ENCODING \$http_content_encoding;
			fastcgi_param HTTP_GIT_PROTOCOL \$http_git_protocol;
		}
	}
}
CONF
		nginx -c "$T/nginx/conf" 2>>"$T/log" &
		pids="$pids $!"
		listens "$port" || return 1
	else
		python3 "$here/git_http.py" "$T/srv" "$T/port" &
		pids="$pids $!"
		while [ ! -s "$T/port" ]; do sleep 0.1; done
		read -r port <"$T/port"
	fi
	url="http://127.0.0.1:$port"
}
serve_ssh() {
	sshd=$(command -v sshd || ls /usr/sbin/sshd 2>/dev/null) || return 1
	[ "$(id -u)" = 0 ] || return 1
	mkdir -p /run/sshd "$T/ssh" && chmod 700 "$T/ssh"
	ssh-keygen -q -t ed25519 -N '' -f "$T/ssh/host" && ssh-keygen -q -t ed25519 -N '' -f "$T/ssh/key" && cp "$T/ssh/key.pub" "$T/ssh/authorized"
	port=$(free_port)
	cat >"$T/ssh/conf" <<CONF
ListenAddress 127.0.0.1
Port $port
HostKey $T/ssh/host
AuthorizedKeysFile $T/ssh/authorized
PermitRootLogin yes
StrictModes no
PasswordAuthentication no
UsePAM no
PidFile $T/ssh/pid
CONF
	"$sshd" -D -e -f "$T/ssh/conf" 2>>"$T/log" &
	pids="$pids $!"
	listens "$port" || return 1
	export GIT_SSH_COMMAND="ssh -i $T/ssh/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=$T/ssh/known -o LogLevel=ERROR -o IdentitiesOnly=yes"
	url="ssh://$(id -un)@127.0.0.1:$port$T/srv"
}

# begin KIND WHO: a project at 0.3.60 with its tracks.
begin() {
	git init -q --bare "$T/srv/$1-$2.git" && git -C "$T/srv/$1-$2.git" config http.receivepack true
	git init -q "$T/$1-$2" && cd "$T/$1-$2" || exit 1
	mkdir -p .flox/pkgs && echo '{ }: null' >.flox/pkgs/it.nix
	at 0 && version 0.3.60
	git remote add origin "$url/$1-$2.git"
	for b in main-testing main-staging latest latest-staging latest-testing; do git branch $b; done
	git push -q origin --all && git switch -q latest-testing
}
by_kiln() {
	begin "$1" kiln
	for v in 61 62 63 64; do
		at "$v" && version "0.3.$v" && git push -q origin latest-testing
		release promote && release promote latest-staging && release rotate "0.3.$v" || return 1
	done
	at 65 && release archive
}
by_hand() {
	begin "$1" hand
	for v in 61 62 63 64; do
		at "$v" && version "0.3.$v" && git push -q origin latest-testing latest-testing:latest-staging latest-testing:latest
		git tag -a -m "v0.3.$((v - 1))" "v0.3.$((v - 1))" origin/main
		git push -q --atomic origin latest-testing:main "v0.3.$((v - 1))" || return 1
	done
	at 65 && git tag -a -m v0.3.64 v0.3.64 && git push -q origin v0.3.64
}
# refused KIND: one of three by a hook, and all stay; two at once, and one is told.
refused() {
	there="$T/srv/$1-kiln.git"
	version 0.3.65 && git push -q origin latest-testing && release promote && release promote latest-staging || return 1
# shellcheck disable=SC2016 # the other shell's
	printf '#!/bin/sh\n[ "$1" != refs/heads/main ]\n' >"$there/hooks/update" && chmod +x "$there/hooks/update"
	before=$(refs "$there")
	! release rotate 2>"$T/err" || return 1
	cat "$T/err"
	[ "$before" = "$(refs "$there")" ] && grep -q "^error: the remote 'origin' refused: .*hook declined" "$T/err" && rm "$there/hooks/update"
}
for kind in file git http ssh; do
	if ! serve_$kind; then
		[ -z "${MUST_WORK:-}" ] || fail "a server for $kind://" "$(cat "$T/log")"
		for _ in 1 2 3 4 5 6 7 8; do pass "$kind:// # SKIP no server can be started here"; done
		continue
	fi
	ok "$kind://: by kiln" by_kiln $kind
	ok "$kind://: by hand" by_hand $kind
	is "$kind://: commit for commit and tag for tag" "$(refs "$T/srv/$kind-kiln.git")" "$(refs "$T/srv/$kind-hand.git")"
	is "$kind://: git fsck finds nothing" "$(git -C "$T/srv/$kind-kiln.git" fsck --strict --no-dangling 2>&1)" ""
	cd "$T/$kind-kiln" || exit 1
	is "$kind://: what is here is there" "$(refs .)" "$(refs "$T/srv/$kind-kiln.git")"
	ok "$kind://: refused by half it is refused whole" refused $kind
	like "$kind://: then it goes" "$(release rotate 0.3.65)" '^branch main: 0.3.64 -> 0.3.65 '
	is "$kind://: and back" "$(release rollback main | sed 's/ (.*)//')" "branch main: 0.3.65 -> 0.3.64, back"
done
