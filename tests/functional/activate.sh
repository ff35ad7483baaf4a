#!/bin/sh
# Activation: a command, a shell of its own, and running shells, in bash, zsh, fish and tcsh.
# shellcheck disable=SC2016 # the shell that is run is meant
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
unshare --user --map-root-user --mount true 2>/dev/null || skip_all "no user namespaces for this user"
for tool in python3 bash zsh fish tcsh; do
	command -v "$tool" >/dev/null || skip_all "no $tool"
done
plan 150
here=$(cd "$(dirname "$0")" && pwd)
cd "$T" || exit 1
export XDG_RUNTIME_DIR="$T/run" KILN_DATA_DIR="$here/../.."
mkdir -m 700 run
unset FLOX_SHELL FLOX_PROMPT KILN_PROMPT VIRTUAL_ENV PYTHONPATH MANPATH XDG_DATA_DIRS

# Two environments, each with a program of its own.
package() {
	mkdir -p "p-$1/bin" "p-$1/share/man/man1" "p-$1/lib/pkgconfig"
	printf '#!/bin/sh\necho "tool of %s"\n' "$1" >"p-$1/bin/tool-$1"
	chmod +x "p-$1/bin/tool-$1"
	compat nix-store --add "p-$1"
}
environment() {
	mkdir -p "$1/.flox/env"
	printf 'version = 1\n[install]\np.store-path = "%s"\n' "$2" >"$1/.flox/env/manifest.toml"
	cat >>"$1/.flox/env/manifest.toml"
}
a=$(package a) b=$(package b) other=$(package other)
environment a "$a" <<'END'
[vars]
GREETING = "hello ${WHO_UNSET:-world}"
LATER = "$EARLIER/x"
EARLIER = "$(echo from-a-shell)"
QUOTED = "it's \"fine\"\nin two lines $ \\$HOME"
[hook]
on-activate = """
echo "the hook prints"
cd /
export FROM_HOOK="$GREETING!" PATH="/hook/bin:$PATH"
echo ran >>"$FLOX_ENV_PROJECT/hook-ran"
false
"""
[profile]
bash = "export FROM_PROFILE=bash\ngreet() { echo greetings; }\nalias ll='ls -l'\n"
zsh = "export FROM_PROFILE=zsh\ngreet() { echo greetings; }\nalias ll='ls -l'\n"
fish = "set -gx FROM_PROFILE fish\nfunction greet; echo greetings; end\n"
tcsh = "setenv FROM_PROFILE tcsh\nalias greet 'echo greetings'\n"
END
environment b "$b" <<'END'
[vars]
GREETING = "of b"
END

# ---- a command ----
run() { kiln activate -d a -- "$@" 2>err; }
is "a program of the environment" "$(run tool-a)" "tool of a"
is "a variable" "$(run sh -c 'echo "$GREETING"')" "hello world"
is "one that needs a shell, and another" "$(run sh -c 'echo "$LATER"')" "from-a-shell/x"
is "quotes and lines of a value" "$(run sh -c 'echo "$QUOTED"')" "it's \"fine\"
in two lines \$ \$HOME"
is "what the hook exports" "$(run sh -c 'echo "$FROM_HOOK"')" "hello world!"
like "what it prints goes to standard error" "$(cat err)" "^the hook prints$"
is "where it goes moves nobody" "$(run pwd)" "$T"
like "folders, the hook's first" "$(run sh -c 'echo "$PATH"')" "^/hook/bin:/nix/store/[^:]*/bin:"
like "manuals, and the system's" "$(run sh -c 'echo "$MANPATH"')" "^/nix/store/[^:]*/share/man:$"
like "data, and the system's" "$(run sh -c 'echo "$XDG_DATA_DIRS"')" "^/nix/store/[^:]*/share:/usr/local/share:/usr/share$"
is "FLOX_ENV_PROJECT" "$(run sh -c 'echo "$FLOX_ENV_PROJECT"')" "$T/a"
is "FLOX_ENV_CACHE is a folder" "$(run sh -c 'cd "$FLOX_ENV_CACHE" && pwd')" "$T/a/.flox/cache"
is "FLOX_ENV_DESCRIPTION" "$(run sh -c 'echo "$FLOX_ENV_DESCRIPTION"')" "a"
is "FLOX_PROMPT_ENVIRONMENTS" "$(run sh -c 'echo "$FLOX_PROMPT_ENVIRONMENTS"')" "a"
is "active environments as JSON" \
	"$(run python3 -c 'import json, os; print([e["pointer"]["name"] for e in json.loads(os.environ["_FLOX_ACTIVE_ENVIRONMENTS"])])')" \
	"['a']"
is "the exit status is the command's" "$(run sh -c 'exit 7'; echo $?)" 7
is "a text for the shell, with its profile" "$(SHELL=/bin/bash kiln activate -d a -c 'greet; echo "$FROM_PROFILE"' 2>/dev/null)" "greetings
bash"
is "the mode for running has no headers" "$(kiln activate -d a -m run -- sh -c 'echo "${PKG_CONFIG_PATH-none}"' 2>/dev/null)" none
fails_like "another mode" "there is no mode 'x'" kiln activate -d a -m x -- true
fails_like "a program that is not there" "starting 'nosuch'" kiln activate -d a -- nosuch
fails_like "no environment" "kiln init" kiln activate -d run -- true

# ---- the hook runs once while somebody is in ----
rm -f a/hook-ran
kiln activate -d a -- sh -c 'touch in; while [ ! -e over ]; do sleep 0.1; done' 2>/dev/null &
while [ ! -e in ]; do sleep 0.1; done
is "who comes later has what it exported, on the PATH that is theirs" \
	"$(PATH="/mine:$PATH" kiln activate -d a -- sh -c 'echo "$FROM_HOOK"; echo "$PATH"' 2>/dev/null | sed 's|/nix/store/[^:]*|P|; s|/mine:.*|/mine|')" \
	"hello world!
/hook/bin:P:/mine"
is "and it ran once" "$(grep -c . a/hook-ran)" 1
touch over
wait
run true
is "again once all have left" "$(grep -c . a/hook-ran)" 2

# ---- in place, where the store is not at its place ----
fails_like "a shell that runs cannot be shown a store elsewhere" "exec kiln activate" kiln activate -d a --print-script
is "and the shell that evaluates it sees the failure" \
	"$(bash -c 'eval "$("$1"/kiln activate -d a 2>/dev/null)"; echo $?' - "$KILN_BUILD")" 1
fails_like "nothing to leave" "no environment is active" kiln deactivate
fails_like "no such shell" "there is no shell 'nu'" kiln activate -d a --print-script --shell nu

# ---- shells on terminals ----
# fish collects completions of manual pages, behind itself, where this folder is not there
mkdir -p "$HOME/.config/fish" "$HOME/.local/share/fish/generated_completions"
# shellcheck disable=SC2016
echo 'PS1="READY "; export GREETING=rc PATH="/rc:$PATH"' | tee "$HOME/.bashrc" >"$HOME/.zshrc"
printf '%s\n' 'function fish_prompt; echo -n "READY "; end' 'set -g fish_greeting' 'set -gx GREETING rc' \
	'set -gx PATH /rc $PATH' >"$HOME/.config/fish/config.fish"
mkdir -p config/fish && cp "$HOME/.config/fish/config.fish" config/fish
printf '%s\n' 'set prompt = "READY "' 'setenv GREETING rc' 'setenv PATH /rc:$PATH' >"$HOME/.tcshrc"
told() {
	while read -r word rest; do
		case $word in
		ok) pass "$1: $rest" ;;
		*) fail "$1: $word $rest" ;;
		esac
	done <out
}
for shell in bash zsh fish tcsh; do
	path=$(command -v "$shell")
	python3 "$here/activate.py" "$KILN_BUILD/kiln" "$path" own >out 2>&1
	told "$shell of its own"
	# what is run by kiln sees the store at its place
	kiln run "$other" -- python3 "$here/activate.py" "$KILN_BUILD/kiln" "$path" in-place >out 2>&1
	told "$shell in place"
done

# ---- an ordinary user, whose home cannot be written ----
# What root does not need rights for is tried as somebody else.
as_user() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid 4321 --regid 4321 --clear-groups env -i "$@"
	else
		env -i "$@"
	fi
}
chmod 755 "$T"
mkdir user user/home user/run user/tmp
cp -r p-a user/package
[ "$(id -u)" != 0 ] || chown -R 4321:4321 user
user() {
	as_user PATH=/usr/bin:/bin LC_ALL=C.UTF-8 HOME="$T/user/home" XDG_RUNTIME_DIR="$T/user/run" TMPDIR="$T/user/tmp" \
		KILN_STORE="$T/user/store" KILN_DATA_DIR="$KILN_DATA_DIR" SHELL=/bin/bash "$@"
}
chmod 555 user/home
u=$(user "$KILN_BUILD/compat/nix-store" --add user/package)
user mkdir -p user/e/.flox/env user/f/.flox/env
user sh -c 'printf "version = 1\n[install]\np.store-path = \"$1\"\n[vars]\nV = \"e\"\n" "$1" >user/e/.flox/env/manifest.toml
printf "version = 1\n[install]\np.store-path = \"$1\"\n[vars]\nV = \"f\"\n" "$1" >user/f/.flox/env/manifest.toml' - "$u"
user_in() { user "$KILN_BUILD/kiln" activate -d user/e -- "$@" 2>err; }
is "sees the store at its place" "$(user_in tool-a)" "tool of a"
is "and is who it was" "$(user_in id -u)" "$(user id -u)"
is "so do shells within shells, and other sessions" \
	"$(user_in bash -c 'bash -c tool-a; setsid -w tool-a; nohup tool-a 2>/dev/null' | sort -u)" "tool of a"
is "an environment within" "$(user_in "$KILN_BUILD/kiln" activate -d user/f -- sh -c 'tool-a; echo "$V $FLOX_PROMPT_ENVIRONMENTS"' 2>/dev/null | paste -sd ' ')" "tool of a f f e"
is "in place, too, since a shell in there sees the store" \
	"$(user_in bash -c 'eval "$("$1" activate -d user/f)"; tool-a; echo "$V"; kiln deactivate; echo "$V"' - "$KILN_BUILD/kiln" | paste -sd ' ')" "tool of a f e"
like "a shell outside is told what helps" \
	"$(user bash -c 'eval "$("$1" activate -d user/e)"' - "$KILN_BUILD/kiln" 2>&1)" "exec kiln activate"
