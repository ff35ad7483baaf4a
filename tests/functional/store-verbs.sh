#!/bin/sh
# kiln log, why, and the verbs of kiln store; old generations; equal files. What Nix has under other
# names is compared with it in tests/differential/nix-verbs.sh.
. "$(dirname "$0")/../lib.sh"
plan 65
cd "$T" || exit 1
# Builds without a sandbox need a store at its own place.
unset KILN_STORE
export NIX_STORE_DIR="$T/st" NIX_STATE_DIR="$T/var" NIX_LOG_DIR="$T/log"
mkdir -p "$NIX_CONF_DIR" project/.flox/pkgs
echo 'sandbox = false' >"$NIX_CONF_DIR/nix.conf"
cat >project/.flox/pkgs/app.nix <<'END'
{ }:
let
  d = name: text: derivation {
    inherit name text;
    system = builtins.currentSystem;
    builder = "/bin/sh";
    args = [ "-c" "echo building $name; echo '@nix {}'; echo $text >$out" ];
  };
in d "app-1.0" (d "python3.13-lib-2.1" (d "deep" "end"))
END
cd project || exit 1
kiln build app >/dev/null 2>&1
app=$(readlink result-app)

# ---- log ----
is "log of a recipe" "$(kiln log app)" "building app-1.0"
like "nix log has what is meant for a progress bar, too" "$(compat nix log ./result-app)" '^@nix \{\}$'
is "of a link" "$(kiln log ./result-app)" "building app-1.0"
is "of a derivation" "$(kiln log "$(kiln store -qd "$app")")" "building app-1.0"
fails_like "of what there is none" "there is no build log" kiln log "$(kiln store add .flox)"
fails_like "of what is nothing" "there is no recipe and no package 'none'" kiln log none
cd ..
fails_like "outside a project" "there is no package 'none'" kiln log none
cd project || exit 1

# ---- why ----
deep=$(kiln store -qR "$app" | grep -- -deep)
like "why shows each step" "$(kiln why app "$deep")" "→ $deep"
like "and the file that says so" "$(kiln why app "$deep")" '^└───/: ….*/[a-z0-9]{32}-python3.13-lib-2.1.…$'
is "by a part of a name" "$(kiln why app lib)" "$(kiln why app "$(kiln store -q --references "$app")")"
is "whole words count" "$(kiln why app ib 2>&1 | head -1)" "error: '$app' does not need 'ib'"
kiln why app torch >/dev/null 2>&1
is "not needing is a failure" $? 1
is "as JSON" "$(kiln why app deep --json | grep -c '"file": "/"')" 2
fails_like "what is not built" "recipe 'app' is not built" env NIX_STORE_DIR="$T/st" NIX_STATE_DIR="$T/var2" "$KILN_BUILD/kiln" why app lib

# ---- add, cat, ls, hash, info, diff ----
mkdir -p tree/sub
echo one >tree/a
printf '#!/bin/sh\n' >tree/sub/b
chmod +x tree/sub/b
ln -s a tree/l
tree=$(kiln store add tree)
is "add prints paths" "$(kiln store add --dry-run tree; kiln store add --json --name tree tree)" "$tree
[
 \"$tree\"
]"
fails_like "a name for several" "names one path, here are 2" kiln store add --name x tree tree
cp tree/a 'odd name'
fails_like "a name that is none" "give it a name with --name" kiln store add 'odd name'
is "cat" "$(kiln store cat "$tree/a")" one
fails_like "cat of a folder" "is not a regular file" kiln store cat "$tree/sub"
kiln store cat "$tree/a" >/dev/full 2>/dev/null
is "cat that cannot be written fails" $? 1
is "ls" "$(kiln store ls -lR "$tree")" "-r--r--r--                    4 ./a
lrwxrwxrwx                    0 ./l -> a
dr-xr-xr-x                    0 ./sub
-r-xr-xr-x                   10 ./sub/b"
is "ls of a folder within" "$(kiln store ls "$tree/sub")" ./b
ln -s "$tree" link
is "behind a link, too" "$(kiln store ls link/sub; kiln store cat ./link/a; kiln store info link/sub/b | head -1)" "./b
one
path         $tree"
is "of a recipe" "$(kiln store cat app)" "$(cat "$app")"
is "which runs by its name" "$(kiln run app -- /bin/echo runs)" runs
is "what is not in the store is told with what may be named" "$(kiln store ls ./project 2>&1)" \
	"error: path './project' is not in the Nix store
hint: name a store path, a link to one (result-NAME), or a recipe"
is "a folder with how to list it" "$(kiln store cat link/sub 2>&1 | tail -1)" "hint: kiln store ls link/sub lists what is in it"
is "what is not needed with a command that works" "$(eval "$(kiln why app torch 2>&1 | sed -n 's/^hint: \(.*\) shows.*/\1/p')" | head -1)" "$app"
like "what would go has a size" "$(kiln gc --dry-run --json | tr -d '\n')" '"freed": [1-9]'
is "hash is the one of recipes" "$(kiln store hash tree)" "$(kiln eval --raw -E "(builtins.fetchTree { type = \"path\"; path = $PWD/tree; }).narHash")"
is "in another spelling" "$(kiln store hash --format nix32 tree)" "$(kiln store -q --hash "$tree" | sed 's/sha256://')"
like "info of a path" "$(kiln store info app)" '^closure +[0-9]+( \([0-9.]+ KiB\))?$'
head -c 5000 /dev/zero >"$T/five"
info=$(kiln store info "$(kiln store add "$T/five")")
like "sizes as people read them, too" "$info" '^size +5112 \(5\.0 KiB\)$'
like "and times" "$info" "^registered +[0-9]{10} \($(date -u +%Y)-.* UTC\)$"
like "as JSON" "$(kiln store info --json "$tree")" '"references": \[\]'
like "info of the store" "$(kiln store info)" "^store +$T/st\$"
sed -e s/app-1.0/app-2.0/ -e 's/"end"/"other end"/' .flox/pkgs/app.nix >.flox/pkgs/later.nix
kiln build later >/dev/null 2>&1
is "diff by package" "$(kiln store diff app later)" "app: 1.0 → 2.0"
is "as JSON" "$(kiln store diff --json app later)" '[
 {"name": "app", "removed": ["1.0"], "added": ["2.0"], "size": 0}
]'

mkdir odd
: >"odd/$(printf 'a\377')"
fails_like "a name that JSON cannot hold" "a name in it is not UTF-8" kiln store ls --json "$(kiln store add odd)"
rm -r odd
mkdir odd
: >'odd/ä"'
is "one that it can" "$(kiln store ls --json "$(kiln store add odd)")" '{"type":"directory","entries":{"ä\"":{}}}'

# ---- generations ----
mkdir -p "$T/var/profiles" "$XDG_STATE_HOME/nix/profiles"
for dir in "$T/var/profiles" "$XDG_STATE_HOME/nix/profiles"; do
	for g in 1 2 3 10; do ln -s "$tree" "$dir/system-$g-link"; done
	ln -s system-3-link "$dir/system"
	touch -h -d '40 days ago' "$dir/system-1-link"
	touch -h -d '35 days ago' "$dir/system-2-link"
done
left() { (cd "$T/var/profiles" && printf '%s ' *) && (cd "$XDG_STATE_HOME/nix/profiles" && printf '%s ' *); }
all="system system-1-link system-10-link system-2-link system-3-link "
compat nix-collect-garbage --delete-older-than 30d --dry-run >/dev/null 2>&1
is "a dry run removes no generation" "$(left)" "$all$all"
compat nix-collect-garbage --delete-older-than 30d >/dev/null 2>&1
some="system system-10-link system-2-link system-3-link "
is "the one in use then stays" "$(left)" "$some$some"
compat nix-collect-garbage -d >/dev/null 2>&1
is "-d leaves the current ones" "$(left)" "system system-3-link system system-3-link "
fails_like "an age that is none" "'30' is no age" compat nix-collect-garbage --delete-older-than 30
ok "what they keep is there" test -d "$tree"

# ---- equal files ----
head -c 5000 /dev/zero >zero
z1=$(kiln store add --name z1 zero) z2=$(kiln store add --name z2 zero)
like "equal files become links" "$(compat nix store optimise 2>&1)" 'freed by hard-linking [1-9]'
is "of one inode" "$(stat -c %h "$z1" "$z2" | sort -u)" 3
ok "whose paths verify" kiln store --verify --check-contents
pool=$(find "$T/st/.links" -samefile "$z1")
chmod u+w "$pool"
rm "$pool"
head -c 4999 /dev/zero >"$pool"
printf x >>"$pool"
chmod a-w "$pool"
like "an altered file of the pool is found" "$(kiln store add --auto-optimise-store --name z3 zero 2>&1)" "removing corrupted link"
is "and does not spread" "$(cmp zero "$(kiln store add --name z3 zero)" && echo same)" same
chmod u+w "$z2" && rm -f "$z2"
like "a path that is gone is told" "$(compat nix store optimise 2>&1)" "z2' is registered, but gone"
is "and is no end" "$(compat nix store optimise 2>&1 | tail -1)" "0.00 MiB freed by hard-linking 0 files"

# ---- a store that is not there ----
like "asking makes none" "$(kiln store info --store "$T/none")" '^paths +0$'
ok "indeed" test ! -e "$T/none"

# ---- closed descriptors ----
before=$(find "$T/var/db" -type f -exec cksum {} + | sort)
kiln store info >&- 2>/dev/null
is "a closed standard output is an error" $? 1
is "and no file of the database gets the words" "$(find "$T/var/db" -type f -exec cksum {} + | sort)" "$before"

# ---- collecting within a bound ----
unset NIX_STORE_DIR NIX_STATE_DIR NIX_LOG_DIR
export KILN_STORE="$T/bound-store"
mkdir "$T/bound"
for i in 1 2 3; do head -c 100000 /dev/urandom >"$T/bound/bound$i"; done
# left COMMAND…: how many of three paths of 100 kB each the command leaves.
left() {
	kiln store add "$T"/bound/* >/dev/null
	"$@" >/dev/null 2>&1 || echo failed
	find "$KILN_STORE/nix/store" -maxdepth 1 -name '*-bound?' | wc -l
}
is "a bound of 0 lets nothing go" "$(left kiln gc --max-freed 0)" 3
is "of nix-collect-garbage" "$(left compat nix-collect-garbage --max-freed 0)" 3
is "of nix store gc" "$(left compat nix store gc --max 0)" 3
is "of nix-store" "$(left compat nix-store --gc --max-freed 0)" 3
is "nor would anything" "$(kiln gc --dry-run --max-freed 0 2>/dev/null)" ""
is "a bound that nothing reaches lets all go" "$(left kiln gc --max-freed 1T)" 0
is "as none does" "$(left compat nix store gc)" 0
kiln gc >/dev/null 2>&1
is "units" "$(left compat nix-store --gc --max-freed 150k)" 1
fails_like "that there are" "needs a number, not '1P'" kiln gc --max-freed 1P
