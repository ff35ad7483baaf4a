#!/bin/sh
# kiln shell --failed: into the kept folder of the last failure, with the sandbox and the environment
# that its failed phase had; with a sandbox and without.
# shellcheck disable=SC2016 # the inner shell's words
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v bash >/dev/null || skip_all "no bash"
# shellcheck source=tests/small-set.sh
. "$(dirname "$0")/../small-set.sh"
plan 41
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$T" || exit 1
mkdir -p "$NIX_CONF_DIR" tmp stdenv p/.flox/pkgs
export TMPDIR="$T/tmp" PERSON="some one"
cp "$top/pkgs/stdenv/setup.sh" stdenv/setup
# This machine's programs as a store path that works anywhere: each behind a static one that starts it
# with its own loader and libraries.
mkdir -p world/bin world/libexec world/lib
cat >wrap.c <<'C'
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	char self[4096] = "", loader[4200], libraries[4200], program[4200], *top, *name;
	char **args = calloc(argc + 8, sizeof(*args));

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return 126;
	name = strrchr(self, '/') + 1;
	top = dirname(dirname(strdup(self)));
	snprintf(loader, sizeof(loader), "%s/lib/loader", top);
	snprintf(libraries, sizeof(libraries), "%s/lib", top);
	snprintf(program, sizeof(program), "%s/libexec/%s", top, name);
	char *head[] = {loader, "--library-path", libraries, "--argv0", argv[0], program};
	memcpy(args, head, sizeof(head));
	memcpy(args + 6, argv + 1, (argc - 1) * sizeof(*args));
	execv(loader, args);
	return 126;
}
C
cc -static -o wrap wrap.c 2>/dev/null || skip_all "no static program can be made here"
for name in bash cat cut dirname grep ls mkdir sed sort tail tr xargs; do
	program=$(command -v "$name") || skip_all "no $name"
	cp -L "$program" "world/libexec/$name"
	cp wrap "world/bin/$name"
	ldd "$program" | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p' | while IFS= read -r lib; do cp -L "$lib" world/lib; done
	cp -L "$(ldd "$program" | sed -n 's/^[[:space:]]*\(\/[^ ]*ld[^ ]*\) .*/\1/p')" world/lib/loader || skip_all "$name has no loader"
done
world=$(compat nix-store --add world)
cat >p/.flox/pkgs/app.nix <<NIX
let world = $T/world; stdenv = $T/stdenv; in derivation {
  name = "app-1"; system = builtins.currentSystem; builder = "\${world}/bin/bash"; args = [ "-c" "source \$stdenv/setup; genericBuild" ];
  inherit stdenv; initialPath = world; dontUnpack = true; passAsFile = [ "text" ]; text = "in a file";
  buildPhase = "mkdir -p src/deep; cd src/deep; export FOUND='a  b'; echo made >file; echo part >\$out; exit 3";
}
NIX
cat >p/.flox/pkgs/plain.nix <<NIX
let world = $T/world; in derivation { name = "plain"; system = builtins.currentSystem; builder = "\${world}/bin/bash"; args = [ "-c" "echo x >left; exit 1" ]; words = "its own"; }
NIX
cd p || exit 1
status_of() {
	"$@" >"$T/out" 2>"$T/err"
	echo $?
}
enter() { timeout 60 "$KILN_BUILD/kiln" shell --failed "$@" 2>"$T/err"; }

is "nothing was kept" "$(kiln shell --failed 2>&1)" "error: no failed build was kept
hint: kiln build --keep-failed NAME keeps the build folder of a failure"
is "that is a failure" "$(status_of kiln shell --failed)" 1
is "names beside it" "$(kiln shell --failed app 2>&1)" "error: --failed enters what failed last: 'app' is too much"
is "nor the environment's options" "$(status_of kiln shell --failed -i)" 2

# in_all MODE: the same in both worlds
in_all() {
	like "$1: the error says how to enter" "$(kiln build --keep-failed app 2>&1)" "^hint: the build folder is kept at '.*/kiln-build-app-1-.*': kiln shell --failed enters it$"
	folder=$(echo "$TMPDIR"/kiln-build-app-1-*)
	is "$1: the environment is the failed phase's" "$(enter -c bash -c 'echo "$FOUND|$curPhase|$name|$PERSON"')" "a  b||app-1|"
	is "$1: so is the folder" "$(enter -c cat file)" made
	is "$1: what is written stays" "$(enter -c bash -c 'echo more >more; exit 5'; echo $?; cat "$folder/src/deep/more")" "5
more"
	{
		for _ in $(seq 200); do
			stat -c %a "$TMPDIR"/kiln-failed.* 2>/dev/null >"$T/modes" && break
			sleep 0.05
		done
	} | enter -c cat
	is "$1: nobody else gets into what the sandbox is made of" "$(cat "$T/modes")" 700
	is "$1: text on standard input is run" "$(echo 'echo "$FOUND"; exit 4' | enter; echo $?)" "a  b
4"
	is "$1: phases are there" "$(echo 'curPhase=; buildPhase=true; runPhase buildPhase' | enter)" "Running phase: buildPhase"
	is "$1: so are the files of the environment" "$(enter -c bash -c 'cat $textPath')" "in a file"
	is "$1: a signal's status" "$(enter -c bash -c 'bash -c "kill -TERM \$\$"; exit $?'; echo $?)" 143
	"$KILN_BUILD/kiln" shell --failed -c bash -c 'echo >in; while :; do :; done' 2>"$T/err" &
	child=$!
	for _ in $(seq 200); do [ ! -e "$folder/in" ] || break; sleep 0.05; done
	kill -TERM "$child"
	wait "$child"
	is "$1: a signal to kiln itself" $? 143
	rm -f "$folder/in"
	is "$1: nothing else is left" "$(find "$TMPDIR" -maxdepth 1 -mindepth 1 ! -name 'kiln-build-*' ! -name 'folder.*')" ""
	is "$1: a person's terminal" "$(python3 - "$KILN_BUILD/kiln" <<'PY'
import os, pty, re, select, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], "shell", "--failed"])
text, lines, end = b"", ["sleep 50 & kill %1; fg 2>/dev/null", "echo $((40 + 2)) $FOUND; exit 7"], time.time() + 40
while time.time() < end and select.select([fd], [], [], max(0, end - time.time()))[0]:
    try:
        more = os.read(fd, 65536)
    except OSError:
        break
    text += more
    if not more:
        break
    if lines and re.sub(rb"\x1b\[[?0-9;]*[a-zA-Z]", b"", text).endswith((b"$ ", b"# ")):
        os.write(fd, lines.pop(0).encode() + b"\n")
        text += b"|"
if time.time() >= end:
    os.kill(pid, 9)
print(b"42 a b" in text, b"no job control" not in text and b"cannot set" not in text, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PY
)" "True True 7"
	kiln build --keep-failed plain >/dev/null 2>&1
	is "$1: the last one counts, with the builder's environment where none was left" "$(enter -c "$world/bin/bash" -c 'read -r x <left; echo "$x $words"')" "x its own"
	if chown 1 "$TMPDIR"/kiln-build-plain-* 2>/dev/null; then
		like "$1: a folder that is another user's" "$(kiln shell --failed 2>&1)" "^error: the folder of the last failure is somebody else's now: '.*/kiln-build-plain-"
	else
		pass "$1: a folder that is another user's # SKIP not root here"
	fi
	rm -rf "$TMPDIR"/kiln-build-plain-*
	like "$1: a folder that is gone" "$(kiln shell --failed 2>&1)" "^error: the folder of the last failure is gone: '.*/kiln-build-plain-"
	rm -rf "$TMPDIR"/kiln-build-*
}

# ---- in the sandbox ----
if kiln build app 2>&1 | grep -q 'buildPhase failed with exit status 3'; then
	in_all sandbox
	kiln build --keep-failed app >/dev/null 2>&1
	is "its mounts are the build's" "$(enter -c bash -c 'ls -d /home /root /build /tmp 2>/dev/null; echo $NIX_BUILD_TOP; ls /proc | grep -c "^[0-9]"; echo $$' | paste -sd ' ' | sed 's/ [0-9]* 1$/ N 1/')" "/build /tmp /build N 1"
	is "it has no network" "$(enter -c bash -c 'cut -d: -f1 -s /proc/net/dev | tr -d " " | tail -n +3')" ""
	rm -rf "$TMPDIR"/kiln-build-*
	like "an altered note is refused" "$(sed -i 's|"drv": "[^"]*"|"drv": "/etc/passwd"|' "$KILN_STORE/nix/var/nix/kiln/failed.json"; kiln shell --failed 2>&1)" "failed.json': it does not say what failed"
else
	for i in $(seq 18); do pass "in the sandbox $i # SKIP this machine's programs do not run there"; done
fi

# ---- without one ----
unset KILN_STORE
export NIX_STORE_DIR="$T/st" NIX_STATE_DIR="$T/var" NIX_LOG_DIR="$T/log"
echo 'sandbox = false' >"$NIX_CONF_DIR/nix.conf"
world=$(compat nix-store --add "$T/world")
in_all plain
is "a sandbox that is no more makes no difference" "$(kiln build --keep-failed app >/dev/null 2>&1; echo 'sandbox = true' >"$NIX_CONF_DIR/nix.conf"; enter -c cat file)" made
kiln build app >/dev/null 2>&1
is "what was not kept changes nothing" "$(enter -c cat file)" made
like "how to keep one is said with the failure" "$(kiln build --no-sandbox app 2>&1)" "^hint: with --keep-failed its build folder stays to be looked at$"
rm -rf "$NIX_STATE_DIR/kiln/failed.json"
fails_like "and without the note nothing is known" "no failed build was kept" kiln shell --failed
