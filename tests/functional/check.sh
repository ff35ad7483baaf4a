#!/bin/sh
# tools/check itself: a small tree with one sin a file, and one without any.
# shellcheck disable=SC2016 # the dollars are content of the files
. "$(dirname "$0")/../lib.sh"
command -v git >/dev/null || skip_all "git is not installed"
plan 37

top=$(cd "$(dirname "$0")/../.." && pwd)
tree=$T/deep/tree
mkdir -p "$tree/tools" "$tree/docs/man" "$tree/src/base" "$tree/src/store" "$tree/src/eval" "$tree/src/memo" "$tree/src/cli"
cp "$top/tools/check" "$top/tools/check.awk" "$tree/tools/"
cp "$top/.clang-format" "$tree/"
cat >"$tree/src/README.md" <<'END'
| room | what it is for | may include |
|---|---|---|
| base | bytes | |
| store | paths | base |
| memo | what is kept | base store |
| eval | the language | base store memo |
| cli | commands | base store eval |
END
cd "$tree" || exit 1
git init -q .

# A file of the tree: the head, then standard input.
c_file() {
	mkdir -p "$(dirname "$1")"
	{
		printf '/* SPDX-License-Identifier: MIT\n *\n * %s. */\n' "${2:-What it is for}"
		cat
	} >"$1"
}
check() {
	git add -A
	tools/check 2>&1
}
# sin WHAT FILE PATTERN: its only finding is in this file, and like this; then the file goes.
sin() {
	out=$(check)
	status=$?
	if [ "$status" = 1 ] && [ "$(printf '%s\n' "$out" | grep -c "^$2:[0-9]*: ")" = 1 ]; then
		like "$1" "$out" "^$2:$3"
	else
		fail "$1" "status $status" "$out"
	fi
	rm "$2"
}

c_file src/store/good.c <<'END'
#include "store/good.h"

#include "base/str.h"

/* A comment may name strcpy(a, b) and getenv("X"). */
static const char *text = "so may a string: strcpy(a) \" system(b) // ";

struct goods {
	int a;
};

static inline int twice(int a)
{
	return 2 * a;
}

int good(struct ops *ops)
{
	my_system(ops->system(text));
	return ops->exit(1);
}
END
ok "a clean tree has no findings" check

while IFS='|' read -r what code pattern; do
	printf '%b\n' "$code" | c_file src/store/worse.c
	sin "$what" src/store/worse.c "$pattern"
done <<'END'
a room does not include one that is none|#include "net/http.h"|4: .* of an unknown room
nor one that its row does not name|#include "eval/value.h"|4: room 'store' may not include from 'eval'
nor a private header of another|#include "base/report_int.h"|4: .* is private
nor without naming the room|#include "str.h"|4: .* does not name its room
strcpy is banned|int a = strcpy(b, c);|4: 'strcpy' is banned
and after a comment|/* x */ int a = gmtime(b);|4: 'gmtime' is banned
folders are read in one place|void *d = opendir(p);|4: 'opendir' belongs to src/base/file_tree.c
and so is the environment|char *e = getenv(p);|4: 'getenv' belongs to src/base/environ.c
libraries do not print|int a = printf(b);|4: 'printf' in a library
structs are not typedef'd|typedef struct str str;|4: a typedef'd struct
a tag stands in one place|struct goods {\n\tint a;\n};|4: 'struct goods' is defined in src/store/good.c:[0-9]*, too
and so does an inline function's name|static inline int twice(int a)\n{\n\treturn a;\n}|4: 'inline twice' is defined in
JSON is escaped in one place|void f(void)\n{\n\tbuf_printf(b, "\\\\u%04x", c);\n}|6: a JSON escape
CLEANUP stands behind the name|CLEANUP_FREE char *a;|4: CLEANUP stands behind
END

what="the format is clang-format's"
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
	echo 'int   a;' | c_file src/store/worse.c
	sin "$what" src/store/worse.c "4: not as clang-format lays it out"
else
	pass "$what # SKIP no clang-format 14"
fi

printf 'errint f(struct err *err)\n{\n\tint n = 0, rc = g(err);\n\n\treturn rc ? rc : n;\n}\n' | c_file src/base/worse.c
sin "failures are errint" src/base/worse.c "6: 'int rc'"
printf 'errint f(struct err *err)\n{\n\terrint rc = g(err);\n\n\treturn rc < 0 ? rc : h(err);\n}\n' | c_file src/eval/worse.c
sin "and tested as such" src/eval/worse.c "8: 'rc < 0'"
printf 'errint f(struct err *err)\n{\n\tif (g(err) || h(err))\n\t\treturn err->code;\n\treturn 0;\n}\n' |
	c_file src/memo/worse.c
sin "and returned as they are" src/memo/worse.c "7: 'return err->code'"
printf 'errint f(struct err *err)\n{\n\treturn err_set(err, ERR_FAILED, "there is no (such) way, so nobody goes it")\n\t\t       ?: err_hint(err, "take one of the other ways");\n}\n' |
	c_file src/memo/worse.c
sin "a hint is not lost" src/memo/worse.c "7: the hint is lost"
printf 'errint f(struct err *err)\n{\n\terrint rc = g(err);\n\n\treturn rc ? rc : h(err);\n}\n' | c_file src/memo/better.c
ok "like this" check
printf 'int a;\n' >src/store/bare.c
sin "a file needs a head" src/store/bare.c "1: .*SPDX"
printf '#pragma once\nvoid f(struct stat st, mode_t m);\n' | c_file src/store/alone.h
mkdir -p build/src
: >build/build.ninja
sin "a header compiles alone" src/store/alone.h "1: the header does not compile alone"
rm -r build
printf 'int a; /* store/good.c and store/gone.c, as sys/stat.h */\n' | c_file src/store/mention.c
sin "a comment names no file that is gone" src/store/mention.c "4: there is no file 'gone.c'"
printf 'int a; /* TO''DO */\n' | c_file src/store/mark.c
sin "unfinished work is not committed" src/store/mark.c "4: .*unfinished"

# long_function [HEAD]
long_function() {
	{
		printf 'int f(void)\n{\n'
		awk 'BEGIN { for (i = 0; i < 101; i++) print "\ta();" }'
		printf '}\n'
	} | c_file src/store/long.c "${1:-}"
}
long_function
sin "101 lines are too many for a function" src/store/long.c "5: 'f' has 101 lines"
long_function "Long because it is a table"
ok "unless the head says why" check
like "the longest functions are told" "$out" "^.101 src/store/long.c:5: f"
rm src/store/long.c
awk 'BEGIN { for (i = 0; i < 800; i++) print "int a" i ";" }' | c_file src/store/long.c
sin "803 lines are too many for a file" src/store/long.c "1: 803 lines"

echo 'static const struct option rows[] = {OPT_FLAG(struct ctx, unread, "-u", "in vain"), OPT_END};' | c_file src/cli/vain.c
sin "an option is read by somebody" src/cli/vain.c "4: nothing reads the member 'unread'"
c_file src/odd/x.c </dev/null
sin "a folder of src is a room of the list" src/odd/x.c "1: src/odd is no room"
echo '| ghost | nothing | base |' >>src/README.md
out=$(check)
like "and the list has no room without a folder" "$out" "^src/README.md:1: room 'ghost' is no folder"
sed -i /ghost/d src/README.md
c_file src/cli/cmd_two_words.c </dev/null
sin "a command has a manual" src/cli/cmd_two_words.c "1: .*docs/man/kiln-two-words.1.scd"
: >docs/man/kiln-two-words.1.scd
c_file src/cli/cmd_two_words.c </dev/null
ok "named like it" check

host=https://py''pi.org/simple
printf 'PyPI is a name\nthis is a host: %s\n' "$host" >hosts.md
sin "no host of a registry" hosts.md "2: names the host"
printf '$HOME/root/x\n/homeless-shelter\n/ro''ot/x\n' >paths.txt
sin "no path of a machine" paths.txt "3: names a path"
printf '#!/bin/sh\necho $1\n' >script
if command -v shellcheck >/dev/null; then
	sin "scripts pass shellcheck" script "2: .*SC2086"
else
	pass "scripts pass shellcheck # SKIP shellcheck is not installed"
fi
