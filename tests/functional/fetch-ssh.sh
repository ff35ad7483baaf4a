#!/bin/sh
# Git over ssh, from a server on a loopback port: keys, the agent, and hosts that are not known. The
# server takes the keys of the home that the system names, which is why that is another one here.
if [ "$(id -u)" = 0 ] && [ -z "${OWN_MOUNTS:-}" ] && unshare -m true 2>/dev/null; then
	export OWN_MOUNTS=1
	exec unshare -m sh "$0"
fi
. "$(dirname "$0")/../lib.sh"
[ -n "${OWN_MOUNTS:-}" ] || skip_all "an ssh server needs root, and mounts of its own"
for tool in dropbear dropbearkey git python3 ssh-agent ssh-keygen; do
	command -v "$tool" >/dev/null || skip_all "no $tool"
done
plan 10

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
unset SSH_AUTH_SOCK SSH_AGENT_PID
pids=
stop() {
	# shellcheck disable=SC2086 # words
	[ -z "$pids" ] || kill $pids 2>/dev/null
}
trap 'stop; finish' EXIT

git init -q -b main "$T/repo"
echo hello >"$T/repo/file"
git -C "$T/repo" add file
git -C "$T/repo" -c user.name=a -c user.email=a@b commit -q -m first

# ---- the server, and who may come ----
mkdir -p "$T/server/.ssh" "$HOME/.ssh"
chmod 700 "$T/server" "$T/server/.ssh" "$HOME/.ssh"
# which may be where this checkout is
mkdir "$T/build" && cp "$KILN_BUILD/kiln" "$T/build" && KILN_BUILD=$T/build
mount --bind "$T/server" "$(getent passwd 0 | cut -d: -f6)" || skip_all "mounts are not allowed"
dropbearkey -t ed25519 -f "$T/hostkey" >"$T/hostkey.txt" 2>&1
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
dropbear -F -E -s -r "$T/hostkey" -p "127.0.0.1:$port" -P "$T/pid" 2>"$T/log" &
pids=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ -s "$T/pid" ] && break
	sleep 0.3
done
[ -s "$T/pid" ] || skip_all "the ssh server did not start: $(cat "$T/log")"
for kind in ed25519 ecdsa rsa; do
	ssh-keygen -q -t $kind -N '' -f "$HOME/.ssh/id_$kind"
done
ssh-keygen -q -t ed25519 -N '' -f "$T/agents"
sed -n "s/^\(ssh-ed25519 [^ ]*\).*/[127.0.0.1]:$port \1/p" "$T/hostkey.txt" >"$T/known_hosts"
cp "$T/known_hosts" "$HOME/.ssh"

let_in() {
	cp "$1" "$T/server/.ssh/authorized_keys"
	chmod 600 "$T/server/.ssh/authorized_keys"
}
# get KEY: the file as the holder of that key gets it, nothing being cached.
get() {
	let_in "$1"
	rm -rf "$XDG_CACHE_HOME"
	kiln eval --raw -E "builtins.readFile (builtins.fetchGit \"ssh://root@127.0.0.1:$port$T/repo\" + \"/file\")" 2>&1
}

for kind in ed25519 ecdsa rsa; do
	is "a key file: $kind" "$(get "$HOME/.ssh/id_$kind.pub" | tail -n 1)" hello
done
like "none that is accepted" "$(get "$T/agents.pub")" "error: Failed to fetch git repository 'ssh://127.0.0.1:$port.*': access was denied"
like "and what is tried" "$(get "$T/agents.pub")" "^hint: kiln asks ssh's agent and reads the unencrypted keys in ~/.ssh"

eval "$(ssh-agent -s)" >/dev/null
pids="$pids $SSH_AGENT_PID"
is "files, where the agent has no key" "$(get "$HOME/.ssh/id_ed25519.pub" | tail -n 1)" hello
ssh-add -q "$T/agents" 2>/dev/null
is "the agent's key" "$(get "$T/agents.pub" | tail -n 1)" hello
is "the first file, where the agent's is refused" "$(get "$HOME/.ssh/id_ed25519.pub" | tail -n 1)" hello

rm "$HOME/.ssh/known_hosts"
like "a host that is not known" "$(get "$T/agents.pub")" "^hint: .*known_hosts"
sed "s|AAAA.*|$(cut -d ' ' -f 2 "$T/agents.pub")|" "$T/known_hosts" >"$HOME/.ssh/known_hosts"
like "a host with another key" "$(get "$T/agents.pub")" "unknown remote ssh hostkey"
