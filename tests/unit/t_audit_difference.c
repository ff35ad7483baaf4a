/* SPDX-License-Identifier: MIT
 *
 * Two trees, and what their difference looks like. The trees are made by programs that people use:
 * tar, ar, gzip, zip through Python. */
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>

#include "audit/difference.h"
#include "base/file.h"
#include "base/process.h"

static char *top;

/* Runs a line of shell in a new folder $top/NAME/a, then in NAME/b, with V=1 and V=2. */
static void make(const char *name, const char *script)
{
	static const char *const sides[] = {"a", "b"};

	for (size_t i = 0; i < 2; i++) {
		char *line CLEANUP_FREE =
			xasprintf("mkdir -p '%s/%s/%s' && cd '%s/%s/%s' && export V=%zu && { %s; }",
				  top, name, sides[i], top, name, sides[i], i + 1, script);
		const char *const argv[] = {"/bin/sh", "-c", line, NULL};
		BUF(said, LIMIT_TOOL_OUTPUT);
		ERR(err);

		IS_OK(process_capture(argv, &said, NULL, &err), err, name);
	}
}

static void is_cause(const char *name, const char *script, const char *file,
		     enum difference_cause cause)
{
	char *a CLEANUP_FREE = xasprintf("%s/%s/a", top, name);
	char *b CLEANUP_FREE = xasprintf("%s/%s/b", top, name);
	struct differences d CLEANUP(differences_release) = {0};
	ARENA(arena);
	ERR(err);

	make(name, script);
	IS_OK(differences_find(a, b, &arena, 8, 1900000000, &d, &err), err, name);
	if (!OK(d.n == 1 && d.v[0].cause == cause && str_eqz(d.v[0].file, file), "%s: %s in %s",
		name, difference_name(cause), file))
		for (size_t i = 0; i < d.n; i++)
			printf("# %.*s: %s at %ju: '%.*s' '%.*s'\n", STR_ARG(d.v[i].file),
			       difference_name(d.v[i].cause), (uintmax_t)d.v[i].offset,
			       STR_ARG(d.v[i].before), STR_ARG(d.v[i].after));
}

static const struct {
	const char *name, *script, *file;
	enum difference_cause cause;
} cases[] = {
	{"date", "echo built on Nov 2$V 2026 >f", "f", DIFFERENCE_TIME},
	{"iso", "echo at 2026-11-29T19:0$V:12Z >f", "f", DIFFERENCE_TIME},
	{"epoch", "echo stamp = 176444$V'122;' >f", "f", DIFFERENCE_TIME},
	{"fraction", "echo at 1795980278.53$V >f", "f", DIFFERENCE_TIME},
	{"path moves",
	 "printf '\\1\\2%s\\0one text\\0/build%s/x.c\\0another text\\0' $V \"`[ $V = 1 ] || echo er`\" >f",
	 "f", DIFFERENCE_BUILD_PATH},
	{"names in binary",
	 "printf '\\1\\0'$V'aaa'$((9 - V))'\\0' >f; [ $V = 1 ] && printf 'qnx6_lookup\\0qnx6_statfs\\0' >>f || printf "
	 "'qnx6_statfs\\0qnx6_lookup\\0' >>f",
	 "f", DIFFERENCE_ORDER},
	{"date moves",
	 "printf '\\1\\2%s\\0%sone text\\0on 2026-11-2%s\\0' $V \"`[ $V = 1 ] || echo a`\" $V >f",
	 "f", DIFFERENCE_TIME},
	{"no text moves", "printf '\\1\\2%s\\0%sone text\\0\\0' $V \"`[ $V = 1 ] || echo a`\" >f",
	 "f", DIFFERENCE_CONTENT},
	{"clock", "printf 'a\\0bc at 19:04:5%s\\0' $V >f", "f", DIFFERENCE_TIME},
	{"compact", "echo v1.0+2026112$V >f", "f", DIFFERENCE_TIME},
	{"gzip",
	 "printf '\\37\\213\\10\\0\\00%s\\0\\0\\0\\3' $V >f; printf x | gzip -nc | tail -c +11 >>f",
	 "f", DIFFERENCE_TIME},
	{"tar time", "echo x >m; touch -d @10000000$V m; tar --owner=0 --group=0 -cf f.tar m; rm m",
	 "f.tar", DIFFERENCE_TIME},
	{"tar.gz time",
	 "echo x >m; touch -d @10000000$V m; tar --owner=0 --group=0 -c m | gzip -n >f.tgz; rm m",
	 "f.tgz", DIFFERENCE_TIME},
	{"tar owner", "echo x >m; tar --mtime=@1 --owner=$V --group=0 -cf f.tar m; rm m", "f.tar",
	 DIFFERENCE_USER},
	{"tar order",
	 "echo x >m; echo y >n; o='m n'; [ $V = 1 ] || o='n m'; tar --mtime=@1 --owner=0 --group=0 -cf f.tar $o; rm m n",
	 "f.tar", DIFFERENCE_ARCHIVE_ORDER},
	{"tar member",
	 "echo built in /build/$V/x >m; tar --mtime=@1 --owner=0 --group=0 -cf f.tar m; rm m",
	 "f.tar!m", DIFFERENCE_BUILD_PATH},
	{"ar time", "echo x >m; touch -d @10000000$V m; ar rcU f.a m; rm m", "f.a",
	 DIFFERENCE_TIME},
	{"ar order", "echo x >m; echo y >n; o='m n'; [ $V = 1 ] || o='n m'; ar rcD f.a $o; rm m n",
	 "f.a", DIFFERENCE_ARCHIVE_ORDER},
	{"zip time",
	 "python3 -c \"import zipfile, os; z = zipfile.ZipFile('f.zip', 'w'); z.writestr(zipfile.ZipInfo('m', (2020, 1, 1, 0, 0, int(os.environ['V']) * 2)), 'x'); z.close()\"",
	 "f.zip", DIFFERENCE_TIME},
	{"zip order",
	 "python3 -c \"import zipfile, os; z = zipfile.ZipFile('f.zip', 'w'); [z.writestr(zipfile.ZipInfo(n), n) for n in ('mn' if os.environ['V'] == '1' else 'nm')]; z.close()\"",
	 "f.zip", DIFFERENCE_ARCHIVE_ORDER},
	{"pyc time",
	 "python3 -c \"import py_compile, os; open('m.py', 'w').write('x = 1'); os.utime('m.py', (10 ** 9 + int(os.environ['V']),) * 2); py_compile.compile('m.py', 'm.pyc', invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)\"",
	 "m.pyc", DIFFERENCE_TIME},
	{"pyc", "printf '\\363\\15\\15\\n\\1\\0\\0\\0hashhash%s' $V >m.pyc", "m.pyc",
	 DIFFERENCE_BYTECODE},
	{"lines", "[ $V = 1 ] && printf 'b\\na\\nc\\n' >f || printf 'a\\nc\\nb\\n' >f", "f",
	 DIFFERENCE_ORDER},
	{"set", "[ $V = 1 ] && echo \"{'ab', 'cd'}\" >f || echo \"{'cd', 'ab'}\" >f", "f",
	 DIFFERENCE_ORDER},
	{"path", "echo 'from /tmp/kiln-build-x-'$V$V'/src/a.c' >f", "f", DIFFERENCE_BUILD_PATH},
	{"build id",
	 "printf '\\177ELFxxxx\\4\\0\\0\\0\\24\\0\\0\\0\\3\\0\\0\\0GNU\\0aaaaaaaaaaaaaaaaaaa%szzzz' $V >f",
	 "f", DIFFERENCE_BUILD_ID},
	{"address", "echo \"<object at 0x7f3a1c4d2$V\"00\">\" >f", "f", DIFFERENCE_ADDRESS},
	{"uuid",
	 "[ $V = 1 ] && u=9f1c2d3e-7a6b-4c5d-8e9f-0a1b2c3d4e5f || u=1b2c3d4e-0f9e-4d8c-b7a6-5e4d3c2b1a09; echo id: $u >f",
	 "f", DIFFERENCE_RANDOM},
	{"mode", "echo x >f; [ $V = 1 ] || chmod +x f", "f", DIFFERENCE_MODE},
	{"level",
	 "seq 1 3000 | gzip -n -$V$((V * 4)) >f.gz 2>/dev/null || seq 1 3000 | gzip -n -$((V * 4)) >f.gz",
	 "f.gz", DIFFERENCE_COMPRESSION},
	{"link", "ln -s to-$V f", "f", DIFFERENCE_KIND},
	{"absent", "[ $V = 1 ] || echo x >f", "f", DIFFERENCE_ABSENT},
	{"kind", "[ $V = 1 ] && echo x >f || mkdir f", "f", DIFFERENCE_KIND},
	{"other", "[ $V = 1 ] && echo green >f || echo blue >f", "f", DIFFERENCE_CONTENT},
	{"broken archive", "printf 'PK\\3\\4 %s no zip' $V >f.zip", "f.zip", DIFFERENCE_CONTENT},
};

static void test_same(void)
{
	char *a CLEANUP_FREE = xasprintf("%s/same/a", top);
	char *b CLEANUP_FREE = xasprintf("%s/same/b", top);
	struct differences d CLEANUP(differences_release) = {0};
	ARENA(arena);
	ERR(err);

	make("same", "mkdir d && echo x >d/f && ln -s f d/l && : >d/empty");
	IS_OK(differences_find(a, b, &arena, 8, 0, &d, &err), err, "same");
	OK(d.n == 0, "equal trees have no difference");
	make("many", "for i in 1 2 3 4 5; do echo $i$V >f$i; done");
	char *c CLEANUP_FREE = xasprintf("%s/many/a", top);
	char *e CLEANUP_FREE = xasprintf("%s/many/b", top);
	IS_OK(differences_find(c, e, &arena, 2, 0, &d, &err), err, "many");
	OK(d.n == 2 && d.left_out == 3, "what is more than asked for is counted");
}

int main(void)
{
	ERR(err);

	IS_OK(temp_dir(temp_dir_root(), "t_audit-", &top, &err), err, "a folder");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		is_cause(cases[i].name, cases[i].script, cases[i].file, cases[i].cause);
	test_same();
	remove_tree_quietly(AT_FDCWD, top);
	free(top);
	return tap_done();
}
