#!/bin/sh
# The frame of the commands: usage, suggestions, exit statuses, output that cannot be written.
. "$(dirname "$0")/../lib.sh"
plan 80

like "kiln alone tells its commands" "$(kiln 2>&1)" '^  build +build recipes'
kiln >/dev/null 2>&1
is "and fails" $? 2
is "kiln --version" "$(kiln --version)" "kiln 0.1.0"
like "nix-instantiate --version answers to its name" "$(compat nix-instantiate --version)" '^nix-instantiate \(kiln\) '
is "eval prints a value" "$(kiln eval -E '1 + 1')" 2
is "eval as JSON" "$(kiln eval --json -E '{ a = [ 1 "x" null ]; }')" '{"a":[1,"x",null]}'
is "eval raw" "$(kiln eval --raw -E '"a\nb"')" "a
b"
is "an attribute path" "$(kiln eval -E '{ a.b = x: x; c = [ 5 6 ]; }' -A c.1)" 6
is "arguments of the top function" "$(kiln eval -E '{ a, b ? 2 }: a + b' --arg a 40)" 42
fails_like "an unknown option has a suggestion" "did you mean '--strict'" kiln eval --strct -E 1
kiln eval --strct -E 1 2>/dev/null
is "and status 2" $? 2
kiln eval -E 'throw "x"' >/dev/null 2>"$T/err"
is "an error of the program has status 1" $? 1
like "and its text" "$(cat "$T/err")" "error: x"
kiln eval --strict -E 'builtins.genList (x: x) 100000' >/dev/full 2>"$T/err"
is "output that cannot be written is an error" $? 1

# ---- what is said of commands ----
like "kiln help lists them by what they are for" "$(kiln help)" '^build and run:$'
like "each with its line" "$(kiln help)" '^  why +tell why'
like "but not other tools' names" "$(kiln help | grep -c nix-)" '^0$'
is "help of a command" "$(kiln help build)" "$(kiln build --help)"
is "and of a verb" "$(kiln help store ls)" "$(kiln store ls --help)"
like "a command with verbs lists them" "$(kiln help store)" '^  ls +list what is in a path'
like "usage comes from the operands' rows" "$(kiln help why)" '^usage: kiln why \[OPTION…\] WHO WHAT$'
is "kiln version" "$(kiln version; kiln version --json)" 'kiln 0.1.0
{"name": "kiln", "version": "0.1.0"}'
like "a verb has a version, too" "$(kiln store ls --version)" '^kiln store ls \(kiln\) 0.1.0$'

# ---- words that are empty ----
empty() { "$@" >/dev/null 2>"$T/err"; echo "$? $(head -n 1 "$T/err")"; }
(cd "$T" && empty kiln store add '') >"$T/empty"
{
	empty kiln run ''
	empty kiln search ''
	empty kiln eval --store '' -E 1
	empty kiln build --project= a
	kiln eval --raw -E '""' && kiln eval -E '{ x }: x' --argstr x ''
} >>"$T/empty"
is "an empty word names nothing: not the working folder, not the whole set, not another store" "$(cat "$T/empty")" \
	"2 error: 'kiln store add' needs PATH, and here is an empty word
2 error: 'kiln run' needs RESULT, and here is an empty word
2 error: 'kiln search' needs WORD, and here is an empty word
2 error: option '--store' needs DIR, and here is an empty word
2 error: option '--project' needs DIR, and here is an empty word
\"\""
fails_like "to other tools it means what it does there" "path '' is not in the Nix store" compat nix-store -q ''

# ---- words that nobody knows ----
hint() { "$@" 2>&1 | sed -n 's/^hint: //p'; }
is "a slip" "$(hint kiln evla)" "did you mean 'eval'?"
is "the beginning of a name" "$(hint kiln instan)" "did you mean 'instantiate'?"
is "another tool's word" "$(hint kiln clean; hint kiln ls; hint kiln why-depends; hint kiln bump)" "here it is 'kiln gc'
here it is 'kiln store ls'
here it is 'kiln why'
here it is 'kiln update'"
like "one that nothing here does, with what helps" "$(hint kiln freeze)" 'versions and hashes stand in the recipes'
is "a verb without its command" "$(hint kiln debian; hint kiln repair)" "here it is 'kiln lock debian'
here it is 'kiln store repair'"
is "a command behind another, an operation without dashes" \
	"$(hint kiln store log; hint kiln store verify; hint kiln store export)" \
	"here it is 'kiln log'
here it is 'kiln store --verify'
here it is 'kiln store --export'"
is "no flag of a setting by a word that it shares" "$(hint kiln log --json x)" "see 'kiln log --help'"
is "sizes have units" "$(kiln gc -n --max-freed 2G 2>&1; compat nix-store --gc --max-freed 1k 2>&1; compat nix store gc --dry-run --max 3t 2>&1 |
	grep -c error)" "0 store paths would be deleted, 0.0 MiB freed
0 store paths deleted, 0.00 MiB freed
0"
fails_like "of known letters" "a number, not '3X'" kiln gc --max-freed 3X
fails_like "that fit" "a number, not '99999999999G'" kiln gc --max-freed 99999999999G
is "nothing near" "$(hint kiln frobnicate)" "see 'kiln --help'"
is "a verb" "$(hint kiln store lss)" "did you mean 'ls'?"
is "an option by its part" "$(hint kiln store --validity)" "did you mean '--check-validity' or '--register-validity'?"
is "an absent verb of nix" "$(compat nix fmt 2>&1; compat nix run 2>&1)" "error: 'nix fmt' does not exist here
hint: 'kiln help' lists what does
error: 'nix run' does not exist here
hint: kiln run does what is there"
is "no store there" "$(hint env KILN_STORE=/dev/null "$KILN_BUILD/kiln" store info)" "--store or KILN_STORE name another place for the store"
is "nor can be" "$(hint env KILN_STORE=/proc/none "$KILN_BUILD/kiln" store add "$0")" "--store or KILN_STORE name a place that can be written"
is "what is added is named once" "$(kiln store add "$T/none" 2>&1 | grep -o "adding '" | wc -l)" 1
mkdir -p "$T/project/.flox/pkgs" "$T/bare"
is "no default.nix" "$(cd "$T/bare" && hint compat nix-build)$(cd "$T/project" && hint compat nix-build)" \
	"name a file, or give an expression with -Erecipes of .flox/pkgs are built by their names: kiln build NAME"
is "nothing to compare with" "$(hint kiln build --rebuild -E 'derivation { name = "a"; system = builtins.currentSystem; builder = "/bin/sh"; }')" \
	"build it first, without --check or --rebuild"
is "a file of the language where a store path is meant" "$(cd "$T/bare" && echo 1 >x.nix && hint kiln build ./x.nix; hint kiln build ./none)" \
	"kiln build -f ./x.nix builds what an expression says
there is no such file; recipes are named without a folder: kiln build NAME"
is "kiln's own lock is changed only where it is, or by its name" \
	"$(cd "$T/bare" && kiln lock debian 2>&1 | sed "s/'[^']*'/SET/")" "error: what to lock is not named
hint: --roots FILE names it; with SET kiln's own package set changes"
is "no flake in a project of recipes" "$(cd "$T/project" && compat nix build 2>&1 | sed "1s/'.*\(.project\)'/\1/")" \
	"error: path /project is not part of a flake
hint: neither it nor a folder above it, up to its repository's, has a 'flake.nix'
hint: recipes of .flox/pkgs are built by their names: kiln build NAME"
is "what other tools call differently" "$(hint compat flox create; hint compat flox gc; hint compat nix doctor)" \
	"here it is 'kiln init'
here it is 'kiln gc'
here it is 'kiln doctor'"
is "no half of a JSON document" "$(kiln store info --json "$(kiln store add "$0")" ./none 2>/dev/null)" ""
is "a project that is none" "$(kiln build --project /none 2>&1 | head -1)" "error: no recipes: '/none' has no folder .flox/pkgs"
is "no verb" "$(hint compat nix hash)" "there are: convert file path to-base16 to-base32 to-base64 to-sri"

# ---- what nothing would read ----
for c in gc version "lock debian" "store --gc" "store --import" "store --verify" help; do
	# shellcheck disable=SC2086 # words
	case $c in
	help) set -- one two ;;
	*) set -- surplus ;;
	esac
	# shellcheck disable=SC2086 # words
	if out=$(kiln $c "$@" 2>&1); then fail "kiln $c takes no operand" "$out"; else like "kiln $c takes no operand" "$out" "operand|too much|unknown command"; fi
done
fails_like "an operation's option" "'--gc' takes no '--recursive'" kiln store --gc --recursive
fails_like "a query's" "'--tree' belongs to --query, not to '--gc'" kiln store --gc --tree
fails_like "an option of building" "'--delete' takes no '-o'" kiln store --delete -o x
fails_like "two operations" "'--gc' and '--verify' are two operations" kiln store --gc --verify
fails_like "two queries" "'-R' and '--tree' are two queries" kiln store -R --tree
fails_like "an argument of a flag" "option '--json' takes no argument" kiln gc --json=yes
fails_like "an option of another verb" "unknown option '--precise'" compat nix path-info --precise
fails_like "a number that is none" "needs a number, not 'many'" kiln gc --max-freed many
fails_like "an option instead of an argument" "option '-o' needs an argument, and '--json' is an option" kiln build -o --json
is "but a text may begin so" "$(kiln eval -E '{ x }: x' --argstr x --json)" '"--json"'
is "flags that are pasted from Nix's commands" "$(kiln build --expr '{ }' --dry-run --print-out-paths --rebuild --impure --no-link -L --keep-going --refresh \
	--show-trace --log-format bar --no-write-lock-file --accept-flake-config --max-jobs auto --fallback --option cores 1 2>&1)" "warning: setting 'accept-flake-config' does nothing in kiln
error: there is no derivation in it"
fails_like "one that cannot be is refused" "log format 'internal-json' is not supported" kiln build --log-format internal-json
is "options may stand before the command" "$(kiln -v --option cores 1 --json version; kiln -v --version)" '{"name": "kiln", "version": "0.1.0"}
kiln 0.1.0'
fails_like "one that is none is no command" "unknown option '--bogus'" kiln --bogus
fails_like "options alone do nothing" "no command is given" kiln -v
fails_like "help of no verb" "unknown command 'kiln store frob'" kiln help store frob

# ---- libraries come when they are needed ----
heavy() { # heavy COMMAND…: those of the big libraries that it loads
	LD_DEBUG=files LD_DEBUG_OUTPUT="$T/loaded" "$@" >/dev/null 2>&1
	cat "$T"/loaded.* | grep -oE 'calling init: .*/lib(curl|archive|git2|edit|xml2|ssl)[.-]' | sed 's,.*/,,' | sort -u
	rm -f "$T"/loaded.*
}
mkdir -p "$T/tar/x" && echo 1 >"$T/tar/x/default.nix" && tar -C "$T/tar" -czf "$T/x.tgz" x
like "an archive brings its library" \
	"$(heavy kiln eval -E "builtins.fetchTarball \"file://$T/x.tgz\"")" '^libarchive\.$'
is "evaluating loads none" "$(heavy kiln eval -E 1)" ""
is "nor does help" "$(heavy kiln --help)" ""
is "nor a build with nothing to bring" "$(heavy kiln build --dry-run --no-link \
	-E 'derivation { name = "n"; system = "x86_64-linux"; builder = "/bin/sh"; }')" ""

# ---- output that cannot be written ----
# full COMMAND…: tells of one whose output is lost and which does not say so.
full() {
	"$@" >/dev/full 2>"$T/full.err"
	[ $? = 1 ] && grep -q "^error: .*writing to standard output: No space left on device$" "$T/full.err" &&
		grep -q "^hint: make room where standard output goes to, or send it elsewhere$" "$T/full.err" &&
		! grep -q "kiln gc" "$T/full.err" || echo "$*"
}
cat >"$T/d.nix" <<'END'
derivation { name = "d"; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" "echo said; echo x > $out" ]; }
END
head -c 300000 /dev/urandom >"$T/big"
big=$(kiln store add "$T/big")
tree=$(kiln store add "$T/tar")
drv=$(compat nix-instantiate "$T/d.nix" 2>/dev/null)
out=$(compat nix-store -r "$drv" 2>/dev/null)
is "is an error of every command that prints, with a cure" "$(
	cd "$T" || exit
	for words in "version" "help" "help build" "build --help" "eval -E 1" "eval --json -E 1" "parse -E 1" "log $out" \
		"why $drv $drv" "instantiate d.nix" "build -f d.nix" "build -f d.nix --json" "build -f d.nix --dry-run --json" \
		"store info" "store info $big" "store cat $big" "store ls $tree" "store ls -lR --json $tree" "store diff $big $tree" \
		"store hash big" "store add big"; do
		# shellcheck disable=SC2086 # words
		full kiln $words
	done
	for words in "-qR $out" "-q --deriver $out" "-q --hash $out" "-q --tree $drv" "-q --graph $drv" "--print-env $drv" \
		"--export $big" "--dump big" "--gc --print-live" "-r $drv" "--read-log $out" "--add big" "--add-fixed sha256 big" \
		"--dump-db" "--version" "--help"; do
		# shellcheck disable=SC2086
		full compat nix-store $words
	done
	for words in "eval --expr 1" "hash file big" "path-info $out" "path-info --json $out" "why-depends $drv $drv" "log $out" \
		"store ls $tree" "store cat $big" "store dump-path $big" "store add-path big" "store ping --json" \
		"build -f d.nix --no-link --print-out-paths" "--help"; do
		# shellcheck disable=SC2086
		full compat nix $words
	done
	full compat nix-build --no-out-link d.nix
	full compat nix-instantiate --eval -E 1
	full compat nix-hash big
	full compat nix-prefetch-url "file://$T/big"
	echo 1 | full kiln repl
)" ""
is "what fits is whole" "$(kiln store cat "$big" | cmp - "$T/big" && compat nix-store --dump "$T/big" | compat nix-store --restore "$T/big2" &&
	cmp "$T/big" "$T/big2")" ""
