#!/bin/sh
# nix-shell beside real Nix: the environment of a shell, what runs in it, and its status, on a store
# that both use.
# shellcheck disable=SC2016 # the inner shell's words
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../lib-nix.sh"
command -v nix-shell >/dev/null || skip_all "no nix-shell (Debian's nix-bin)"
command -v bash >/dev/null || skip_all "no bash"
need_2_8
need_no_chroot
plan 45
cd "$T" || exit 1

unset KILN_STORE
export NIX_STORE_DIR="$T/st" NIX_STATE_DIR="$T/var" NIX_LOG_DIR="$T/log" NIX_REMOTE=local
NIX_BUILD_SHELL=$(command -v bash)
export NIX_BUILD_SHELL PERSON="some one"
mkdir -p "$NIX_CONF_DIR" tmp set
export TMPDIR="$T/tmp"
printf '%s\n' 'substitute = false' 'substituters =' 'sandbox = false' 'build-users-group =' 'cores = 3' >"$NIX_CONF_DIR/nix.conf"
cat >set/setup <<'END'
set -e
shopt -s nullglob
export SETUP_RAN=yes TZ=UTC
runHook() {
	if [ "$(type -t "$1")" = function ]; then "$1"; elif [ -n "${!1}" ]; then eval "${!1}"; fi
}
PATH=
for input in $buildInputs; do PATH=$PATH${PATH:+:}$input/bin; done
END
cat >set/default.nix <<'END'
{ ... }: rec {
  pkgs = set;
  set = rec {
    inherit pkgs;
    stdenv = derivation {
      name = "stdenv"; system = builtins.currentSystem; builder = "/bin/sh"; PATH = "/bin:/usr/bin";
      args = [ "-c" "mkdir $out && cp ${./setup} $out/setup" ];
    };
    mk = attrs: derivation ({ system = builtins.currentSystem; builder = "/bin/sh"; inherit stdenv; } // attrs);
    tool = derivation {
      name = "tool"; system = builtins.currentSystem; builder = "/bin/sh"; PATH = "/bin:/usr/bin";
      args = [ "-c" "mkdir -p $out/bin; printf '#!/bin/sh\necho tool runs \"$@\"\n' >$out/bin/tool; chmod +x $out/bin/tool" ];
    };
    runCommand = name: env: text: mk ({ inherit name; buildCommand = text; } // env);
  };
  inherit (set) stdenv mk tool runCommand;
}
END
cat >shell.nix <<'END'
{ name ? "plain", inNixShell ? false, ... }: let s = import ./set { }; in s.mk {
  inherit name; buildInputs = [ s.tool ]; shellHook = "echo the hook runs"; INSIDE = toString inNixShell; some = [ 1 2 ]; none = null;
  outputs = [ "out" "dev" ]; multi = "two\nlines"; args = [ "-c" "exit 1" ];
}
END
cat >files.nix <<'END'
let s = import ./set { }; in s.mk { name = "files"; passAsFile = [ "text" ]; text = "in a file"; args = [ "-c" "exit 1" ]; }
END
cat >structured.nix <<'END'
let s = import ./set { }; in s.mk { name = "structured"; __structuredAttrs = true; a.b = 1; list = [ "x y" "z" ]; text = "it's"; args = [ "-c" "exit 1" ]; }
END
echo 'derivation { name = "bare"; system = builtins.currentSystem; builder = "/bin/sh"; A = "b"; shellHook = "echo never"; args = [ "-c" "exit 1" ]; }' >bare.nix
echo 'let s = import ./set { }; bad = s.mk { name = "unbuildable"; args = [ "-c" "exit 1" ]; }; in s.mk { name = "needs"; buildInputs = [ bad ]; }' >needs.nix
export NIX_PATH="nixpkgs=$T/set"

kiln_shell() { compat nix-shell "$@"; }
# What is one's own: the folder of the shell's files, bash's counters. Nix leaves an empty entry in an
# empty PATH, and of structured attributes their text and placeholders for outputs.
plainly() { sed -E "s|$T/st/[a-z0-9]{32}-structured|/OUTPUT|g" | sed -E 's|/(nix-shell-[0-9]+-[0-9]+\|kiln-shell\.[A-Za-z0-9]+)/|/FOLDER/|g; s/\.attr-[a-z0-9]+/.attr-N/g; s|::|:|; s|/[a-z0-9]{52}|/OUTPUT|g; /^out=.OUTPUT/d; /^(__json|_|SHLVL|OLDPWD|_kiln_shell_clean|_nix_shell_clean_tmpdir)=/d; s/_(kiln_shell_clean|nix_shell_clean_tmpdir)/CLEAN/g' | sort; }
both() {
	what=$1
	shift
	nix-shell "$@" >theirs 2>err </dev/null
	echo "status $?" >>theirs
	kiln_shell "$@" >ours 2>err </dev/null
	echo "status $?" >>ours
	plainly <theirs >theirs.plain
	plainly <ours >ours.plain
	if difference=$(diff theirs.plain ours.plain); then pass "$what"; else fail "$what" "$difference" "$(cat err)"; fi
}

both "a pure environment" --pure --run env
both "an environment" --run env
both "the shell's own variables" --pure --run 'declare -p | grep -v -e BASH -e SHLVL -e PIPESTATUS -e EPOCH -e RANDOM -e SECONDS -e SRANDOM -e " PPID" -e "_=" -e _path -e LINENO'
both "its options" --pure --run 'shopt; set -o'
both "its functions" --pure --run 'declare -F | grep -v clean'
both "some variables are kept" --pure --keep PERSON --keep NOT_THERE --run 'echo "$PERSON"'
both "an argument" --argstr name other --pure --run env
both "the value of an attribute" '<nixpkgs>' -A tool --pure --run env
both "an expression" -E 'import ./shell.nix { name = "by-expr"; }' --pure --run env
both "packages" -p tool --run 'tool a b; echo "$buildInputs"'
both "packages that are expressions" -p 'tool' '{ a = tool; }.a' --run 'echo $buildInputs'
both "a pure environment with packages" --pure -p tool --run env
both "a file that variables name" files.nix --pure --run 'env; cat $textPath'
both "structured attributes" structured.nix --pure --run 'env; cat $NIX_ATTRS_SH_FILE; cat $NIX_ATTRS_JSON_FILE; declare -p list a text'
both "a derivation without a setup" bare.nix --pure --run env
both "and in the environment" bare.nix --run 'echo $PATH; env | grep -c PERSON'
both "a .drv" "$(nix-instantiate shell.nix 2>/dev/null)" --pure --run env
both "a status" --run 'exit 7'
both "the last command's status" --run false
both "a signal's status" --run 'kill -TERM $$'
both "a command that is not there" --pure --run nosuchcommand
both "commands that fail do not end it" --run 'false; echo on'
both "a command in the shell" --command 'echo $INSIDE'
TZ=Asia/Tokyo both "the time zone is the person's" --pure --run 'echo $TZ'
(unset TMPDIR && export XDG_RUNTIME_DIR="$T/tmp" && both "folders for temporary files" --pure --run 'echo $TMPDIR $NIX_BUILD_TOP $TMP')
n=$((n + 1))
both "a file that is not there" nothere.nix --run true
both "an input that cannot be built" needs.nix --run true
both "which is left out" needs.nix --exclude unbuildable --run 'echo $name'
both "two derivations" -E '[ (import ./shell.nix { }) (import ./bare.nix) ]' --run true
both "without a terminal nothing is read"
both "an argument of the set" -p '(pkgs.mk { name = args.y; })' --argstr y 5 --run 'echo $buildInputs'

# ---- scripts ----
script() {
	printf '%s\n' "$@" >script
	chmod +x script
}
script '#! /usr/bin/env nix-shell' '#! nix-shell -i bash -p tool' 'tool "$@"; echo "$0 $#"; exit 3'
both "a script" ./script 'a  b' "c'd" ''
both "in another folder" "$T/script"
script '#! /usr/bin/env nix-shell' '#! nix-shell --pure -i "bash -e"' '#! nix-shell -p tool' 'echo $IN_NIX_SHELL; false; echo not'
both "options on several lines" ./script
mkdir -p deep
cp shell.nix deep/its.nix
sed -i 's|\./set|../set|' deep/its.nix
printf '%s\n' '#! /usr/bin/env nix-shell' '#! nix-shell its.nix -i bash' 'echo $name' >deep/script
both "its files are beside it" deep/script
script '#! /usr/bin/env nix-shell' '#! nix-shell -p tool -i sh' 'exit 4'
both "the interpreter is found on PATH" ./script
script '#! /usr/bin/env nix-shell' '#! nix-shell -i bash -p "tool' ''
nix-shell ./script >/dev/null 2>&1
is "a quote that does not end" "$(kiln_shell ./script 2>&1)" "error: script './script': a quote does not end"

# ---- interactive ----
# typed TOOL LINE…: what a terminal shows.
typed() {
	python3 - "$@" <<'PY'
import os, pty, re, select, sys
pid, fd = pty.fork()
if pid == 0:
    os.environ["PS1"] = "person$ "
    os.environ["HOME"] = "/nowhere"
    os.execvp(sys.argv[1], [sys.argv[1], "--pure"])
text, lines = b"", sys.argv[2:]
while True:
    ready, _, _ = select.select([fd], [], [], 20)
    if not ready:
        os.kill(pid, 9)
        break
    try:
        more = os.read(fd, 65536)
    except OSError:
        break
    if not more:
        break
    text += more
    # whatever a prompt switches on and off of the terminal
    shown = re.sub(rb"\x1b\[[?0-9;]*[a-zA-Z]", b"", text)
    if shown.endswith((b"$ ", b"# ")):
        if lines:
            os.write(fd, lines.pop(0).encode() + b"\n")
            text += b"|"
        else:
            os.kill(pid, 9)
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(shown.decode().replace("\r", ""), "status", status)
PY
}
theirs=$(typed nix-shell 'echo "$IN_NIX_SHELL $name"' 'false || tool x' 'exit 6')
ours=$(typed "$KILN_BUILD/compat/nix-shell" 'echo "$IN_NIX_SHELL $name"' 'false || tool x' 'exit 6')
is "a person's shell shows the same" "$ours" "$theirs"
like "and has a prompt" "$ours" "nix-shell:"
like "with the person's status" "$ours" 'status 6'
is "nothing is left" "$(ls tmp)" ""

# ---- kiln's own words ----
is "the interpreter of no script" "$(kiln_shell -i bash -p tool 2>&1)" "error: '-i' is for scripts that begin with '#! nix-shell'"
is "two commands" "$(kiln_shell --run a --command b 2>&1)" "error: --run and --command: only one is possible"
like "an expression to exclude that is none" "$(kiln_shell --exclude '(' --run true 2>&1)" "'\(' is no regular expression"
(cd tmp && like "nothing to enter" "$(kiln_shell --run true 2>&1)" "name a file, give an expression with -E, or packages with -p")
n=$((n + 1))
