#!/bin/sh
# Activation where something is odd: hooks that fail, hang, leave or print, names that shells read
# something into, no HOME, a shell that nobody knows, folders that are gone, two at once.
# shellcheck disable=SC2016 # the shell that is run is meant
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
for tool in python3 bash zsh fish tcsh; do
	command -v "$tool" >/dev/null || skip_all "no $tool"
done
plan 72
KILN_DATA_DIR=$(cd "$(dirname "$0")/../.." && pwd)
cd "$T" || exit 1
export XDG_RUNTIME_DIR="$T/run" KILN_DATA_DIR
mkdir -m 700 run
mkdir -p "$HOME/.local/share/fish/generated_completions"
kiln="$KILN_BUILD/kiln"
unset FLOX_SHELL FLOX_PROMPT KILN_PROMPT
mkdir -p package/bin
printf '#!/bin/sh\necho tool\n' >package/bin/tool
chmod +x package/bin/tool
package=$(compat nix-store --add package)
environment() {
	mkdir -p "$1/.flox/env"
	printf 'schema-version = "1.19.0"\n[install]\np.store-path = "%s"\n' "$package" >"$1/.flox/env/manifest.toml"
	cat >>"$1/.flox/env/manifest.toml"
}
# hook TEXT: environment h has it.
hook() { printf '[hook]\non-activate = """\n%s\n"""\n' "$1" | environment h; }
left() { find "$XDG_RUNTIME_DIR/kiln/activations" -mindepth 1 -maxdepth 1 -type d; }
wait_for() {
	i=0
	while [ ! -e "$1" ] && [ $i -lt 100 ]; do
		sleep 0.1
		i=$((i + 1))
	done
}
in_h() { kiln activate -d h -- "$@" 2>err; }

# ---- hooks ----
hook 'echo oops; exit 3'
in_h true
is "a hook that fails: its status" $? 3
like "is told" "$(cat err)" "on-activate of 'h' failed: exit status 3"
is "and nothing is left" "$(left)" ""
hook 'set -e; false; export A=1'
fails_like "one that set -e ends" "failed: exit status 1" kiln activate -d h -- true
hook 'export A=1
if then'
fails_like "one that cannot be read through" "failed: exit status 2" kiln activate -d h -- true
hook 'exec true'
fails_like "one that becomes something else" "by exec and did not come back" kiln activate -d h -- true
hook 'export A=1; exit 0; export A=2'
is "one that ends early, and well" "$(in_h sh -c 'echo $A')" 1
hook 'export A=1; trap "echo cleaned" EXIT'
is "one with a trap of its own" "$(in_h sh -c 'echo $A')" 1
like "which runs" "$(cat err)" "^cleaned$"
hook 'read -r line; export LINE="$line"'
is "one that asks" "$(echo answer | in_h sh -c 'echo $LINE')" answer
hook 'unset A; A2=$A; export A2'
is "one that takes a variable away" "$(A=1 in_h sh -c 'echo ${A-none}')" none
hook 'cd /; echo "false; rm -rf $HOME"'
is "what it prints is not evaluated" \
	"$(kiln run "$package" -- bash -c 'cd "$1"; eval "$("$2" activate -d h 2>/dev/null)"; echo $?; pwd' - "$T" "$KILN_BUILD/kiln")" "0
$T"
hook 'touch started; sleep 20'
python3 - "$KILN_BUILD/kiln" <<'END' >out
import os, pty, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], ["kiln", "activate", "-d", "h"])
while not os.path.exists("started"):
    time.sleep(0.1)
os.write(fd, b"\x03")
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
is "one that hangs is interrupted by ^C" "$(cat out)" 130
is "and nothing is left of it" "$(left)" ""
rm started
"$kiln" activate -d h -- true 2>err &
pid=$!
wait_for started
kill -TERM $pid
wait $pid
is "or ended" $? 143

# ---- two at once ----
hook 'sleep 1; echo ran >>"$FLOX_ENV_PROJECT/ran"; export Z=1'
kiln activate -d h -- sh -c 'echo $Z >one; sleep 1' 2>err1 &
kiln activate -d h -- sh -c 'echo $Z >two; sleep 1' 2>err2
wait
is "two at once: the hook runs once, and both have it" "$(cat one two h/ran | paste -sd ' ')" "1 1 ran"
like "and the second says what it waits for" "$(cat err1 err2)" "another activation of this environment runs its hook"
kill_one() {
	hook 'touch started2; sleep 20'
	"$kiln" activate -d h -- true >/dev/null 2>&1 &
	pid=$!
	wait_for started2
	kill -KILL $pid
	wait $pid 2>/dev/null
	hook 'export A=after'
	in_h sh -c 'echo $A'
}
is "killed in the midst: the next one works" "$(kill_one)" after

# ---- leaving ----
environment d <<'END'
[vars]
V = "1"
[hook]
on-activate = "export W=2"
on-deactivate = "echo left $V$W >$FLOX_ENV_PROJECT/left"
[profile]
bash = "P=3"
[profile.deactivate]
common = "echo common $V$W"
bash = "echo bash $P"
END
kiln activate -d d -- true
wait_for d/left
is "on-deactivate when the last one is out" "$(cat d/left)" "left 12"
rm d/left
out=$(kiln run "$package" -- bash -c 'eval "$("$1" activate -d d)"; eval "$("$1" deactivate)"; echo "$? ${V-gone} ${W-gone}"' - "$KILN_BUILD/kiln")
is "scripts of the profile on leaving, in the environment" "$out" "common 12
bash 3
0 gone gone"
wait_for d/left
is "and the hook's" "$(cat d/left)" "left 12"
rm d/left
kiln run "$package" -- bash -c 'eval "$("$1" activate -d d)"' - "$KILN_BUILD/kiln"
wait_for d/left
is "also of a shell that just ends" "$(cat d/left)" "left 12"
rm d/left
kiln activate -d d -- sh -c 'touch in-d; while [ ! -e over ]; do sleep 0.1; done' &
wait_for in-d
kiln activate -d d -- true
sleep 0.3
is "not while somebody is in" "$(ls d/left 2>/dev/null)" ""
touch over
wait
wait_for d/left
is "but then" "$(cat d/left)" "left 12"

# ---- names ----
odd="we ird'\"\$(touch pwned)\`touch pwned\`!\\
\$HOME %F{1} ünï"
environment "$odd" <<'END'
[vars]
X = "a'b\"c ! \\$(x) %\nd é"
END
cat >values.py <<'END'
import os, sys
print(repr((os.environ["X"], os.path.basename(os.environ["FLOX_ENV_PROJECT"]))), file=sys.stderr)
END
want=$(X="a'b\"c ! \$(x) %
d é" FLOX_ENV_PROJECT="$T/$odd" python3 values.py 2>&1)
is "a folder and a value full of signs: a command" "$(kiln activate -d "$odd" -- python3 values.py 2>&1)" "$want"
try_shell() {
	(cd "$odd" && LC_ALL=C.UTF-8 kiln run "$package" -- "$1" -c "$2; python3 '$T/values.py'" 3>&1 >/dev/null 2>&3)
}
is "in bash" "$(try_shell bash "eval \"\$($kiln activate)\"")" "$want"
is "in zsh" "$(try_shell zsh "eval \"\$($kiln activate)\"")" "$want"
is "in fish" "$(try_shell fish "$kiln activate | source")" "$want"
is "in tcsh" "$(try_shell tcsh "eval \"\`$kiln activate\`\"")" "$want"
is "in sh" "$(try_shell sh "eval \"\$($kiln activate)\"")" "$want"
is "nothing of it was run" "$(find . -name pwned)" ""
is "the prompt's names are plain" \
	"$(kiln activate -d "$odd" -- sh -c 'printf %s "$FLOX_PROMPT_ENVIRONMENTS"' | tr -d '[:alnum:]._ \200-\377')" ""
environment v <<'END'
[vars]
"bad-name" = "x"
END
fails_like "a name that no variable can have" "'bad-name'" kiln activate -d v -- true
environment v <<'END'
[vars]
A = "$B"
B = "${A}"
END
fails_like "a circle" "go round in a circle" kiln activate -d v -- true

# ---- shells with options, shells within ----
environment e <<'END'
[vars]
V = "1"
[profile]
common = "export C=2\n"
END
for options in "-u" "-e" "-eu" "-C"; do
	is "bash $options" \
		"$(kiln run "$package" -- bash $options -c 'eval "$("$1" activate -d e)"; echo "$V$C"; eval "$("$1" deactivate)"; echo "${V-gone}"' - "$kiln" 2>&1 | paste -sd ' ')" "12 gone"
	is "zsh $options" \
		"$(kiln run "$package" -- zsh $options -c 'eval "$("$1" activate -d e)"; echo "$V$C"; eval "$("$1" deactivate)"; echo "${V-gone}"' - "$kiln" 2>&1 | paste -sd ' ')" "12 gone"
done
is "the same twice is one level" \
	"$(kiln run "$package" -- bash -c 'eval "$("$1" activate -d e)"; eval "$("$1" activate -d e)"; echo "$FLOX_PROMPT_ENVIRONMENTS"; eval "$("$1" deactivate)"; echo "${V-gone}"' - "$kiln" | paste -sd ' ')" "e gone"
is "a shell within leaves for itself" \
	"$(kiln run "$package" -- bash -c 'eval "$("$1" activate -d e)"; bash -c "eval \"\$($1 deactivate)\"; echo \${V-gone}"; echo "$V"' - "$kiln" | paste -sd ' ')" "gone 1"
is "also within a shell of its own" \
	"$(SHELL=$(command -v bash) kiln activate -d e -c "bash -c 'eval \"\$($kiln deactivate)\"; echo \${V-gone}'; echo \$V" | paste -sd ' ')" "gone 1"
like "a function that the person has stays" \
	"$(kiln run "$package" -- bash -c 'greet() { echo mine; }; eval "$("$1" activate -d e)"; eval "$("$1" deactivate)"; greet' - "$kiln")" "^mine$"
environment f <<'END'
[profile]
bash = """
greet() { echo theirs; }
extra() { :; }
alias ll='ls -l' own='echo theirs'
"""
END
is "one that the profile replaced is back, what it brought is gone" \
	"$(kiln run "$package" -- bash -O expand_aliases -c 'alias own="echo mine"
greet() { echo mine; }
eval "$("$1" activate -d f)"
greet
late() { echo late; }
eval "$("$1" deactivate)"
greet; late; type extra ll >/dev/null 2>&1 || echo gone
alias own' - "$kiln" | paste -sd ' ')" "theirs mine late gone alias own='echo mine'"
sed 's/^bash = /zsh = /; s|h/|g/|' f/.flox/env/manifest.toml | sed 1,3d | environment g
is "in zsh, too" \
	"$(kiln run "$package" -- zsh -c 'alias own="echo mine"
greet() { echo mine; }
eval "$("$1" activate -d g --shell zsh)"
greet
eval "$("$1" deactivate --shell zsh)"
greet; whence ll >/dev/null || echo gone
alias own' - "$kiln" | paste -sd ' ')" "theirs mine gone own='echo mine'"

# ---- a PATH that is broken, a prompt that is not wanted ----
is "leaving needs no PATH" \
	"$(kiln run "$package" -- bash -c 'eval "$("$1" activate -d e)"; PATH=/nowhere; kiln deactivate; echo "${V-gone} $PATH"' - "$kiln")" "gone /nowhere"
is "nor in fish" \
	"$(kiln run "$package" -- fish -c "$kiln activate -d e | source; set PATH /nowhere; kiln deactivate; set -q V; or echo gone")" gone
in_view() { kiln run "$package" -- "$@"; }
is "the prompt has a label" "$(in_view env NO_COLOR=1 bash --norc -ic 'PS1="own> "; eval "$('"$kiln"' activate -d e)"; echo "$PS1"' 2>/dev/null)" "kiln [e] own> "
is "of another word" "$(in_view env NO_COLOR=1 FLOX_PROMPT=acme bash --norc -ic 'PS1="own> "; eval "$('"$kiln"' activate -d e)"; echo "$PS1"' 2>/dev/null)" "acme [e] own> "
is "or none" "$(in_view bash --norc -ic 'PS1="own> "; eval "$('"$kiln"' activate -d e --no-prompt)"; echo "$PS1"' 2>/dev/null)" "own> "
is "also by a variable" "$(in_view env KILN_PROMPT=0 bash --norc -ic 'PS1="own> "; eval "$('"$kiln"' activate -d e)"; echo "$PS1"' 2>/dev/null)" "own> "

# ---- by another name ----
ln -s "$KILN_BUILD/compat/flox" flox
is "flox activate, and flox deactivate" \
	"$(kiln run "$package" -- bash -c 'eval "$(./flox activate -d e)"; echo "$V"; type -t flox; flox deactivate; echo "${V-gone}"; type -t flox kiln || echo none' | paste -sd ' ')" "1 function gone none"
is "in a shell of its own" "$(SHELL=$(command -v bash) ./flox activate -d e -c 'type -t flox')" function

# ---- start files that enter an environment ----
printf '[vars]\nV = "1"\n' | environment plain
environment every <<'END'
[vars]
V = "every"
D = "d"
END
kiln activate -d every -- true
echo "eval \"\$($kiln activate -d '$T/every')\"" >"$HOME/.bashrc"
printf '%s\n' 'echo "<$V $D ${FLOX_ENV_PROJECT##*/}>"' 'kiln deactivate' 'echo "<$V ${D-gone}>"' 'kiln deactivate' 'echo no' >lines
SHELL=$(command -v bash) script -qc "$kiln activate -d plain" /dev/null <lines >out 2>&1
is "the one that is asked for stands before it" "$(grep -o '^[^"]*<1 d plain>' out | grep -o '<.*')" "<1 d plain>"
is "each is left in turn" "$(grep -o '^[^"]*<1 gone>' out | grep -o '<.*')" "<1 gone>"
is "and the shell with the last" "$(grep -c '^no' out)" 0
is "shells within shells do not pile it up" \
	"$(kiln activate -d plain -- bash -ic 'bash -ic "echo \$FLOX_PROMPT_ENVIRONMENTS"' 2>/dev/null)" "every plain"
rm "$HOME/.bashrc"
mkdir -p package2/share/zsh/site-functions package2/bin
printf '#compdef thing\n_thing() { :; }\n' >package2/share/zsh/site-functions/_thing
environment z </dev/null
sed -i "s|= \"/nix.*|= \"$(compat nix-store --add package2)\"|" z/.flox/env/manifest.toml
is "zsh finds its completions, and only while it is active" \
	"$(kiln run "$package" -- zsh -fc 'autoload -Uz compinit; compinit -D -u
eval "$("$1" activate -d z)"; echo $_comps[thing]; n=$#fpath; eval "$("$1" deactivate)"; echo $((n - $#fpath))' - "$kiln" 2>/dev/null | paste -sd ' ')" "_thing 1"

# ---- surroundings ----
is "an unknown shell: bash is started, and told" "$(SHELL=/usr/bin/nu kiln activate -d e -c 'echo ${BASH_VERSION:+bash}' 2>err)" bash
like "with the way to the other" "$(cat err)" "kiln activate -- /usr/bin/nu"
is "no HOME" "$(env -u HOME "$kiln" activate -d e -- sh -c 'echo $V')" 1

is "a shell without HOME" "$(env -u HOME SHELL="$(command -v tcsh)" "$kiln" activate -d plain -c 'echo $V' 2>&1)" 1
mkdir gone && cd gone && rmdir ../gone
like "a folder that is gone" "$(kiln activate 2>&1)" "it was deleted; change to another folder"
cd "$T" || exit 1
environment gone </dev/null
is "a project that goes while somebody is in" "$(cd gone && kiln activate -- sh -c 'rm -rf ../gone; tool' 2>/dev/null)" tool
is "a record that somebody changed is told" "$(_KILN_UNDO_1='1 i =' kiln deactivate 2>&1 >/dev/null | grep -c "_KILN_UNDO_1")" 1
mkdir tmp
touch "tmp/kiln-$(id -u)"
fails_like "where what is shared is kept there is something else" "is not a folder of yours alone" \
	env -u XDG_RUNTIME_DIR TMPDIR="$T/tmp" "$kiln" activate -d e -- true
full() {
	unshare --user --map-root-user --mount sh -c 'mount -t tmpfs -o size=16k,mode=700 none run
dd if=/dev/zero of=run/fill bs=4k 2>/dev/null
"$1" activate -d e -- true; echo "status $?"
ls -A run | paste -sd " "
rm run/fill; "$1" activate -d e -- sh -c "echo \$V"' - "$kiln" 2>&1
}
full >out
like "no room for what is shared" "$(cat out)" "keeping what activations share: .*No space left"
like "fails, with the cure" "$(cat out)" "^hint: XDG_RUNTIME_DIR or TMPDIR"
is "and the next try, with room, works" "$(tail -n 1 out)" 1
