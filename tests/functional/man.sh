#!/bin/sh
# Each command's manual page names exactly the options of its rows, which --help prints, and is valid
# scdoc. Options of a verb stand in a section of its name ('## nix store ls'); those that several
# verbs share in one of the heading that --help gives them ('## evaluation').
. "$(dirname "$0")/../lib.sh"
root=$(cd "$(dirname "$0")/../.." && pwd)
kiln help --list >"$T/list"

# The page of how a command is called.
page_of() {
	case $1 in
	kiln\ *)
		page=${1#kiln }
		echo "kiln-${page%% *}"
		;;
	nix-store) echo kiln-store ;;
	*) echo "${1%% *}" ;;
	esac
}
# PAGE: "section<TAB>option" of the rows of the command and its verbs. A command's own are in no
# section, whatever heading they have in the help.
of_rows() {
	case $1 in
	kiln-*) called="kiln ${1#kiln-}" ;;
	*) called=$1 ;;
	esac
	awk -F '\t' -v top="$called" '$3 != "" && ($1 == top || index($1, top " ") == 1) {
		print ($1 == top ? "" : $2 == "" ? $1 : $2) "\t" $3 }' "$T/list" | sort -u
}
of_page() {
	awk '/^# / { section = "" } /^## / { section = substr($0, 4) }
		/^\*-/ {
			line = $0
			while (match(line, /\*--?[A-Za-z0-9][A-Za-z0-9=-]*\*/)) {
				print section "\t" substr(line, RSTART + 1, RLENGTH - 2)
				line = substr(line, RSTART + RLENGTH)
			}
		}' "$root/docs/man/$1.1.scd" | sort -u
}

pages=$(cut -f1 "$T/list" | while IFS= read -r called; do page_of "$called"; done | sort -u)
# shellcheck disable=SC2086 # words
set -- $pages
plan $(($# * 2 + 27))
for page in "$@"; do
	is "$page(1) names the options of its rows" "$(of_page "$page")" "$(of_rows "$page")"
	ok "$page(1) is valid" sh -c "scdoc <'$root/docs/man/$page.1.scd' >/dev/null"
done

# ---- what the test itself rests on ----
is "--help shows what the list has" \
	"$(kiln gc --help | sed -n '/^options:/,/^everywhere:/p' | grep -oE '(^|[ ,])--?[a-z][a-z-]*' | tr -d ' ,' | sort -u)" \
	"$(awk -F '\t' '$1 == "kiln gc" && $3 != "" { print $3 }' "$T/list" | sort -u)"
is "every command, verb and option has a line of help" "$(awk -F '\t' '$4 == ""' "$T/list")" ""
is "every command has a man page that kiln(1) names" \
	"$(cut -f1 "$T/list" | sed -n 's/^kiln \([a-z-]*\).*/kiln-\1/p' | sort -u)" \
	"$(grep -oE '^\*kiln-[a-z]*\*\(1\)' "$root/docs/man/kiln.1.scd" | sed 's/\*//g; s/(1)//' | sort -u)"
is "help of a command is its own" "$(kiln help gc)" "$(kiln gc --help)"
# ---- topics ----
is "every page about a topic or a file is a topic, and named in kiln(1)" \
	"$(sed -n 's/^X("[^"]*", "\([^"]*\)".*/\1/p' "$root/src/cli/help_topics.def" | sort)" \
	"$(cd "$root/docs/man" && printf '%s\n' *.[57].scd | sed 's/\.scd$//' | sort)"
is "which names them all" "$(cd "$root/docs/man" && printf '%s\n' *.[57].scd | sed 's/\.scd$//' | sort)" \
	"$(grep -oE '\*(kiln|manifest)[a-z.-]*\*\([57]\)' "$root/docs/man/kiln.1.scd" | sed 's/\*//g; s/(\(.\))/.\1/' | sort -u)"
for page in "$root"/docs/man/*.[57].scd; do scdoc <"$page" >/dev/null || echo "$page"; done >"$T/wrong" 2>&1
is "they are valid" "$(cat "$T/wrong")" ""
grep -ohE '\*[a-z][a-z.-]*\*\([157]\)' "$root"/docs/man/*.scd | sed 's/\*//g; s/(\(.\))/.\1/' | grep -E '^(kiln|flox|nix|manifest)' | sort -u |
	while read -r page; do [ -f "$root/docs/man/$page.scd" ] || [ "$page" = nix-store.1 ] || echo "$page"; done >"$T/wrong"
is "no page names one that is not there" "$(cat "$T/wrong")" ""
# Commands that pages and the README call exist.
{
	grep -ohE '\*kiln [a-z][a-z-]*( [a-z][a-z-]*)?\*' "$root"/docs/man/*.scd | tr -d '*'
	sed -n 's|^ *\(\.\./build/\)\{0,1\}\(kiln [a-z][a-z-]*\( [a-z][a-z-]*\)\{0,1\}\).*|\2|p' "$root/README.md"
} | sort -u >"$T/called"
while read -r _ command verb; do
	# which is for shells, not in the list
	[ "$command" != complete ] || continue
	cut -f1 "$T/list" | grep -qxE "kiln $command" || echo "kiln $command"
	! cut -f1 "$T/list" | grep -q "^kiln $command " || [ -z "$verb" ] ||
		cut -f1 "$T/list" | grep -qxF "kiln $command $verb" || echo "kiln $command $verb"
done <"$T/called" >"$T/wrong"
is "nor a command that does not exist" "$(cat "$T/wrong")" ""
like "a topic is its page" "$(kiln help slots)" '^    kiln-slots - torch and its kin'
is "without marks of its source" "$(kiln help slots | grep -cE '^\*|_python3|\*cpu\*')" 0
# shellcheck disable=SC2016 # the inner shell's
ok "lines fit a terminal" sh -c '[ "$("$1" help sandbox | LC_ALL=C.UTF-8 awk "length > 80" | grep -vc "^ *[*-]")" = 0 ]' sh "$KILN_BUILD/kiln"
like "a command's page is there without man" "$(kiln help -m gc)" '^    Deletes every store path that is not in the closure of a root'
fails_like "a slip is helped" "did you mean 'slots'" kiln help slot
is "every page is installed" "$(grep -v install_symlink "$root/docs/meson.build" | grep -oE "'[a-z.-]*\.[157]'" | tr -d "'" | sort -u)" \
	"$(cd "$root/docs/man" && printf '%s\n' *.scd | sed 's/\.scd$//' | sort)"
# shellcheck disable=SC2016 # the inner shell's
completed() {
	PATH=$KILN_BUILD:$PATH bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kiln; echo "${COMPREPLY[*]}"' \
		bash "$root/docs/completion/kiln.bash" "$@"
}
# What is offered behind each of them is what its page and its help have.
kiln complete -- kiln version - | grep '^-' | cut -f1 | grep -vxF -e --json | sort -u >"$T/everywhere"
cut -f1 "$T/list" | grep '^kiln ' | sort -u | while read -r called; do
	# shellcheck disable=SC2086 # words
	kiln complete -- $called - | grep '^-' | cut -f1 | grep -vxFf "$T/everywhere" | sort -u | sed "s,^,$called ,"
done >"$T/offered"
is "completion offers the options that pages have" "$(cat "$T/offered")" \
	"$(awk -F '\t' '$1 ~ /^kiln / && $3 != "" { print $1 " " $3 }' "$T/list" | sort -u | while read -r line; do
		grep -qxF -e "${line##* }" "$T/everywhere" || echo "$line"
	done)"
is "and their verbs" "$(cut -f1 "$T/list" | sed -n 's/^\(kiln [a-z-]*\) .*/\1/p' | sort -u | while read -r called; do
	# shellcheck disable=SC2086 # words
	kiln complete -- $called '' | cut -f1 | while read -r verb; do grep -q "^$called $verb	" "$T/list" && echo "$called $verb"; done
done | sort)" "$(cut -f1 "$T/list" | grep -E '^kiln [a-z-]+ [a-z-]+$' | sort -u)"
if command -v bash >/dev/null; then
	is "commands, verbs and options are completed" "$(completed kiln vers; completed kiln store l; completed kiln store ls --r; completed kiln help wh; completed kiln gc -)" \
		"version
ls
--recursive
why
-n --dry-run --max-freed --roots --json --help -h --version --store -v --verbose --quiet --offline"
	mkdir -p "$T/project/.flox/pkgs/two" "$T/project/sub"
	touch "$T/project/.flox/pkgs/one.nix" "$T/project/.flox/pkgs/two/default.nix"
	is "and recipes of the project around" "$(cd "$T/project/sub" && completed kiln build ''; completed kiln why t; completed kiln '[' x)" \
		"one two
two"
	is "and packages of the set, where a command looks there" \
		"$(cd "$T/project/sub" && completed kiln show t | tr ' ' '\n' | grep -xE 'two|tree|tini'; completed kiln shell libjpeg_t; completed kiln size python3.pkgs.nump)" \
		"two
tini
tree
libjpeg_turbo
python3.pkgs.numpy"
else
	pass "completion # SKIP no bash"
	pass "completion of recipes # SKIP no bash"
	pass "completion of packages # SKIP no bash"
fi
if command -v fish >/dev/null; then
	# shellcheck disable=SC2016 # fish's
	is "fish, too" "$(cd "$T/project/sub" && PATH=$KILN_BUILD:$PATH fish --no-config -c 'source $argv[1]
		for line in "kiln vers" "kiln store l" "kiln store ls --rec" "kiln help wh" "kiln build t" "kiln shell libjpeg_t"; complete -C $line; end' "$root/docs/completion/kiln.fish" | cut -f1)" \
		"version
ls
--recursive
why
two
libjpeg_turbo"
else
	pass "completion in fish # SKIP no fish"
fi
if command -v zsh >/dev/null; then
	cat >"$T/try.zsh" <<'END'
fitting() { local -a v; v=("${(@)@%%:*}"); print -rl -- ${(M)v:#$PREFIX*}; }
_describe() { fitting "${(@P)argv[-1]}"; }
compadd() { fitting "${(@P)2}"; }
_files() { :; }
offered() { local -a words; words=("$@"); integer CURRENT=$#; local PREFIX=$words[-1]; source $script; }
script=$1
offered kiln vers; offered kiln store l; offered kiln store ls --rec; offered kiln help wh; offered kiln build t; offered kiln shell libjpeg_t
END
	is "and zsh" "$(cd "$T/project/sub" && PATH=$KILN_BUILD:$PATH zsh -f "$T/try.zsh" "$root/docs/completion/kiln.zsh")" \
		"version
ls
--recursive
why
two
libjpeg_turbo"
else
	pass "completion in zsh # SKIP no zsh"
fi

# ---- an installation ----
if command -v meson >/dev/null && meson install -C "$KILN_BUILD" --no-rebuild --quiet --destdir "$T/dest" >"$T/err" 2>&1; then
	kiln=$(find "$T/dest" -path '*/bin/kiln')
	share=${kiln%/bin/kiln}/share
	is "every page is there, for man" "$(find "$share/man" -type f -name '*.[157]' | sed 's,.*/,,' | sort)" \
		"$(cd "$root/docs/man" && printf '%s\n' *.scd | sed 's/\.scd$//' | grep -vE '^(nix|flox)' | sort)"
	is "and without man" "$(cd / && "$kiln" help slots)" "$(kiln help slots)"
	is "so are completions, where shells look" "$(cd "$share" && find . -name kiln -path '*completions*' -o -name _kiln -o -name kiln.fish | sort)" \
		"./bash-completion/completions/kiln
./fish/vendor_completions.d/kiln.fish
./zsh/site-functions/_kiln"
	# shellcheck disable=SC2016 # the inner shell's
	is "which ask the one that is typed" "$(env -i HOME="$T" bash -c '. "$1"; COMP_WORDS=("$2" vers) COMP_CWORD=1 COMP_LINE="$2 vers"; _kiln; echo "${COMPREPLY[*]}"' \
		bash "$share/bash-completion/completions/kiln" "$kiln" 2>&1)" version
	is "a page that is missing is told" "$(rm "$share/kiln/docs/man/kiln-slots.7.scd" && "$kiln" help slots 2>&1 | tail -1)" \
		"hint: reinstall kiln, or set KILN_DATA_DIR"
else
	for what in pages text completions program hint; do pass "an installation: $what # SKIP meson does not install this build folder"; done
fi
